internal import Glibc
internal import PythonPackaging
internal import Subprocesses
public import SystemPackage

extension Interpreter {
    /// Prints the facts, each followed by a NUL. Imports nothing that is not built in or frozen.
    private static let questions = """
        import sys, os, _imp, _frozen_importlib_external
        base = getattr(sys, '_base_executable', None) or sys.executable
        try:
            libc = os.confstr('CS_GNU_LIBC_VERSION') or ''
        except (AttributeError, ValueError, OSError):
            libc = ''
        facts = [sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], sys.abiflags, os.path.realpath(base),
                 sys.version, sys.implementation.cache_tag or '',
                 _frozen_importlib_external.MAGIC_NUMBER.hex(), _imp.extension_suffixes()[0], libc]
        sys.stdout.write(''.join(fact + chr(0) for fact in facts))
        """

    /// Runs a program that should be a CPython and asks which one it is. Blocks.
    ///
    /// An interpreter inside a virtual environment answers for the one that the environment was made with.
    ///
    /// - Throws: ``UnitsError`` (`unusableInterpreter`) where the program does not run, is no CPython of version 3, or
    ///   is a debug build, whose ABI no wheel has.
    public static func asking(_ program: FilePath) throws -> Interpreter {
        func unusable(_ message: String, cause: (any Error)? = nil) -> UnitsError {
            UnitsError(
                .unusableInterpreter, program.string, message,
                advice: "name another interpreter with --python PATH", cause: cause)
        }
        let output: [UInt8]
        do {
            output = try Program(
                program.string, ["-I", "-S", "-B", "-c", questions], environment: .exactly(needed), in: "/"
            )
            .output(outputLimit: 1 << 20, timeout: .seconds(60))
        } catch {
            throw unusable("cannot be run as an interpreter (\(error))", cause: error)
        }
        let facts = output.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard facts.count == 10, let magic = bytes(hex: facts[6]), let version = try? PythonVersion(facts[1]) else {
            throw unusable("does not answer as an interpreter does")
        }
        guard facts[0] == "cpython", version.major == 3 else {
            throw unusable("is \(facts[0]) \(facts[1]); environments are for CPython 3")
        }
        guard !facts[2].contains("d") else {
            throw unusable("is a debug build, whose extension modules no wheel brings")
        }
        return Interpreter(
            path: FilePath(facts[3]),
            version: PythonVersion(
                version.major, version.minor, version.patch, isFreeThreaded: facts[2].contains("t")),
            build: InterpreterBuild(
                description: facts[4], cacheTag: facts[5], magic: magic, extensionSuffix: facts[7]),
            cLibrary: facts[8])
    }

    /// What an interpreter, or a shim that leads to one, needs of this process's environment. No password is among it.
    private static var needed: [String: String] {
        let names = [
            "PATH", "HOME", "LD_LIBRARY_PATH", "PYENV_ROOT", "PYENV_VERSION", "ASDF_DIR", "ASDF_DATA_DIR",
        ]
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }

    private static func bytes(hex: String) -> [UInt8]? {
        guard hex.utf8.count == 8, let number = UInt32(hex, radix: 16) else { return nil }
        return withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
