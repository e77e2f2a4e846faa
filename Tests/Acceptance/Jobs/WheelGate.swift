import Dispatch
import TestSupport

/// Keeps an index from answering until a test lets it.
final class WheelGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Keeps a wheel's file back, version 1.0.
    static func holding(_ wheel: String, of index: IndexFixture) -> WheelGate {
        let gate = WheelGate()
        let fixture = WheelFixture(wheel)
        let bytes = fixture.bytes
        index.server.on(index.path(of: fixture)) { _ in
            gate.wait()
            return .file(bytes)
        }
        return gate
    }

    func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}
