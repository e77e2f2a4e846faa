internal import Archive
internal import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import Synchronization
internal import Workers

/// The compilation of some units by several interpreters at once.
///
/// Each thread has an interpreter of its own, keeps it busy by sending ahead, and rewrites, compresses and hashes what
/// comes back while the interpreter compiles on. The thread that finishes a unit's last file writes the unit.
final class CompilationRun: Sendable {
    private let units: [Unit]
    private let archives: [UnitSource]
    private let sources: [[BytecodeSource]]
    private let interpreter: Interpreter
    private let store: ContentStore
    private let keep: @Sendable (Unit, Bytecode) throws -> Void
    private let progress: @Sendable (BytecodeCompiler.Progress) -> Void

    private let jobs: BytecodeJobs
    private let total: Int
    private let done = Atomic<Int>(0)
    private let made: Mutex<[Bytecode?]>

    /// - Parameter keep: takes each unit's bytecode as soon as it is stored.
    init(
        units: [Unit], interpreter: Interpreter, store: ContentStore,
        progress: @escaping @Sendable (BytecodeCompiler.Progress) -> Void,
        keep: @escaping @Sendable (Unit, Bytecode) throws -> Void
    ) throws {
        self.units = units
        self.interpreter = interpreter
        self.store = store
        self.keep = keep
        self.progress = progress
        archives = try units.map { try UnitSource($0, in: store) }
        sources = try units.map { try BytecodeSource.sources(of: $0, cacheTag: interpreter.build.cacheTag) }
        jobs = BytecodeJobs(counts: sources.map(\.count))
        total = sources.reduce(0) { $0 + $1.count }
        made = Mutex(sources.map { $0.isEmpty ? Bytecode(unit: nil, skipped: []) : nil })
    }

    /// Compiles everything. The results are in the units' order.
    func run(_ workers: Workers) throws -> [Bytecode] {
        for (unit, sources) in zip(units, sources) where sources.isEmpty {
            try keep(unit, Bytecode(unit: nil, skipped: []))
        }
        let count = min(workers.count, (total + 3) / 4)
        if count > 0 {
            _ = try Workers(count: count).map(Array(0..<count)) { _ in
                do {
                    var thread = CompilationThread(run: self)
                    try thread.work()
                } catch {
                    self.jobs.fail()
                    throw error
                }
            }
        }
        return made.withLock { $0.compactMap { $0 } }
    }

    // What the threads ask for and hand in.

    var build: InterpreterBuild { interpreter.build }
    var minor: Int { interpreter.version.minor }

    func nextJob() -> BytecodeJob? { jobs.next() }

    func giveBack(_ unanswered: some Sequence<BytecodeJob>) { jobs.giveBack(unanswered) }

    func startCompiler(isAlone: Bool = false) throws -> CompilerProcess {
        try CompilerProcess(interpreter, isAlone: isAlone)
    }

    /// What a job's source is called where something is wrong with it.
    func name(of job: BytecodeJob) -> String {
        "\(sources[job.unit][job.source].file.path) of \(units[job.unit])"
    }

    /// Appends the source of a job to `bytes`; returns the name that its code is to carry.
    func readSource(_ job: BytecodeJob, with reader: inout UnitReader, into bytes: inout [UInt8]) throws -> String {
        let source = sources[job.unit][job.source]
        try reader.read(source.file, of: archives[job.unit], into: &bytes)
        return source.file.path
    }

    func finish(_ job: BytecodeJob, _ result: CompiledFile?) throws {
        let count = done.add(1, ordering: .relaxed).newValue
        if count % 16 == 0 || count == total { progress(BytecodeCompiler.Progress(done: count, total: total)) }
        guard let results = jobs.finish(job, result) else { return }
        let bytecode = try store(results, of: job.unit)
        try keep(units[job.unit], bytecode)
        made.withLock { $0[job.unit] = bytecode }
    }

    /// Writes a unit's compiled files as a canonical zip and describes it.
    private func store(_ results: [CompiledFile?], of index: Int) throws -> Bytecode {
        let sources = sources[index]
        let skipped = zip(sources, results).filter { $1 == nil }.map(\.0.file.path).sorted()
        guard skipped.count < sources.count else { return Bytecode(unit: nil, skipped: skipped) }
        var files: [UnitFile] = []
        let blob = try store.insert { output in
            var zip = ZipWriter()
            for case (let source, let compiled?) in Swift.zip(sources, results) {
                try zip.add(source.target, compiled.content) { try output.write($0) }
                files.append(
                    UnitFile(
                        path: source.target, isExecutable: false, size: compiled.content.size,
                        digest: compiled.digest, origin: .member(files.count)))
            }
            try zip.finish { try output.write($0) }
        }
        let unit = units[index]
        return Bytecode(
            unit: try Unit(
                kind: .bytecode, artifact: blob.digest, name: unit.name, version: unit.version, python: unit.python,
                files: files),
            skipped: skipped)
    }
}
