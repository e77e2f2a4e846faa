import Cryptography
import Foundation
import SystemPackage
import TestSupport

/// A repository of Maven's in the folder of a person's recipes (`./repository`), which a test writes project by project.
struct JarFolder {
    let user: FreshUser

    /// Whatever Maven this machine has, its default repository is not asked: an empty folder stands in its place.
    init(user: FreshUser) throws {
        self.user = user
        try user.scratch.write(
            ".m2/settings.xml",
            """
            <settings><mirrors><mirror><id>here</id><mirrorOf>central</mirrorOf>\
            <url>file://\(user.scratch.file("nothing"))/</url></mirror></mirrors></settings>
            """)
    }

    /// Writes a project's POM, its jar and the checksum beside it.
    ///
    /// - Parameters:
    ///   - id: `group:artifact:version`; `artifact:version` of the group `org.example`.
    ///   - needs: the same of what it needs.
    func publish(_ id: String, needs: [String] = [], jar: [UInt8]? = nil) throws {
        let (group, artifact, version) = Self.split(id)
        let place =
            "recipes/repository/\(group.replacing(".", with: "/"))/\(artifact)/\(version)/\(artifact)-\(version)"
        let dependencies = needs.map { id in
            let (group, artifact, version) = Self.split(id)
            return "<dependency><groupId>\(group)</groupId><artifactId>\(artifact)</artifactId>"
                + "<version>\(version)</version></dependency>"
        }
        try user.scratch.write(
            place + ".pom",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>\(group)</groupId><artifactId>\(artifact)</artifactId>\
            <version>\(version)</version><dependencies>\(dependencies.joined())</dependencies></project>
            """)
        let bytes = jar ?? CraftedZip([.init("\(artifact).txt", "\(artifact) \(version)")]).bytes
        try user.scratch.write(place + ".jar", bytes)
        try user.scratch.write(place + ".jar.sha256", SHA256Digest(of: bytes).hex)
    }

    /// Writes the list of a module's versions.
    func list(_ module: String, _ versions: String...) throws {
        let (group, artifact, _) = Self.split(module + ":")
        let items = versions.map { "<version>\($0)</version>" }.joined()
        try user.scratch.write(
            "recipes/repository/\(group.replacing(".", with: "/"))/\(artifact)/maven-metadata.xml",
            """
            <metadata><groupId>\(group)</groupId><artifactId>\(artifact)</artifactId><versioning>\
            <versions>\(items)</versions></versioning></metadata>
            """)
    }

    /// Writes a recipe with jars from here beside Python packages.
    ///
    /// - Parameter more: further keys of `jars`, each on a line of its own.
    func recipe(
        _ name: String, _ jars: [String], packages: [String] = ["good"], more: String = ""
    ) async throws -> String {
        let list = jars.map { "    - '\($0)'\n" }.joined()
        return try await user.recipe(
            name, packages, more: "jars:\n  repositories: [./repository]\n  packages:\n\(list)\(more)")
    }

    private static func split(_ id: String) -> (group: String, artifact: String, version: String) {
        var words = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if words.count == 2 { words.insert("org.example", at: 0) }
        return (words[0], words[1], words[2])
    }
}
