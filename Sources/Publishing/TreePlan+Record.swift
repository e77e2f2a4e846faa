internal import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import Units

/// Plans of links are kept: an environment that has been published before needs none of its units' trees.
///
/// A record is a line for each entry: `f PATH` for a folder, `d PACKAGE PATH` and `l PACKAGE PATH` for links to a
/// folder and a file, `c PACKAGE PATH` for a copy, `x PACKAGE,PACKAGE PATH` for a conflict. No path has a line break.
extension TreePlan {
    static let kind: RecordKind = "treeplan.1"

    /// What a plan of links follows from: the packages and their order. Where libraries look for others follows from
    /// the packages too.
    ///
    /// - Parameter packages: the names of their folders.
    static func key(_ packages: [String], python: PythonVersion) -> String {
        SHA256Digest(of: "\(python.sitePackages)\n" + packages.map { $0 + "\n" }.joined()).hex
    }

    var record: [UInt8] {
        var text = ""
        for folder in folders { text += "f \(folder)\n" }
        for link in links { text += "\(link.isFolder ? "d" : "l") \(link.package) \(link.path)\n" }
        for copy in copies { text += "c \(copy.package) \(copy.path)\n" }
        for conflict in conflicts {
            text += "x \(conflict.packages.map(String.init).joined(separator: ",")) \(conflict.path)\n"
        }
        return Array(text.utf8)
    }

    /// Reads what ``record`` wrote; `nil` for anything else, and where a package is not among `count` packages.
    init?(record: [UInt8], packages count: Int) {
        var lists: (folders: [String], links: [Entry], copies: [Entry], conflicts: [Conflict]) = ([], [], [], [])
        for line in String(decoding: record, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("f ") {
                lists.folders.append(String(line.dropFirst(2)))
                continue
            }
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3 else { return nil }
            let numbers = words[1].split(separator: ",").compactMap { Int($0) }.filter { (0..<count).contains($0) }
            guard let package = numbers.first else { return nil }
            let path = words[2]
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
            let entry = Entry(
                folder: slash.map { String(path[..<$0]) } ?? "",
                name: String(slash.map { path[path.utf8.index(after: $0)...] } ?? path), package: package,
                isFolder: words[0] == "d")
            switch words[0] {
            case "d", "l": lists.links.append(entry)
            case "c": lists.copies.append(entry)
            case "x": lists.conflicts.append(Conflict(path: String(path), packages: numbers))
            default: return nil
            }
        }
        self.init(folders: lists.folders, links: lists.links, copies: lists.copies, conflicts: lists.conflicts)
    }
}
