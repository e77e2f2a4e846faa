internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument
internal import PythonPackaging
internal import Recipes

/// `chidori env explain`: why a package is in a lock.
struct ExplainCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why a package is in a lock, in which version, and who asks for it.")

    @Argument(help: "The package.")
    var package: String

    @Option(
        name: .customLong("in"), help: "The lock or its recipe. Default: the only lock in this folder.",
        completion: .file())
    var lock: String?

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let path = try lock.map(absolute) ?? session.builder.onlyLock(in: currentFolder())
        let explanation = try await session.builder.explain(try packageName(package), in: session.builder.read(path))
        session.progress.finish()
        output.result(
            [
                "event": "result",
                "packages": .array(
                    explanation.packages.map { package in
                        [
                            "name": .string(package.name.description), "version": JSON(package.version?.description),
                            "platforms": JSON(package.platforms), "askedFor": JSON(package.reasons),
                            "path": JSON(package.path), "files": JSON(package.files),
                            "newer": .array(
                                package.newer.map {
                                    ["versions": JSON($0.versions), "reason": .string($0.reason)]
                                }),
                        ]
                    }),
            ],
            text: explanation.packages.map(text).joined(separator: "\n\n"))
    }

    private func text(_ package: Explanation.Package) -> String {
        var lines = ["\(package.name) \(package.version?.description ?? "")"]
        if !package.platforms.isEmpty { lines.append("  on \(package.platforms.joined(separator: ", "))") }
        lines.append("  asked for by")
        lines += package.reasons.map { "    " + $0 }
        if package.path.count > 1 { lines.append("  through \(package.path.joined(separator: " → "))") }
        for newer in package.newer {
            lines.append("  not \(newer.versions.joined(separator: ", ")): \(newer.reason)")
        }
        lines += package.files.map { "  file \($0)" }
        return lines.joined(separator: "\n")
    }
}
