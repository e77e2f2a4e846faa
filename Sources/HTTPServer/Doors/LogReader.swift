internal import DriverProvider
internal import HTTPTypes
internal import JobAPI
internal import JobModel
internal import JobStore

/// Reads one attempt's log for one request.
struct LogReader: Sendable {
    private let parts: ServerParts
    private let job: Job
    private let query: LogQuery
    private static let piece = 256 << 10
    /// How long to sleep where a log does not grow: short enough for people who watch.
    private static let pause = Duration.milliseconds(200)

    init(_ parts: ServerParts, job: Job, query: LogQuery) {
        self.parts = parts
        self.job = job
        self.query = query
    }

    func reply(to exchange: Exchange) async throws -> Reply {
        let deadline = ContinuousClock.now + .milliseconds(query.wait)
        var isOver = try await !isAlive()
        var attempt = try await attempt()
        while attempt == nil, !isOver, query.follow || .now < deadline {
            try await Task.sleep(for: Self.pause)
            // In this order: what began and ended in between is still found.
            isOver = try await !isAlive()
            attempt = try await self.attempt()
        }
        guard let attempt else {
            if isOver, let number = query.attempt { throw noAttempt(number) }
            return empty(isComplete: isOver)
        }
        if query.follow { return try await following(attempt) }
        var span = try await span(of: attempt, exchange)
        while span.isEmpty, !span.isComplete, .now < deadline {
            try await Task.sleep(for: Self.pause)
            span = try await self.span(of: attempt, exchange)
        }
        return reply(span, of: attempt)
    }

    // MARK: Which attempt

    /// The attempt that is asked for; `nil` while there is none, and for the next one that may come.
    private func attempt() async throws -> AttemptID? {
        let attempts = try await attempts()
        guard let number = query.attempt else { return attempts.last }
        if let found = attempts.first(where: { $0.number == number }) { return found }
        guard number == (attempts.last?.number ?? 0) + 1 else { throw noAttempt(number) }
        return nil
    }

    /// Those of the task that is asked for, in turn.
    private func attempts() async throws -> [AttemptID] {
        let wanted = try task()
        let all = try await parts.store.attempts(of: job.id).map(\.id)
        let ofTask = wanted.map { task in all.filter { $0.task == task } } ?? firstTask(of: all)
        return ofTask.sorted { $0.number < $1.number }
    }

    private func noAttempt(_ number: Int) -> Problem {
        .notFound("attempt \(number) of job \(job.id)", advice: "its attempts: \(APIPath.job(job.id, "attempts"))")
    }

    private func firstTask(of attempts: [AttemptID]) -> [AttemptID] {
        let groups = job.request.taskGroups.map(\.name)
        func place(_ task: TaskID) -> (Int, Int) { (groups.firstIndex(of: task.group) ?? .max, task.index) }
        guard let first = attempts.map(\.task).min(by: { place($0) < place($1) }) else { return [] }
        return attempts.filter { $0.task == first }
    }

    private func task() throws -> TaskID? {
        guard let text = query.task else { return nil }
        let groups = job.request.taskGroups
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        var (name, index): (String, Int?)
        if parts.count == 2 {
            (name, index) = (parts[0], Int(parts[1]))
        } else if groups.count == 1, let number = Int(text), groups[0].name != text {
            (name, index) = (groups[0].name, number)
        } else {
            (name, index) = (text, 0)
        }
        guard let group = groups.first(where: { $0.name == name }), let index, (0..<group.replicas).contains(index)
        else {
            throw Problem.notFound(
                "task \(text) of job \(job.id)", advice: "its groups: \(groups.map(\.name).joined(separator: ", "))")
        }
        return TaskID(job: job.id, group: name, index: index)
    }

    /// A piece of an attempt's log. Before its driver was started there is none, and where it never was, none will be.
    private func piece(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece {
        do {
            return try await parts.jobs.log(of: attempt, from: offset, limit: limit)
        } catch let error as DriverProviderError where error.code == .unknownAttempt {
            guard try await parts.store.listed(job.id) != nil else {
                throw Problem.notFound("the log of \(attempt)", advice: "it was deleted when its job was archived")
            }
            let row = try await parts.store.attempts(of: job.id).first { $0.id == attempt }
            return LogPiece(bytes: [], offset: 0, end: 0, isComplete: row.map { $0.state == .ended } ?? true)
        }
    }

    private func isAlive() async throws -> Bool { try await parts.store.job(job.id).map { !$0.state.isFinal } ?? false }

    // MARK: Which bytes

    /// Bytes of a log.
    private struct Span {
        var start: Int64
        /// Behind the last.
        var end: Int64
        /// Of the whole, so far.
        var size: Int64
        var isComplete: Bool
        var isPart = false

        var isEmpty: Bool { start >= end }
    }

    private func span(of attempt: AttemptID, _ exchange: Exchange) async throws -> Span {
        let look = try await piece(of: attempt, from: 0, limit: 0)
        var span = Span(start: 0, end: look.end, size: look.end, isComplete: look.isComplete)
        if let lines = query.tail {
            span.start = try await start(ofLast: lines, in: attempt, before: look.end)
        } else if let from = query.from {
            span.start = min(from, span.end)
        } else if let range = exchange.headers[.range] {
            guard let bytes = ByteSpan(range, size: look.end) else { return span }
            guard bytes.start < bytes.end else {
                throw RangeNotSatisfiable.problem(size: look.end)
            }
            (span.start, span.end, span.isPart) = (bytes.start, bytes.end, true)
        }
        return span
    }

    /// Where the last so many lines begin.
    private func start(ofLast lines: Int, in attempt: AttemptID, before end: Int64) async throws -> Int64 {
        guard lines > 0 else { return end }
        var left = lines
        var position = end
        var isLastByte = true
        while position > 0 {
            let from = max(0, position - Int64(Self.piece))
            let piece = try await piece(of: attempt, from: from, limit: Int(position - from))
            for (offset, byte) in piece.bytes.enumerated().reversed() where byte == UInt8(ascii: "\n") {
                // The line feed at the very end ends the last line, and begins none.
                if isLastByte, piece.offset + Int64(offset) == end - 1 { continue }
                left -= 1
                if left == 0 { return piece.offset + Int64(offset) + 1 }
            }
            isLastByte = false
            // The beginning was dropped, or nothing more is there.
            guard piece.offset <= from, !piece.bytes.isEmpty else { return max(piece.offset, from) }
            position = from
        }
        return 0
    }

    // MARK: Answers

    private func reply(_ span: Span, of attempt: AttemptID) -> Reply {
        var headers = headers(attempt, start: span.start, isComplete: span.isComplete)
        headers.append((.logEnd, String(span.end)))
        headers.append((.acceptRanges, "bytes"))
        if span.isPart { headers.append((.contentRange, "bytes \(span.start)-\(span.end - 1)/\(span.size)")) }
        return Reply(
            span.isPart ? 206 : 200, headers: headers,
            body: span.isEmpty
                ? .bytes([])
                : .stream { [self] write in
                    var position = span.start
                    while position < span.end {
                        let limit = Int(min(Int64(Self.piece), span.end - position))
                        let piece = try await piece(of: attempt, from: position, limit: limit)
                        guard !piece.bytes.isEmpty else { return }
                        try await write(piece.bytes)
                        position = piece.offset + Int64(piece.bytes.count)
                    }
                })
    }

    /// Until the attempt is over, and if it was the last one that was asked for, those that follow it.
    private func following(_ first: AttemptID) async throws -> Reply {
        let from: Int64
        if let lines = query.tail {
            let end = try await piece(of: first, from: 0, limit: 0).end
            from = try await start(ofLast: lines, in: first, before: end)
        } else {
            from = query.from ?? 0
        }
        let headers = headers(first, start: from, isComplete: false)
        return Reply(
            200, headers: headers,
            body: .stream { [self] write in
                var attempt = first
                var position = from
                while !parts.feed.isClosed {
                    let piece = try await piece(of: attempt, from: position, limit: Self.piece)
                    if !piece.bytes.isEmpty {
                        try await write(piece.bytes)
                        position = piece.offset + Int64(piece.bytes.count)
                        continue
                    }
                    if piece.isComplete {
                        guard query.attempt == nil else { return }
                        let isOver = try await !isAlive()
                        if let next = try await attempts().first(where: { $0.number > attempt.number }) {
                            (attempt, position) = (next, 0)
                            continue
                        }
                        if isOver { return }
                    }
                    try await Task.sleep(for: Self.pause)
                }
            })
    }

    private func empty(isComplete: Bool) -> Reply {
        Reply(
            200,
            headers: [
                (.contentType, Self.type), (.logStart, "0"), (.logEnd, "0"),
                (.logComplete, isComplete ? "true" : "false"),
            ])
    }

    private func headers(
        _ attempt: AttemptID, start: Int64, isComplete: Bool
    ) -> [(name: HTTPField.Name, value: String)] {
        [
            (.contentType, Self.type), (.logStart, String(start)), (.logComplete, isComplete ? "true" : "false"),
            (.logAttempt, "\(attempt.task.group)/\(attempt.task.index)/\(attempt.number)"),
        ]
    }

    private static let type = "text/plain; charset=utf-8"
}

enum RangeNotSatisfiable {
    static func problem(size: Int64) -> Problem {
        Problem(
            416, "rangeNotSatisfiable", title: "There are no such bytes",
            detail: "the log: has \(size) bytes so far", advice: "ask for bytes before that, or with `from` and `wait`")
    }
}
