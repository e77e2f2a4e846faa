public import Cryptography
public import PythonPackaging
public import SystemPackage

/// A CPython on this machine, and exactly which one it is.
public struct Interpreter: Sendable, Hashable {
    /// The program itself: no link, and no wrapper script but one that must start it.
    public internal(set) var path: FilePath
    /// X.Y.Z.
    public let version: PythonVersion
    public let build: InterpreterBuild
    /// The C library that the program runs with (`glibc 2.36`); empty where it does not tell.
    public let cLibrary: String

    public init(path: FilePath, version: PythonVersion, build: InterpreterBuild, cLibrary: String) {
        self.path = path
        self.version = version
        self.build = build
        self.cLibrary = cLibrary
    }

    /// How what is made for a platform gets along with the C library that this interpreter runs with.
    public func fit(_ platform: TargetPlatform) -> PlatformFit {
        let isMusl = build.extensionSuffix.contains("-musl")
        switch platform.cLibrary {
        case .musl:
            return cLibrary.isEmpty || isMusl ? .runs : .otherLibrary(cLibrary)
        case .glibc(let major, let minor):
            if isMusl { return .otherLibrary("musl") }
            let words = cLibrary.split(separator: " ")
            let numbers = (words.last ?? "").split(separator: ".").compactMap { Int($0) }
            guard words.first == "glibc", numbers.count >= 2 else { return .runs }
            return (numbers[0], numbers[1]) >= (major, minor) ? .runs : .older(cLibrary)
        }
    }
}

/// Whether files for a platform run with an interpreter, as far as their C libraries tell.
public enum PlatformFit: Sendable, Equatable {
    case runs
    /// It has an older release of the C library (named here) than some files may ask for.
    case older(String)
    /// It has another C library altogether (named here): nothing native would load.
    case otherLibrary(String)
}

/// What decides which bytecode an interpreter makes and loads: its exact build.
///
/// Two patch releases share a magic number and still compile some files differently, so the magic number alone would
/// not do. The C library is not part of it: no bytecode depends on it.
public struct InterpreterBuild: Sendable, Hashable {
    /// `sys.version`: version, build number, date and compiler.
    public let description: String
    /// `sys.implementation.cache_tag`, the middle of every `.pyc` file's name: `cpython-311`.
    public let cacheTag: String
    /// The four bytes that open a `.pyc` file (`importlib.util.MAGIC_NUMBER`).
    public let magic: [UInt8]
    /// The ending of extension modules that are made for this ABI: `.cpython-311-x86_64-linux-gnu.so`.
    public let extensionSuffix: String

    public init(description: String, cacheTag: String, magic: [UInt8], extensionSuffix: String) {
        self.description = description
        self.cacheTag = cacheTag
        self.magic = magic
        self.extensionSuffix = extensionSuffix
    }

    /// What the build is known by: SHA-256 of its facts, each followed by a NUL.
    public var key: SHA256Digest {
        let magic = magic.map { String($0) }.joined(separator: ".")
        return SHA256Digest(
            of: [description, cacheTag, magic, extensionSuffix].map { $0 + "\0" }.joined())
    }
}
