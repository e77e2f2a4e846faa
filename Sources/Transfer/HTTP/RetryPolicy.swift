internal import Glibc

/// When a request that failed is tried again: after connection errors, 408, 425, 429 and 5xx, with growing pauses.
public struct RetryPolicy: Sendable {
    /// How often a request is made at the most, the first time included.
    public var attempts = 5
    /// The pause after the first failure; it doubles each time.
    public var firstPause: Duration = .milliseconds(250)
    public var longestPause: Duration = .seconds(8)
    /// A server that asks for a longer pause (`Retry-After`) is not waited for.
    public var longestRetryAfter: Duration = .seconds(60)

    public init() {}

    /// No second try.
    public static var never: RetryPolicy {
        var policy = RetryPolicy()
        policy.attempts = 1
        return policy
    }

    /// The pause before the next attempt at what a caller repeats itself; `nil` to give up.
    ///
    /// - Parameters:
    ///   - failures: how many attempts have failed.
    ///   - headers: of the answer that failed, where there was one: it may ask for a pause (`Retry-After`).
    public func pause(afterFailures failures: Int, _ headers: HeaderFields? = nil) -> Duration? {
        pause(
            afterFailures: failures,
            retryAfter: Self.retryAfter(headers?["Retry-After"], now: Int64(time(nil))), chance: .random(in: 0...1))
    }

    /// The pause before the next attempt; `nil` to give up.
    ///
    /// - Parameters:
    ///   - failures: how many attempts have failed.
    ///   - retryAfter: what the server asked for.
    ///   - chance: a random number from 0 to 1. Half of the pause is left to it, so that many clients that failed at
    ///     one moment do not come back at one moment.
    func pause(afterFailures failures: Int, retryAfter: Duration?, chance: Double) -> Duration? {
        guard failures < attempts else { return nil }
        if let retryAfter, retryAfter > longestRetryAfter { return nil }
        let grown = min(firstPause * (1 << min(failures - 1, 16)), longestPause)
        let pause = grown / 2 + grown / 2 * chance
        return max(pause, retryAfter ?? .zero)
    }

    /// Whether an answer of this status may be another one next time.
    public static func isPassing(status: Int) -> Bool {
        switch status {
        case 408, 425, 429: true
        case 501, 505, 506, 510, 511: false
        default: (500...599).contains(status)
        }
    }

    /// How long a `Retry-After` header (seconds, or a date) asks to wait (RFC 9110 §10.2.3).
    static func retryAfter(_ text: String?, now: Int64) -> Duration? {
        guard let text else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(min(seconds, 1 << 31)) : nil }
        return HTTPDate.seconds(text).map { .seconds(max(0, $0 - now)) }
    }
}
