public import ContentStore
internal import FileSystem
internal import Glibc
public import PythonPackaging
public import SystemPackage

/// Finds interpreters on this machine, and remembers in the store which is which.
///
/// What a program answered is kept under its path, size, inode and time of change, so that an unchanged machine runs no
/// Python to find one.
public struct InterpreterFinder: Sendable {
    static let kind: RecordKind = "interpreter.1"

    private let store: ContentStore
    private let search: InterpreterSearch

    /// - Parameter environment: the variables `PATH`, `HOME`, `PYENV_ROOT`, `XDG_DATA_HOME` and
    ///   `UV_PYTHON_INSTALL_DIR` say where to look.
    public init(store: ContentStore, environment: [String: String]) {
        self.store = store
        search = InterpreterSearch(environment: environment)
    }

    /// An interpreter of the version X.Y, at least of its patch level where it has one.
    ///
    /// - Parameter named: the program to take, or the folder of an installation or environment with `bin/python`.
    /// - Throws: ``UnitsError`` (`missingInterpreter`, or `unusableInterpreter` for a named one).
    public func find(_ version: PythonVersion, named: FilePath? = nil) throws -> Interpreter {
        if let named { return try identify(named: named, for: version) }
        var others: [Interpreter] = []
        for place in search.places(for: version) {
            for program in programs(at: place, for: version) {
                guard let interpreter = try? identify(program) else { continue }
                if Self.serves(interpreter, version) { return interpreter }
                if !others.contains(interpreter) { others.append(interpreter) }
            }
        }
        throw missing(version, others)
    }

    /// Which interpreter a program is; from the store if it is unchanged since it was last asked.
    ///
    /// - Throws: ``UnitsError`` (`unusableInterpreter`).
    public func identify(_ program: FilePath) throws -> Interpreter {
        guard let target = try? program.withoutLinks(), let key = Self.key(of: target) else {
            throw UnitsError(
                .unusableInterpreter, program.string, "is no program",
                advice: "give --python the path of an interpreter")
        }
        if let record = try store.record(kind: Self.kind, key: key),
            let known = try? Interpreter(record: record), Self.key(of: known.path) != nil
        {
            return known
        }
        // Asked at its own place, links and all: a link in a virtual environment knows its environment by that.
        let interpreter = try Interpreter.asking(program)
        // A script may answer otherwise tomorrow; only a program that answers for itself is remembered.
        if interpreter.path == target { try store.setRecord(kind: Self.kind, key: key, value: interpreter.record) }
        return interpreter
    }

    /// Which interpreter a program is that only a launcher can start here, such as one of an unpacked image; from the
    /// store if the program is unchanged since it was last asked.
    ///
    /// - Parameter launcher: a script that starts the program, and does nothing that the program's own file does not
    ///   decide. It stands as the interpreter's path.
    /// - Throws: ``UnitsError`` (`unusableInterpreter`).
    public func identify(_ program: FilePath, launcher: FilePath) throws -> Interpreter {
        guard let target = try? program.withoutLinks(), let key = Self.key(of: target).map({ "launched \($0)" }) else {
            throw UnitsError(
                .unusableInterpreter, program.string, "is no program",
                advice: "choose another base, or leave bytecode out (--no-bytecode)")
        }
        if let record = try store.record(kind: Self.kind, key: key),
            let known = try? Interpreter(record: record), known.path == launcher
        {
            return known
        }
        var interpreter = try Interpreter.asking(launcher)
        interpreter.path = launcher
        try store.setRecord(kind: Self.kind, key: key, value: interpreter.record)
        return interpreter
    }

    private func identify(named: FilePath, for version: PythonVersion) throws -> Interpreter {
        let inside = named.appending("bin/python")
        let interpreter = try identify(named.isFolder ? inside : named)
        guard Self.serves(interpreter, version) else {
            throw UnitsError(
                .unusableInterpreter, named.string,
                "is Python \(interpreter.version), but Python \(version) is wanted",
                advice: "name another interpreter with --python PATH, or leave it out to have one found")
        }
        return interpreter
    }

    private static func serves(_ interpreter: Interpreter, _ version: PythonVersion) -> Bool {
        interpreter.version.withoutPatch == version.withoutPatch
            && interpreter.version.patch ?? 0 >= version.patch ?? 0
    }

    private func programs(at place: InterpreterSearch.Place, for version: PythonVersion) -> [FilePath] {
        switch place {
        case .program(let program):
            return Self.key(of: program) == nil ? [] : [program]
        case .installations(let folder):
            return InterpreterSearch.installations(of: version, in: Self.names(in: folder)).map { name in
                folder.appending(name).appending("bin/python\(version.withoutPatch)")
            }
            .filter { Self.key(of: $0) != nil }
        }
    }

    private func missing(_ version: PythonVersion, _ others: [Interpreter]) -> UnitsError {
        let found = others.map { "\($0.version) at \($0.path)" }.joined(separator: ", ")
        let short = version.withoutPatch
        return UnitsError(
            .missingInterpreter, "Python \(version)",
            "is not on this machine" + (found.isEmpty ? "" : " (found \(found))"),
            advice: """
                install it (`apt-get install python\(short)`, `pyenv install \(short)` or \
                `uv python install \(short)`), or name one with --python PATH
                """)
    }
}

// What the file system says.
extension InterpreterFinder {
    /// What a program is remembered under; `nil` if it is no file that may be executed.
    private static func key(of program: FilePath) -> String? {
        var facts = stat()
        guard program.withPlatformString({ stat($0, &facts) }) == 0, facts.st_mode & S_IFMT == S_IFREG,
            program.withPlatformString({ access($0, X_OK) }) == 0
        else { return nil }
        let time = facts.st_mtim
        return "\(program) \(facts.st_size) \(facts.st_ino) \(time.tv_sec).\(time.tv_nsec)"
    }

    private static func names(in folder: FilePath) -> [String] {
        ((try? folder.folderNames()) ?? []).filter { !$0.hasPrefix(".") }
    }
}
