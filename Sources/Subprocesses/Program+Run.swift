internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension Program {
    /// Runs the program to its end, whatever its status. Blocks.
    ///
    /// - Parameters:
    ///   - input: what it reads on standard input; nothing if empty.
    ///   - outputLimit: bytes of standard output that are kept at most; more is an error.
    ///   - timeout: after this long the program's whole process group is killed.
    /// - Throws: ``SubprocessError`` where it cannot be started, prints too much or takes too long.
    public func run(
        input: [UInt8] = [], outputLimit: Int = 64 << 20, timeout: Duration? = nil
    ) throws -> ProgramOutcome {
        let running = try RunningProgram(self, at: try located())
        var output: [UInt8] = []
        var errors: [UInt8] = []
        let tail = 64 << 10
        let ending = try running.finish(
            self, input: input, timeout: timeout,
            .init(
                output: { piece in
                    output.append(contentsOf: piece)
                    guard output.count <= outputLimit else {
                        throw SubprocessError(.tooMuchOutput, self, "printed more than \(outputLimit) bytes")
                    }
                },
                errors: { piece in
                    errors.append(contentsOf: piece)
                    if errors.count > 2 * tail { errors.removeFirst(errors.count - tail) }
                }))
        return ProgramOutcome(ending: ending, output: output, errors: Array(errors.suffix(tail)))
    }

    /// Runs the program to its end, and passes on all that it prints, both streams as one, as it comes. Blocks.
    ///
    /// - Parameters:
    ///   - timeout: after this long the program's whole process group is killed.
    ///   - printed: takes what it prints, piece by piece.
    ///   - watch: called ten times a second with the program's process id, to see what it takes. What this or `printed`
    ///     throws ends the program.
    /// - Throws: ``SubprocessError`` where it cannot be started or takes too long, and what the closures throw.
    public func run(
        timeout: Duration, printed: @escaping (ArraySlice<UInt8>) throws -> Void,
        watch: @escaping (Int32) throws -> Void
    ) throws -> ProgramOutcome.Ending {
        let running = try RunningProgram(self, at: try located(), mergesOutputs: true)
        return try running.finish(self, input: [], timeout: timeout, .init(output: printed, watch: watch))
    }

    /// Runs it and returns its standard output; a status other than 0 is an error that shows what it printed.
    public func output(
        input: [UInt8] = [], outputLimit: Int = 64 << 20, timeout: Duration? = nil
    ) throws -> [UInt8] {
        let outcome = try run(input: input, outputLimit: outputLimit, timeout: timeout)
        guard outcome.succeeded else {
            let how =
                switch outcome.ending {
                case .exited(let status): "ended with status \(status)"
                case .signalled(let signal): "was ended by signal \(signal)"
                }
            let said = outcome.errorText.isEmpty ? outcome.outputText : outcome.errorText
            let lines = said.split(separator: "\n").suffix(12).joined(separator: "\n    ")
            throw SubprocessError(.failed, self, "\(how): `\(line)`\(lines.isEmpty ? "" : "\n    \(lines)")")
        }
        return outcome.output
    }

    /// Where the program is, as it would itself look for it: on the `PATH` that it will see.
    func located() throws -> FilePath {
        if let path = Self.locate(program, onPath: variable("PATH")) { return path }
        let advice =
            switch ToolPackage.having(program) {
            case let package?: "install it (`apt-get install \(package)` on Debian and Ubuntu), or put it on the PATH"
            case nil where program.utf8.contains(UInt8(ascii: "/")): "check the path, and whether it may be executed"
            case nil: "install it, or put it on the PATH"
            }
        throw SubprocessError(.notFound, self, "is not on this machine", advice: advice)
    }

    private func variable(_ name: String) -> String? {
        switch environment {
        case .exactly(let given): return given[name]
        case .inherited(let changes):
            if let change = changes[name] { return change }
            return getenv(name).map { String(cString: $0) }
        }
    }

    static func isExecutable(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    var variables: [String] {
        let chosen: [String: String]
        switch environment {
        case .exactly(let given): chosen = given
        case .inherited(let changes):
            var merged = Self.currentEnvironment()
            for (name, value) in changes { merged[name] = value }
            chosen = merged
        }
        return chosen.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
