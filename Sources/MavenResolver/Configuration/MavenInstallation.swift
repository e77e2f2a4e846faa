internal import Archive
internal import FileSystem
internal import MavenPackaging
internal import SystemPackage

/// The Maven of this machine, which knows the default repository.
enum MavenInstallation {
    /// Its folder: where the `mvn` on the path leads to, or what `MAVEN_HOME` says; `nil` where there is none.
    static func home(_ environment: [String: String]) -> FilePath? {
        for name in ["MAVEN_HOME", "M2_HOME"] {
            if let home = environment[name], !home.isEmpty, FilePath(home).appending("lib").isFolder {
                return FilePath(home)
            }
        }
        for folder in (environment["PATH"] ?? "").split(separator: ":") {
            guard let program = try? FilePath(String(folder)).appending("mvn").withoutLinks() else { continue }
            let home = program.removingLastComponent().removingLastComponent()
            if home.appending("lib").isFolder { return home }
        }
        return nil
    }

    /// The settings of the installation.
    static func settings(_ home: FilePath) -> FilePath { home.appending("conf/settings.xml") }

    /// The repositories that every POM inherits: those of the super POM, inside the installation's `maven-model-builder`.
    ///
    /// - Throws: what is wrong with the archive or the POM.
    static func repositories(_ home: FilePath) throws -> [POMRepository] {
        let folder = home.appending("lib")
        let names = (try? folder.folderNames()) ?? []
        // Maven 4 keeps it in another archive.
        for prefix in ["maven-model-builder-", "maven-impl-"] {
            for name in names where name.hasPrefix(prefix) && name.hasSuffix(".jar") {
                let path = folder.appending(name)
                let archive = try ZipArchive(source: try FileSource(path, name: name))
                for member in ["org/apache/maven/model/pom-4.0.0.xml", "org/apache/maven/impl/model/pom-4.0.0.xml"] {
                    guard let entry = archive.directory.member(named: member) else { continue }
                    let bytes = try archive.contents(of: entry)
                    let root = try XMLReader.read(bytes, subject: "\(path)")
                    return root.items("repositories").compactMap { item in
                        guard let url = item.text(of: "url") else { return nil }
                        return POMRepository(
                            id: item.text(of: "id") ?? "central", url: url,
                            hasSnapshots: item["snapshots"]?.text(of: "enabled") != "false")
                    }
                }
            }
        }
        return []
    }
}
