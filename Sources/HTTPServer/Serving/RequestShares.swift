internal import Synchronization

/// How many requests each user has under way. A stream, or a wait for news, is one for as long as it lasts: however many of
/// them somebody opens, there are connections left for others, for administrators and for those who ask whether the server
/// is well.
final class RequestShares: Sendable {
    private struct Counts {
        var all = 0
        var users: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())
    /// How many one user may have.
    let most: Int
    /// How many all of those may have who are no administrators.
    private let mostOfAll: Int

    /// - Parameters:
    ///   - most: for one user.
    ///   - connections: how many there may be.
    init(most: Int, connections: Int) {
        mostOfAll = max(1, connections - connections / 8)
        self.most = min(most, max(1, connections * 3 / 4))
    }

    /// Counts a request in, unless its user, or all of them together, have as many as they may.
    func begin(_ user: String, isAdministrator: Bool) -> Bool {
        counts.withLock { counts in
            let own = counts.users[user, default: 0]
            guard own < most, isAdministrator || counts.all < mostOfAll else { return false }
            counts.users[user] = own + 1
            counts.all += 1
            return true
        }
    }

    func end(_ user: String) {
        counts.withLock { counts in
            counts.all -= 1
            guard let own = counts.users[user] else { return }
            counts.users[user] = own > 1 ? own - 1 : nil
        }
    }
}
