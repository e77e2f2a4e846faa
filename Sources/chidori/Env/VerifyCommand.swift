internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env verify`: an environment's folders, byte by byte; or an image, its signature, manifests and layers.
struct VerifyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare an environment's folders or an image with what they were made from, byte by byte.",
        usage: "chidori env verify [<options>] <environment>",
        discussion: """
            Links are followed. Nothing is changed; `chidori store verify` mends the packages that environments share, \
            and `chidori env build` makes a folder anew.

            Of an image every manifest, configuration and layer is held to its digest; with --key it must also be signed by \
            that key, and with --as under that name.

            Examples:
              chidori env verify features
              chidori env verify ./tree
              chidori env verify docker://registry.example/team/features:1.0 \\
                --key release.pub
            """)

    @Argument(
        help:
            "The environment: a name, an id or a folder; or an image, docker://HOST[:PORT]/NAME[:TAG] or oci:DIR[:TAG].",
        completion: .directory)
    var environment: String

    @Option(
        name: .long, help: ArgumentHelp("The public key that an image must be signed by, in PEM.", valueName: "file"),
        completion: .file())
    var key: String?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The name that it must be signed under. Default: where it is, at a registry; else any.",
            valueName: "host/name"))
    var name: String?

    @OptionGroup var shared: LookingOptions

    /// So many differences of a folder are named for people; `--json` has them all.
    private static let shown = 20

    func answer(_ session: Session) async throws -> Answer {
        if Self.isImage(environment) { return try await verifyImage(session) }
        guard key == nil, name == nil else {
            throw WrongUse("chidori env verify", "takes --key and --as for images alone, such as oci:DIR:TAG")
        }
        let report = try await session.builder.verify(environment, from: currentFolder())
        var remarks: [String] = []
        for folder in report.folders {
            remarks.append("\(folder.path): \(counted(folder.files, "file")), \(Self.verdict(folder))")
            let damage = folder.findings.filter(\.isDamage)
            for finding in damage.prefix(Self.shown) {
                let owner = finding.package.map { " (\($0))" } ?? ""
                remarks.append("  \(finding.kind)  \(finding.path)\(owner)")
            }
            if damage.count > Self.shown { remarks.append("  … and \(damage.count - Self.shown) more") }
        }
        if !report.isSound {
            remarks.append("Mend with `chidori store verify`, then build the folder again with `chidori env build`")
        }
        return Answer(
            [
                "id": .string(report.id.description), "name": .string(report.name), "sound": JSON(report.isSound),
                "folders": .array(report.folders.map(\.json)), "seconds": JSON(seconds: report.seconds),
            ], remarks: remarks, finding: report.isSound ? nil : .damaged)
    }

    private static func isImage(_ text: String) -> Bool {
        ["oci:", "oci-archive:", "docker:"].contains { text.hasPrefix($0) }
    }

    private func verifyImage(_ session: Session) async throws -> Answer {
        guard name == nil || key != nil else {
            throw WrongUse("chidori env verify", "takes the key beside --as, since names are signed: --key FILE")
        }
        let key = try key.map { try SigningKeyFile.publicKey(absolute($0)) }
        let reference = try ImageReference(environment)
        let name = key == nil ? nil : name ?? reference.nameAtRegistry
        let report = try await session.builder.verify(image: reference, as: name, key: key)
        var remarks = [
            "\(environment) (\(report.digest.prefixed)): \(counted(report.blobs, "blob")), "
                + "\(readable(bytes: report.bytes)), all as they should be"
        ]
        if let key, let name = report.signedAs {
            let count = report.manifests - report.unsigned.count - 1
            let also = count > 0 ? ", with \(counted(count, "manifest")) that it lists" : ""
            remarks.append("Signed as \(name) by the key \(key.fingerprint.prefixed)\(also)")
            if !report.unsigned.isEmpty {
                remarks.append(
                    "Not signed themselves: \(report.unsigned.map(\.prefixed).joined(separator: ", ")). Those who run the "
                        + "image by a policy look for that: sign it again with `chidori image sign`")
            }
        }
        for statement in report.statements {
            remarks.append("  \(statement.type)  \(statement.digest.prefixed)\(Self.words(statement.trust))")
        }
        return Answer(
            [
                "image": .string(environment), "digest": .string(report.digest.prefixed), "sound": true,
                "signedAs": JSON(report.signedAs), "key": JSON(key?.fingerprint.prefixed),
                "manifests": JSON(report.manifests), "unsigned": JSON(report.unsigned.map(\.prefixed)),
                "blobs": JSON(report.blobs), "bytes": JSON(report.bytes),
                "statements": .array(
                    report.statements.map {
                        [
                            "type": .string($0.type), "digest": .string($0.digest.prefixed),
                            "trust": .string($0.trust.rawValue),
                        ]
                    }),
            ], remarks: remarks)
    }

    private static func words(_ trust: ImageReport.Statement.Trust) -> String {
        switch trust {
        case .signed: "  signed by the same key"
        case .unsigned: ""
        case .otherKey: "  signed by another key"
        case .otherSubject: "  about another image: counts for nothing here"
        }
    }

    private static func verdict(_ folder: EnvironmentReport.Folder) -> String {
        let damage = folder.findings.count(where: \.isDamage)
        let written = folder.findings.count - damage
        let note = written > 0 ? ", and \(counted(written, "file")) of bytecode that Python wrote" : ""
        return (damage == 0 ? "all as they should be" : counted(damage, "difference")) + note
    }
}

extension EnvironmentReport.Folder {
    var json: JSON {
        [
            "path": .string(path.string), "files": JSON(files),
            "findings": .array(
                findings.map {
                    ["path": .string($0.path), "kind": .string($0.kind), "package": JSON($0.package)]
                }),
        ]
    }
}
