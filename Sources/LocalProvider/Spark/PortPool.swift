internal import Glibc
internal import Synchronization

/// Ports for Spark's pages: each is handed out once until it comes back, and only if nobody has it just now.
final class PortPool: Sendable {
    private let range: ClosedRange<UInt16>
    private let state: Mutex<State>

    private struct State {
        var taken: Set<UInt16> = []
        var next: UInt16
    }

    init(_ range: ClosedRange<UInt16>) {
        self.range = range
        state = Mutex(State(next: range.lowerBound))
    }

    /// A port; `nil` where all are taken, and Spark looks for one itself.
    func take() -> UInt16? {
        state.withLock { state in
            // One after the other, so that a port that came back is not at once another driver's.
            for _ in range {
                let port = state.next
                state.next = port == range.upperBound ? range.lowerBound : port + 1
                if !state.taken.contains(port), Self.isFree(port) {
                    state.taken.insert(port)
                    return port
                }
            }
            return nil
        }
    }

    /// That a driver of before has it.
    func mark(_ port: UInt16) {
        state.withLock { _ = $0.taken.insert(port) }
    }

    func giveBack(_ port: UInt16) {
        state.withLock { _ = $0.taken.remove(port) }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_ANY
        // As Spark's server binds, which does not mind connections that are closing.
        var reuse: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout.size(ofValue: reuse)))
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
