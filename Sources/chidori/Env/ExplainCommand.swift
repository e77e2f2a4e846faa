internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import PythonPackaging
internal import Recipes

/// `chidori env explain`: why a package is in a lock.
struct ExplainCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why a package or a jar is in a lock, in which version, and who asks for it.",
        discussion: """
            What keeps newer versions of a package out is told where the index can be asked, and which versions of a jar \
            lost where its POMs can be read. A jar is named as group:artifact, or by its artifact alone.

            Examples:
              chidori env explain numpy
              chidori env explain numpy --in features.lock.toml
              chidori env explain org.apache.kafka:kafka-clients
            """)

    @Argument(help: "The package, or the jar.")
    var package: String

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("The lock or its recipe. Default: the only lock in this folder.", valueName: "lock"),
        completion: .file())
    var lock: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if package.contains(":") { _ = try moduleName(package) } else { _ = try packageName(package) }
    }

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let path = try lock.map(absolute) ?? builder.onlyLock(in: currentFolder())
        let explanation = try await builder.explain(package, in: builder.read(path))
        return Answer(
            [
                "packages": .array(explanation.packages.map(\.json)),
                "jars": .array(explanation.jars.map(\.json)),
            ], text: (explanation.packages.map(text) + explanation.jars.map(text)).joined(separator: "\n\n"))
    }

    private func text(_ package: Explanation.Package) -> String {
        var lines = ["\(package.name) \(package.version?.description ?? "")"]
        if !package.platforms.isEmpty { lines.append("  on \(package.platforms.joined(separator: ", "))") }
        // Another tool's lock may leave it out.
        lines.append(package.reasons.isEmpty ? "  the lock does not say who asks for it" : "  asked for by")
        lines += package.reasons.map { "    " + $0 }
        if package.path.count > 1 { lines.append("  through \(package.path.joined(separator: " → "))") }
        for newer in package.newer {
            lines.append("  not \(newer.versions.joined(separator: ", ")): \(newer.reason)")
        }
        lines += package.files.map { "  file \($0)" }
        return lines.joined(separator: "\n")
    }

    private func text(_ jar: Explanation.Jar) -> String {
        var text = ["\(jar.name) \(jar.version)\(jar.isProvided ? ", which Spark has itself" : "")", "  asked for by"]
        text += jar.reasons.map { "    " + $0 }
        if jar.path.count > 2 { text += lines(ofWay: jar.path, head: "  through ") }
        for lost in jar.lost {
            text.append("  not \(lost.version): \(lost.reason)")
            if !lost.path.isEmpty { text += lines(ofWay: ["recipe"] + lost.path, head: "    ") }
        }
        if let file = jar.file { text.append("  file \(file)\(jar.size.map { " (\(readable(bytes: $0)))" } ?? "")") }
        return text.joined(separator: "\n")
    }
}

extension Explanation.Package {
    var json: JSON {
        [
            "name": .string(name.description), "version": JSON(version?.description), "platforms": JSON(platforms),
            "reasons": JSON(reasons), "path": JSON(path), "files": JSON(files),
            "newer": .array(newer.map { ["versions": JSON($0.versions), "reason": .string($0.reason)] }),
        ]
    }
}

extension Explanation.Jar {
    var json: JSON {
        [
            "name": .string(name), "version": .string(version), "provided": JSON(isProvided), "reasons": JSON(reasons),
            "path": JSON(path), "file": JSON(file), "size": JSON(size), "lost": .array(lost.map(\.json)),
        ]
    }
}
