import Foundation
import SystemPackage
import TestSupport
import Testing

/// Preflight over jars that others made: Debian's, and all of a real Spark's.
@Suite("Preflight over real jars")
struct RealJarTests {
    private static let distribution = Peer.cache.appending("pyspark/pyspark-4.0.1.tar.gz")
    private static let jars = "/usr/share/java"

    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    /// Puts jars of this machine into a repository of the recipe's, and gives a recipe for them.
    private func recipe(_ files: [(coordinate: String, path: String)], packages: [String] = ["good"]) async throws
        -> String
    {
        for (coordinate, path) in files {
            let parts = coordinate.split(separator: ":").map(String.init)
            let folder =
                "recipes/repository/\(parts[0].replacing(".", with: "/"))/\(parts[1])/\(parts[2])/\(parts[1])-\(parts[2])"
            try user.scratch.write(
                folder + ".pom",
                """
                <project><modelVersion>4.0.0</modelVersion><groupId>\(parts[0])</groupId>\
                <artifactId>\(parts[1])</artifactId><version>\(parts[2])</version></project>
                """)
            try user.scratch.write(folder + ".jar", Array(try Data(contentsOf: URL(filePath: path))))
        }
        let list = files.map { "'\($0.coordinate)'" }.joined(separator: ", ")
        let recipe = try await user.recipe(
            "demo", packages, more: "jars:\n  repositories: [./repository]\n  packages: [\(list)]\n")
        try await user.succeed("env", "lock", recipe)
        return recipe
    }

    private func findings(_ document: [String: Any]) -> [(id: String, severity: String, count: Int)] {
        let environments = document["environments"] as? [[String: Any]] ?? []
        return environments.flatMap { $0["findings"] as? [[String: Any]] ?? [] }.compactMap { finding in
            guard let id = finding["id"] as? String, let severity = finding["severity"] as? String,
                let count = finding["count"] as? Int
            else { return nil }
            return (id, severity, count)
        }
    }

    @Test(
        "of Debian's jars those that fit are no finding, and those that are in others are",
        .enabled(if: FileManager.default.fileExists(atPath: "\(jars)/asm-all.jar")))
    func debian() async throws {
        let fitting = ["guava", "jsr305", "commons-lang3", "slf4j-api", "xercesImpl", "asm", "asm-tree"]
        let files = fitting.map { (coordinate: "debian.\($0):\($0):1", path: "\(Self.jars)/\($0).jar") }
        let fine = try await user.result("env", "check", recipe(files))
        #expect(findings(fine.document).isEmpty, "\(findings(fine.document))")
        let all = files + [(coordinate: "debian.all:asm-all:2", path: "\(Self.jars)/asm-all.jar")]
        let found = try await user.result("env", "check", recipe(all)).document
        #expect(
            findings(found).allSatisfy { $0.id.hasPrefix("identical-classes") && $0.severity == "note" },
            "\(findings(found))")
        #expect(
            findings(found).map(\.id) == [
                "identical-classes debian.all:asm-all debian.asm-tree:asm-tree",
                "identical-classes debian.all:asm-all debian.asm:asm",
            ])
    }

    @Test(
        "of all of Spark 4.0.1's own jars nothing is told but notes, and what is wrong with them where it matters",
        .enabled(if: FileManager.default.fileExists(atPath: distribution.string)))
    func spark() async throws {
        // The jars of the source distribution, as its wheel has them.
        let script = """
            import base64, hashlib, sys, tarfile, zipfile
            source, target = sys.argv[1:]
            record = []
            with tarfile.open(source) as archive, zipfile.ZipFile(target, "w") as wheel:
                def add(name, data):
                    wheel.writestr(name, data)
                    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                    record.append(f"{name},sha256={digest},{len(data)}")
                add("pyspark/__init__.py", b"")
                for member in archive:
                    if "/deps/jars/" in member.name and member.isfile():
                        add("pyspark/jars/" + member.name.rpartition("/")[2], archive.extractfile(member).read())
                info = "pyspark-4.0.1.dist-info/"
                add(info + "METADATA", b"Metadata-Version: 2.1\\nName: pyspark\\nVersion: 4.0.1\\n")
                add(info + "WHEEL", b"Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                record.append(info + "RECORD,,")
                wheel.writestr(info + "RECORD", "\\n".join(record) + "\\n")
            """
        let wheel = user.scratch.file("recipes/pyspark-4.0.1-py3-none-any.whl")
        try FileManager.default.createDirectory(
            atPath: user.scratch.file("recipes").string, withIntermediateDirectories: true)
        try await Command("python3", ["-c", script, Self.distribution.string, wheel.string]).run()
        let package = "pyspark @ ./\(wheel.lastComponent?.string ?? "")"

        let plain = try await user.recipe("plain", [package])
        try await user.succeed("env", "lock", plain)
        let found = try await findings(user.result("env", "check", plain).document)
        #expect(found.allSatisfy { $0.severity == "note" }, "\(found)")
        let counts = Dictionary(found.map { ($0.id, $0.count) }) { first, _ in first }
        #expect(counts["duplicate-classes javax.jdo jdo-api"] == 180, "\(counts)")
        #expect(counts["identical-classes parquet-column parquet-hadoop"] == 271, "\(counts)")
        // SPARK-54049: Guava is renamed in it, but for one of its packages.
        #expect(counts["half-shaded guava spark-network-common_2.13"] == 3, "\(counts)")
        let built = try await user.result("env", "build", plain, "--to", user.place.string, "--no-bytecode")
        #expect(!built.words.contains("warning"), "\(built.words)")

        // A Guava of the environment's own meets both of Spark's.
        let guava = try await recipe(
            [("com.example:old-guava:31.1", "\(Self.jars)/guava.jar")], packages: [package])
        let wrong = try await findings(user.result("env", "check", guava, status: 11).document).filter {
            $0.severity != "note"
        }
        #expect(
            !wrong.isEmpty && wrong.allSatisfy { $0.severity == "conflict" && $0.id.contains("com.example:old-guava") },
            "\(wrong)")
    }
}
