public import Cryptography
public import PythonPackaging
public import SystemPackage

/// A CPython on this machine, and exactly which one it is.
public struct Interpreter: Sendable, Hashable {
    /// The program itself: no link, no wrapper script.
    public let path: FilePath
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
