public import Archive
public import Cryptography
public import PythonPackaging

/// What a jar is called: in a lock, and in an environment.
public struct JarName: Sendable, Hashable {
    /// `group:artifact`; with extension and classifier behind it where it is no plain jar.
    public var module: String
    public var version: String
    /// In the environment's folder of jars: `kafka-clients-3.9.0.jar`.
    public var filename: String

    public init(module: String, version: String, filename: String) {
        self.module = module
        self.version = version
        self.filename = filename
    }
}

extension Unit {
    /// The folder of jars below ENV.
    public static let jarsFolder = "jars"

    /// Describes a jar: one file, which is the artifact itself.
    ///
    /// What is in it is nobody's business here but the JVM's, which takes more than wheels' readers do; only that it is a
    /// zip at all is looked at.
    ///
    /// - Parameters:
    ///   - artifact: the jar's own digest.
    ///   - source: its bytes.
    /// - Throws: ``UnitsError`` (`invalidJar`, `forbiddenPath`).
    public static func jar(
        _ name: JarName, artifact: SHA256Digest, source: any ByteSource, python: PythonVersion
    ) throws -> Unit {
        guard try isZip(source) else {
            throw UnitsError(
                .invalidJar, name.filename, "is no jar: it has no zip directory at its end",
                advice: "lock again; if it persists, choose another version of \(name.module), or another repository")
        }
        let file = UnitFile(
            path: "\(jarsFolder)/\(name.filename)", isExecutable: false, size: source.size, digest: artifact,
            origin: .artifact)
        return try Unit(
            kind: .jar, artifact: artifact, name: name.module, version: name.version, python: python, files: [file])
    }

    /// Whether the end record of a zip's directory is where it must be (APPNOTE 4.3.16).
    private static func isZip(_ source: any ByteSource) throws -> Bool {
        let count = Int(min(source.size, 22 + 0xFFFF))
        guard count >= 22 else { return false }
        var tail = [UInt8](repeating: 0, count: count)
        try tail.withUnsafeMutableBytes { try source.read(at: source.size - UInt64(count), into: $0) }
        let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
        return (0...(count - 22)).reversed().contains { tail[$0..<$0 + 4].elementsEqual(signature) }
    }
}
