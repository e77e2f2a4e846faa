public import MavenPackaging

/// What a jar holds, as far as it matters to others on the class path. It depends on the jar's bytes alone.
public struct JarContent: Sendable, Equatable {
    public var classes = ClassListing()
    /// The highest class-file version of its classes; `nil` for a jar without any. 52 is Java 8, 61 Java 17.
    public var classFileVersion: Int?
    /// What the signatures of its classes are called: the JVM refuses classes in their packages that others signed, or
    /// nobody. One publisher's have one name.
    public var signers: Set<String> = []
    /// Whether its packages are sealed: the JVM refuses classes of them from elsewhere.
    public var isSealed = false
    /// The packages, dotted, of which the manifest says otherwise than of all.
    public var otherwiseSealed: Set<String> = []
    /// The processors that it has shared libraries for on Linux, `other` for those that environments are not made for.
    public var nativeProcessors: Set<String> = []

    public init() {}

    /// Whether a package, dotted, is sealed.
    public func seals(_ package: String) -> Bool { isSealed != otherwiseSealed.contains(package) }

    /// The Java that its classes need: 17 for class-file version 61 (JVMS §4.1).
    public var java: Int? { classFileVersion.map { $0 - 44 } }

    /// The major version of Protocol Buffers' runtime in it under its own name; `nil` without one.
    ///
    /// What tells it: 4 (from 4.26) has a class for its version, 3 had `GeneratedMessageV3`, and 2 neither.
    public var protobufMajor: Int? {
        let package = "com/google/protobuf"
        guard classes.packages.contains(package), classes.contains("\(package)/CodedInputStream") else { return nil }
        if classes.contains("\(package)/RuntimeVersion") { return 4 }
        return classes.contains("\(package)/GeneratedMessageV3") ? 3 : 2
    }

    /// The processor that a shared library is for, as its path in a jar tells it: `x86_64`, `aarch64` or `other`; `nil`
    /// where it is not for Linux, or nothing tells.
    public static func processor(ofLibrary path: String) -> String? {
        let path = path.lowercased()
        guard path.hasSuffix(".so") else { return nil }
        let foreign = [
            "freebsd", "openbsd", "aix", "darwin", "osx", "macos", "android", "win32", "windows", "sunos", "solaris",
        ]
        if foreign.contains(where: path.contains) { return nil }
        if ["aarch64", "aarch_64", "arm64"].contains(where: path.contains) { return "aarch64" }
        if ["x86_64", "amd64", "x86-64", "linux64", "/x64/"].contains(where: path.contains) { return "x86_64" }
        let others = ["ppc", "s390", "riscv", "loongarch", "mips", "i386", "x86", "linux32", "/arm", "armv", "armhf"]
        return others.contains(where: path.contains) ? "other" : nil
    }
}

/// A jar of an environment's class path.
public struct Jar: Sendable {
    public enum Origin: Sendable, Hashable {
        /// One of the environment's own.
        case environment
        /// One that PySpark brings.
        case spark
    }

    public var origin: Origin
    /// `nil` for one of Spark's, whose file names tell artifacts alone.
    public var group: String?
    public var artifact: String
    /// `nil` where the file's name has none.
    public var version: String?
    public var filename: String
    /// What recipes call it: `group:artifact`, with extension and classifier where it is no plain jar; one of Spark's by
    /// its artifact.
    public var name: String
    /// Who brings it: coordinates from what the recipe asks for; empty for what it asks for itself.
    public var path: [String]
    public var content: JarContent

    /// One of the environment's own.
    public init(
        _ coordinate: ArtifactCoordinate, filename: String, path: [String] = [], content: JarContent
    ) {
        origin = .environment
        group = coordinate.module.group
        artifact = coordinate.module.artifact
        version = coordinate.version
        name = coordinate.key.shortName
        self.filename = filename
        self.path = path
        self.content = content
    }

    /// One that PySpark brings, named by its file.
    public init(ofSpark filename: String, content: JarContent) {
        origin = .spark
        self.filename = filename
        path = []
        self.content = content
        let module = ProvidedModule(jar: filename)
        artifact = module?.artifact ?? filename
        version = module?.version
        name = artifact
    }

    /// What the file is called where no other jar has its name.
    var ownFilename: String {
        let prefix = "\(group ?? "")_"
        return filename.hasPrefix(prefix) ? String(filename.dropFirst(prefix.count)) : filename
    }

    /// In Maven's terms, as far as it is known.
    var coordinate: ArtifactCoordinate {
        ArtifactCoordinate(group: group ?? "", artifact: artifact, version: version ?? "")
    }

    /// The artifact's name without the Scala that it is for.
    var library: String { ScalaSuffix.split(artifact)?.base ?? artifact }

    /// As people read it.
    public var title: String {
        let words = [name, version].compactMap(\.self).joined(separator: " ")
        return origin == .spark ? "Spark's \(words)" : words
    }
}
