import Glibc
import SystemPackage
import TestSupport

/// Debian's `docker-registry` on loopback, with a folder and a port of its own; gone with its last reference.
final class LocalRegistry: Sendable {
    let host: String
    private let process: RunningCommand

    struct Trouble: Error, CustomStringConvertible {
        var description: String
    }

    init(in scratch: Scratch) async throws {
        let port = Int.random(in: 20_000..<30_000)
        host = "127.0.0.1:\(port)"
        let file = try scratch.write(
            "registry.yml",
            """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: \(scratch.file("registry"))}}
            http: {addr: "127.0.0.1:\(port)"}
            """)
        process = try Command(
            "docker-registry", ["serve", file.string], environment: ["OTEL_TRACES_EXPORTER": "none"]
        ).start()
        for _ in 0..<200 where !process.hasEnded {
            if Self.listens(at: UInt16(port)) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Trouble(
            description: "docker-registry does not answer: \(String(decoding: process.errorsSoFar, as: UTF8.self))")
    }

    deinit { process.end() }

    /// Whether somebody takes connections at a port of loopback's.
    private static func listens(at port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
