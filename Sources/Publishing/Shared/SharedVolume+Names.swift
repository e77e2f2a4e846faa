internal import FileSystem
internal import Glibc
internal import SystemPackage

/// The names of environments: links from `names/NAME`, each of which means one environment at a time.
extension SharedVolume {
    /// Gives a name to an environment, in one step for whoever follows it: `names/NAME` is a link to its folder.
    ///
    /// What had the name counts as used until now, so that it stays a while for those who began with it.
    func setName(_ name: String, to folder: VolumeFolderName) throws {
        let place = names.appending(try Self.linkName(name, folder.links))
        let target = "../envs/\(folder)"
        let before = try? place.linkText()
        guard before != target else { return }
        if let before, let other = VolumeFolderName(String(before.dropFirst("../envs/".count))) {
            _ = try use(environments.appending(other.description))
        }
        let draft = drafts.appending(NewFile.uniqueName())
        guard symlink(target, draft.string) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: draft.string)
        }
        do {
            try attempt("named", place) { () throws(Errno) in try draft.move(to: place) }
        } catch {
            unlink(draft.string)
            throw error
        }
    }

    /// Trees of another kind of links have a name of their own.
    static func linkName(_ name: String, _ links: LinksMode) throws -> String {
        try FileNameText.encoded(name, as: "an environment's name") + (links == .symlink ? "" : "+\(links.rawValue)")
    }

    /// The names of each environment.
    func namesByFolder() throws -> [VolumeFolderName: [String]] {
        var found: [VolumeFolderName: [String]] = [:]
        for file in try attempt("looked into", names, { () throws(Errno) in try names.folderNames() }) {
            guard let text = try? names.appending(file).linkText(), text.hasPrefix("../envs/"),
                let folder = VolumeFolderName(String(text.dropFirst("../envs/".count))),
                let name = FileNameText.decoded(String(file.split(separator: "+")[0]))
            else { continue }
            found[folder, default: []].append(name)
        }
        return found
    }
}
