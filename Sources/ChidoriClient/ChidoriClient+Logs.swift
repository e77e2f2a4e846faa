internal import Documents
public import JobAPI
public import JobModel
internal import Transfer

/// A piece of a log.
public struct LogPart: Sendable {
    public var bytes: [UInt8]
    /// Where it ends in the log: where the next piece begins.
    public var end: Int64
    /// Whether nothing more will come.
    public var isComplete: Bool
    /// `GROUP/INDEX/NUMBER`; `nil` before the first attempt.
    public var attempt: String?
}

extension ChidoriClient {
    /// What a job's driver has printed, or the part of it that is asked for.
    public func log(of id: JobID, _ query: LogQuery) async throws -> LogPart {
        let answer = try await send(.get, APIPath.job(id, "logs"), query: Self.pairs(query, LogQuery.shape))
        let headers = answer.headers
        return LogPart(
            bytes: answer.body, end: headers[LogQuery.endHeader].flatMap { Int64($0) } ?? Int64(answer.body.count),
            isComplete: headers[LogQuery.completeHeader] == "true", attempt: headers[LogQuery.attemptHeader])
    }

    /// Gives what a driver prints as it comes, until the job has ended: from the last attempt on, or of the one that is
    /// asked for.
    ///
    /// Each piece is asked for anew, by its attempt's number and place: whoever is slow holds nothing up, and a server
    /// that was away is found again where it was left.
    public func follow(_ id: JobID, _ query: LogQuery, _ receive: ([UInt8]) async throws -> Void) async throws {
        var query = query
        query.follow = false
        let isPinned = query.attempt != nil
        let first = try await log(of: id, query)
        if !first.bytes.isEmpty { try await receive(first.bytes) }
        (query.tail, query.from, query.wait) = (nil, first.end, 20_000)
        query.task = first.task ?? query.task
        if !isPinned { query.attempt = first.number ?? 1 }
        while true {
            let part: LogPart
            do {
                part = try await log(of: id, query)
            } catch let error as ChidoriClientError where error.problem?.status == 404 && !isPinned {
                // The job has ended without another attempt.
                return
            }
            if !part.bytes.isEmpty { try await receive(part.bytes) }
            query.from = part.end
            // Which one is the first task of all may be another later.
            query.task = part.task ?? query.task
            guard part.isComplete else { continue }
            guard !isPinned, let number = part.number else { return }
            (query.attempt, query.from) = (number + 1, 0)
        }
    }
}

extension LogPart {
    /// `GROUP/INDEX` of the attempt.
    fileprivate var task: String? {
        attempt.flatMap { attempt in attempt.lastIndex(of: "/").map { String(attempt[..<$0]) } }
    }

    /// The attempt's.
    fileprivate var number: Int? { attempt?.split(separator: "/").last.flatMap { Int($0) } }
}
