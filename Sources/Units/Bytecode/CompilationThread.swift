internal import Archive
internal import Cryptography
internal import Glibc

/// One thread of a compilation, with its interpreter and buffers.
struct CompilationThread: ~Copyable {
    /// How many bytes of requests are sent before answers have come, so that the interpreter never waits.
    private static let ahead = 256 << 10

    private let run: CompilationRun
    private var reader = UnitReader(bufferSize: 64 << 10)
    private var marshal: CanonicalMarshal
    private var encoder = DeflateEncoder()
    /// The beginning of every file: magic number, and the flags of an unchecked hash (PEP 552).
    private let head: [UInt8]

    /// Jobs sent or being sent and not yet answered, in order, and the sizes of their requests.
    private var unanswered: [(job: BytecodeJob, size: Int)] = []
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var incoming: [UInt8] = []
    private var source: [UInt8] = []
    private var file: [UInt8] = []

    init(run: CompilationRun) {
        self.run = run
        marshal = CanonicalMarshal(layout: CanonicalMarshal.CodeLayout(minor: run.minor))
        head = run.build.magic + [1, 0, 0, 0]
    }

    /// Compiles until no job is left.
    mutating func work() throws {
        var compiler: CompilerProcess?
        while true {
            try sendAhead()
            if unanswered.isEmpty { break }
            let process = try compiler ?? run.startCompiler()
            compiler = process
            let (count, alive) = try process.exchange(outgoing, from: sent, into: &incoming)
            sent += count
            if sent == outgoing.count {
                outgoing.removeAll(keepingCapacity: true)
                sent = 0
            }
            try takeAnswers()
            if !alive {
                try bury(process)
                compiler = nil
            }
        }
        // What is not told to end is killed; there is nothing that a compiler could lose.
    }

    /// Takes jobs as long as there is little on its way.
    private mutating func sendAhead() throws {
        var waiting = unanswered.reduce(0) { $0 + $1.size }
        while waiting < Self.ahead || unanswered.count < 2, let job = run.nextJob() {
            let name = try readSource(of: job)
            Self.append(name, source, to: &outgoing)
            unanswered.append((job, source.count))
            waiting += source.count
        }
    }

    /// Reads the source of a job; returns the name that its code is to carry.
    private mutating func readSource(of job: BytecodeJob) throws -> [UInt8] {
        source.removeAll(keepingCapacity: true)
        return Array(try run.readSource(job, with: &reader, into: &source).utf8)
    }

    private static func append(_ name: [UInt8], _ source: [UInt8], to requests: inout [UInt8]) {
        requests.appendInt32(name.count)
        requests.appendInt32(source.count)
        requests.append(contentsOf: name)
        requests.append(contentsOf: source)
    }

    /// Takes the whole answers out of what has come in.
    private mutating func takeAnswers() throws {
        var start = 0
        while incoming.count - start >= 4 {
            let size = incoming.withUnsafeBytes {
                Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
            }
            guard size != CompilerScript.unsettled else {
                guard !unanswered.isEmpty else { break }
                let (job, _) = unanswered.removeFirst()
                try run.finish(job, compileAlone(job))
                start += 4
                continue
            }
            guard incoming.count - start - 4 >= size else {
                incoming.reserveCapacity(size + 4)
                break
            }
            guard !unanswered.isEmpty else { break }
            let (job, _) = unanswered.removeFirst()
            try run.finish(job, size == 0 ? nil : compiled(incoming[start + 4..<start + 4 + size]))
            start += 4 + size
        }
        incoming.removeSubrange(..<start)
    }

    /// Makes a `.pyc` of an answer; `nil` for a stream of a format that ``CanonicalMarshal`` does not know, so that a
    /// file without bytecode is the worst that can happen.
    private mutating func compiled(_ answer: ArraySlice<UInt8>) -> CompiledFile? {
        guard answer.count > 8 else { return nil }
        file.removeAll(keepingCapacity: true)
        file.append(contentsOf: head)
        file.append(contentsOf: answer.prefix(8))
        let isKnown = answer.withUnsafeBytes { bytes in
            let stream = UnsafeRawBufferPointer(rebasing: bytes[8...])
            return (try? marshal.rewrite(stream, into: &file)) != nil
        }
        guard isKnown else { return nil }
        return file.withUnsafeBytes { bytes in
            CompiledFile(content: ZipContent(bytes, encoder: &encoder), digest: SHA256Digest(of: bytes))
        }
    }

    /// Compiles a source in an interpreter of its own, which has nothing else in memory and a stack of a fixed size.
    ///
    /// What comes of it depends on the source and the interpreter's build; what does not, such as too little memory, is
    /// an error. So nothing is taken for a source that does not compile because a machine was short of something.
    ///
    /// - Returns: `nil` for a source that does not compile.
    private mutating func compileAlone(_ job: BytecodeJob) throws -> CompiledFile? {
        let process = try run.startCompiler(isAlone: true)
        let name = try readSource(of: job)
        var request: [UInt8] = []
        Self.append(name, source, to: &request)
        var sent = 0
        var answer: [UInt8] = []
        while true {
            let (count, alive) = try process.exchange(request, from: sent, into: &answer)
            sent += count
            if answer.count >= 4 {
                let size = answer.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
                if size == 0 { return nil }
                if size == CompilerScript.unsettled {
                    throw process.failure("has not memory enough to compile \(run.name(of: job))")
                }
                if answer.count - 4 >= size { return compiled(answer[4..<4 + size]) }
            }
            if alive { continue }
            switch process.end() {
            case .signalled(let signal):
                throw process.failure("was ended by signal \(signal) when it compiled \(run.name(of: job))")
            case .exited(let status):
                throw process.failure(
                    "ended with status \(status) when it compiled \(run.name(of: job))\(process.complaint())")
            case nil:
                throw process.failure("was lost when it compiled \(run.name(of: job))")
            }
        }
    }

    /// An interpreter that has died while compiling: the source it died of is compiled alone, the others by the next.
    private mutating func bury(_ process: CompilerProcess) throws {
        let ending = process.end()
        let complaint = process.complaint()
        let jobs = unanswered.map(\.job)
        unanswered = []
        outgoing = []
        incoming = []
        sent = 0
        switch ending {
        case .signalled(let signal) where [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE].contains(signal) && !jobs.isEmpty:
            run.giveBack(jobs.dropFirst())
            try run.finish(jobs[0], compileAlone(jobs[0]))
        case .signalled(SIGKILL):
            throw process.failure("was killed while it compiled; perhaps the machine has run out of memory")
        case .signalled(let signal):
            throw process.failure("was ended by signal \(signal) while it compiled")
        case .exited(let status):
            throw process.failure("ended with status \(status) while it compiled\(complaint)")
        case nil:
            throw process.failure("was lost while it compiled")
        }
    }
}

extension [UInt8] {
    /// Little-endian.
    fileprivate mutating func appendInt32(_ number: Int) {
        let number = UInt32(truncatingIfNeeded: number)
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
