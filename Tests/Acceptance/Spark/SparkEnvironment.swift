import Foundation
import SystemPackage
import TestSupport
import Testing

/// The ready recipe of Spark 4.0, built from its committed lock: as a folder, and as an image on the base with Java.
///
/// Made once for a test run, in the build folder; PySpark itself is fetched and built once, in the data folder that
/// outlives the clone.
final class SparkEnvironment: Sendable {
    private static let made = Task { try await SparkEnvironment() }

    static var shared: SparkEnvironment { get async throws { try await made.value } }

    /// What the machine must have for it.
    static var possible: Bool {
        ContainerPeer.canRun && Peer.has("mmdebstrap", "bwrap", "/usr/bin/python3.11", "java", "javac", "jar")
    }
    static let needs: Comment = "needs root, runc, umoci, skopeo, mmdebstrap, bubblewrap, Python 3.11 and a JDK"

    let root: FilePath
    /// The data folder.
    let data: FilePath
    let tree: FilePath
    let layout: FilePath
    let container: ContainerPeer

    private init() async throws {
        root = Peer.repository.appending(".build/acceptance/spark")
        if FileManager.default.fileExists(atPath: root.string) {
            try await Command("sh", ["-c", "chmod -R u+w \"$1\" && rm -rf \"$1\"", "sh", root.string]).run()
        }
        try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
        data = Peer.cache.appending("recipes")
        tree = root.appending("tree")
        layout = root.appending("images")
        let lock = Peer.repository.appending("recipes/spark-4.0.lock.toml").string
        try await Command(
            Peer.chidori,
            [
                "env", "build", lock, "--to", tree.string, "--image", "oci:\(layout):spark", "--data", data.string,
                "--quiet",
            ]
        ).run()
        container = try await ContainerPeer(layout: layout, tag: "spark", bundle: root.appending("bundle"))
    }

    /// Runs a program in the folder, as people do, on a machine with another Python first and another Spark.
    func run(
        _ arguments: [String], in folder: FilePath? = nil, environment: [String: String?] = [:], tree: FilePath? = nil
    ) async throws -> Command.Outcome {
        let other = root.appending("other")
        try FileManager.default.createDirectory(atPath: other.string, withIntermediateDirectories: true)
        for name in ["python", "python3", "python3.11", "spark-submit"] {
            let file = other.appending(name).string
            try Data("#!/bin/sh\necho another \(name) >&2\nexit 9\n".utf8).write(to: URL(filePath: file))
            chmod(file, 0o755)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        var variables: [String: String?] = [
            "PATH": "\(other):\(path)", "SPARK_HOME": "/nowhere", "PYSPARK_PYTHON": other.appending("python3").string,
            "PYSPARK_DRIVER_PYTHON": other.appending("python3").string, "SPARK_CONF_DIR": nil, "JAVA_HOME": nil,
            "SPARK_LOCAL_IP": "127.0.0.1",
        ]
        for (name, value) in environment { variables[name] = value }
        return try await Command(
            Peer.chidori,
            ["env", "run", (tree ?? self.tree).string, "--data", data.string, "--"] + arguments, in: folder,
            environment: variables
        ).outcome()
    }

    /// The folder of PySpark's own examples, below a tree.
    static let examples = "spark/examples/src/main/python"

    /// The files that the SQL example reads, in a new folder where it looks for them.
    static func resources() throws -> Scratch {
        let scratch = try Scratch("examples")
        let people = [
            "{\"name\":\"Michael\"}", "{\"name\":\"Andy\", \"age\":30}", "{\"name\":\"Justin\", \"age\":19}",
        ]
        let place = "examples/src/main/resources"
        try scratch.write("\(place)/people.json", people.joined(separator: "\n"))
        try scratch.write("\(place)/people.txt", "Michael, 29\nAndy, 30\nJustin, 19\n")
        try scratch.write("words.txt", "one two\ntwo three three\nthree\n")
        return scratch
    }
}

extension Command.Outcome {
    /// Both streams, for a test that fails.
    var everything: Comment { "\(status)\n\(text.suffix(4000))\n\(errorText.suffix(6000))" }
}
