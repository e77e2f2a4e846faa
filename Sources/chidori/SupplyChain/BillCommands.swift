internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SupplyChain
internal import SystemPackage

/// `chidori env sbom`: what an environment is made of, for other tools.
struct BillCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom",
        abstract: "Print the software bill of materials of an environment, a recipe or a lock.",
        usage: "chidori env sbom [<options>] <environment>",
        discussion: """
            It is transcribed from the lock: the same lock gives the same bytes everywhere. Times and serial numbers follow \
            from the content, or SOURCE_DATE_EPOCH. Of a recipe or lock, files that are missing are fetched first.

            Examples:
              chidori env sbom features > features.spdx.json
              chidori env sbom features.lock.toml --format cyclonedx -o features.cdx.json
            """)

    /// The words of `--format`.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case spdx
        case cyclonedx
    }

    @Argument(help: "An environment's name or id, a recipe or a lock.", completion: .file())
    var environment: String

    @Option(name: .long, help: "SPDX 2.3 or CycloneDX 1.6, both in JSON.")
    var format: Format = .spdx

    @OptionGroup var target: DocumentOptions

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let inventory = try await session.builder.inventory(named: environment)
        let bytes = format == .spdx ? SPDXDocument.bytes(inventory) : CycloneDXDocument.bytes(inventory)
        return try target.answer(
            bytes, as: format.rawValue, of: inventory, session,
            remark: "\(counted(inventory.components.count, "file"))")
    }
}

/// `chidori env provenance`: how an environment came about.
struct ProvenanceCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "provenance",
        abstract: "Print how an environment came about: an in-toto statement with SLSA's provenance.",
        usage: "chidori env provenance [<options>] <environment>",
        discussion: """
            It names every file of the lock with its digest, and what sources were built with. With a key it is signed, as a \
            DSSE envelope. Without one the same lock gives the same bytes everywhere.

            Examples:
              chidori env provenance features > features.intoto.json
              chidori env provenance features --key release.key -o features.intoto.jsonl
            """)

    @Argument(help: "An environment's name or id, a recipe or a lock.", completion: .file())
    var environment: String

    @Option(
        name: .long,
        help: ArgumentHelp("Who has built it, for those who know the URI and the key.", valueName: "uri"))
    var builderID: String = Provenance.standardBuilder

    @OptionGroup var signing: KeyOptions

    @OptionGroup var target: DocumentOptions

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let key = try signing.signingKey()
        let inventory = try await session.builder.inventory(named: environment)
        let subjects = zip(inventory.platforms, inventory.environments).map { platform, id in
            Provenance.Subject(
                name: inventory.platforms.count == 1 ? inventory.name : "\(inventory.name)@\(platform)", digest: id)
        }
        let statement = Provenance(of: subjects, inventory, builder: builderID).bytes
        let bytes =
            key.map { Envelope(statement, type: Provenance.mediaType, signedWith: $0).bytes + [0x0A] } ?? statement
        return try target.answer(
            bytes, as: key == nil ? "in-toto" : "dsse", of: inventory, session,
            remark: counted(inventory.components.count + inventory.tools.count, "artifact"))
    }
}

/// Where a document goes.
struct DocumentOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"), completion: .file())
    var outputPath: String?

    func answer(
        _ bytes: [UInt8], as format: String, of inventory: Inventory, _ session: Session, remark: String
    ) throws -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        let digest = JSON.string(SHA256Digest(of: bytes).prefixed)
        guard let outputPath, outputPath != "-" else {
            return Answer(
                [
                    "name": .string(inventory.name), "format": .string(format), "file": nil, "digest": digest,
                    "text": .string(text),
                ],
                text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
        }
        let path = absolute(outputPath)
        try session.builder.write(text, to: path)
        return Answer(
            [
                "name": .string(inventory.name), "format": .string(format), "file": .string(path.string),
                "digest": digest, "text": nil,
            ],
            remarks: ["Wrote \(path): \(inventory.name), \(remark)"])
    }
}

extension EnvironmentBuilder {
    /// Of an environment of the store, or of a recipe's or lock's path.
    func inventory(named text: String) async throws -> Inventory {
        if text.isFileOfEnvironments {
            return try await inventory(of: lock(for: read(absolute(text)), policy: .asWritten))
        }
        return try inventory(of: summary(text))
    }
}

extension String {
    /// Whether it is named like a recipe, a lock or requirements, and not like an environment.
    var isFileOfEnvironments: Bool {
        ["yaml", "yml", "toml", "txt", "in"].contains { hasSuffix(".\($0)") }
    }
}
