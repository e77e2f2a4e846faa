internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import FileSystem
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env size`: what takes the room.
struct SizeCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "size",
        abstract: "Tell what takes the room, by package and by layer.",
        discussion: """
            Of a recipe or a lock the files that are missing are fetched first. Layers and compressed sizes are told once \
            an image was made.

            Examples:
              chidori env size features.lock.toml
              chidori env size features --top 0
            """)

    @Argument(help: "A recipe, a lock, or an environment's name or id.", completion: .file())
    var subject: String

    @Option(name: .long, help: ArgumentHelp("So many packages and layers are shown; 0 for all.", valueName: "n"))
    var top = 20

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if top < 0 { throw ValidationError("--top takes a number from 0 up, not \(top)") }
    }

    func answer(_ session: Session) async throws -> Answer {
        let reports = try await reports(session.builder)
        return Answer(
            ["environments": .array(reports.map(\.json))], text: reports.map { text($0) }.joined(separator: "\n\n"))
    }

    private func reports(_ builder: EnvironmentBuilder) async throws -> [SizeReport] {
        let path = absolute(subject)
        let isText = ["yaml", "yml", "toml", "txt"].contains(path.extension)
        guard isText || subject.contains("/"), path.isThere else {
            return [try builder.size(of: builder.summary(subject))]
        }
        return try await builder.sizes(of: builder.lock(for: builder.read(path), policy: .asWritten))
    }

    private func text(_ report: SizeReport) -> String {
        var parts = [head(report), packages(report)]
        if !report.layers.isEmpty { parts.append(layers(report)) }
        return parts.joined(separator: "\n\n")
    }

    private func head(_ report: SizeReport) -> String {
        var lines = ["\(report.name) \(report.id.description.prefix(12)), \(report.platform)"]
        lines.append(Self.line("unpacked", report.unpacked, of: report.budget?.environment))
        if let image = report.image {
            lines.append(Self.line("image", image, of: report.budget?.image))
            if report.base > 0 { lines.append(Self.line("its base", report.base, of: nil)) }
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ what: String, _ size: UInt64, of budget: UInt64?) -> String {
        let limit = budget.map { " of \(readable(bytes: $0))\(size > $0 ? ", over budget" : "")" } ?? ""
        return "  " + what + String(repeating: " ", count: 10 - what.count) + readable(bytes: size) + limit
    }

    private func packages(_ report: SizeReport) -> String {
        let hasImage = report.image != nil
        let hasJars = shown(report.packages).contains(where: \.isJar)
        var table = Table(
            [hasJars ? "PACKAGE OR JAR" : "PACKAGE", "VERSION", "FILES", "UNPACKED", "BYTECODE"]
                + (hasImage ? ["IN IMAGE"] : []),
            rightAligned: [2, 3, 4, 5])
        for package in shown(report.packages) {
            let sizes = [package.size, package.bytecode] + (hasImage ? [package.compressed] : [])
            table.add(
                [shortened(jar: package.name, to: 36), package.version, String(package.files)]
                    + sizes.map { $0.map { readable(bytes: $0) } ?? "-" })
        }
        return table.text + rest(report.packages.count)
    }

    private func layers(_ report: SizeReport) -> String {
        var table = Table(["LAYER", "UNPACKED", "IN IMAGE"], rightAligned: [1, 2])
        for layer in shown(report.layers.sorted { $0.compressed > $1.compressed }) {
            let title = layer.title.count > 60 ? layer.title.prefix(59) + "…" : layer.title[...]
            table.add([String(title), layer.size.map { readable(bytes: $0) } ?? "-", readable(bytes: layer.compressed)])
        }
        return table.text + rest(report.layers.count)
    }

    private func shown<Element>(_ all: [Element]) -> ArraySlice<Element> {
        top == 0 ? all[...] : all.prefix(top)
    }

    private func rest(_ count: Int) -> String {
        top == 0 || count <= top ? "" : "\n… and \(count - top) more (--top 0 shows all)"
    }
}

extension SizeReport {
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "platform": .string(platform),
            "unpacked": JSON(unpacked), "image": JSON(image), "base": JSON(base),
            "budget": ["environment": JSON(budget?.environment), "image": JSON(budget?.image)],
            "jars": .array(
                packages.filter(\.isJar).map {
                    [
                        "name": .string($0.name), "version": .string($0.version), "size": JSON($0.size),
                        "compressed": JSON($0.compressed),
                    ]
                }),
            "packages": .array(
                packages.filter { !$0.isJar }.map {
                    [
                        "name": .string($0.name), "version": .string($0.version), "files": JSON($0.files),
                        "size": JSON($0.size), "bytecode": JSON($0.bytecode),
                        "compressed": JSON($0.compressed),
                    ]
                }),
            "layers": .array(
                layers.map {
                    [
                        "title": .string($0.title), "size": JSON($0.size), "compressed": JSON($0.compressed),
                    ]
                }),
        ]
    }
}
