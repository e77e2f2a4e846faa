import Foundation
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Debian's `docker-registry` on a port of its own at 127.0.0.1, with its data in a folder of its own; with a password or
/// tokens, and TLS, where they are asked for. It ends with its last reference.
public final class DebianRegistry: Sendable {
    public static let program = "docker-registry"

    public let port: UInt16
    public let user: String?
    /// What TLS clients must trust; `nil` where it speaks plain HTTP.
    public let certificate: SelfSigned?
    /// Who gives its tokens.
    public let tokens: TokenService?
    private let scratch: Scratch
    private let running: RunningCommand

    /// `127.0.0.1:PORT`.
    public var host: String { "127.0.0.1:\(port)" }
    /// Where it keeps what it holds.
    public var data: FilePath { scratch.file("data") }

    /// A request that it has answered.
    public struct Answered: Sendable {
        public let method: String
        /// Without the query.
        public let path: String
        public let status: Int
    }

    /// What it has answered so far, by its own log, which may have the last answer a moment after the client has.
    public var answered: [Answered] {
        String(decoding: running.outputSoFar, as: UTF8.self).split(separator: "\n").compactMap { line in
            // ADDRESS - USER [TIME] "METHOD TARGET HTTP/1.1" STATUS BYTES "REFERER" "CLIENT"
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            guard !line.hasPrefix("time="), parts.count > 2 else { return nil }
            let request = parts[1].split(separator: " ")
            guard request.count == 3, let status = parts[2].split(separator: " ").first.flatMap({ Int($0) }) else {
                return nil
            }
            let path = request[1].prefix { $0 != "?" }
            return Answered(method: String(request[0]), path: String(path), status: status)
        }
    }

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - password: of the user `ana`; everybody may do everything if `nil`.
    ///   - tokens: who says, in the password's place, who may do what.
    public init(password: String? = nil, tls: Bool = false, tokens: TokenService? = nil) async throws {
        let scratch = try Scratch("registry")
        let certificate = tls ? try await SelfSigned() : nil
        var text = """
            version: 0.1
            log: {level: warn}
            storage:
              filesystem: {rootdirectory: "\(scratch.file("data"))"}
              delete: {enabled: true}

            """
        if let password {
            // With few rounds: the registry hashes the password for each request.
            let program = """
                import crypt, sys
                print("ana:" + crypt.crypt(sys.argv[1], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))
                """
            let line = try await Command("python3", ["-W", "ignore", "-c", program, password]).run()
            let file = try scratch.write("htpasswd", line)
            text += "auth: {htpasswd: {realm: fake, path: \"\(file)\"}}\n"
        }
        if let tokens {
            text += """
                auth:
                  token:
                    realm: "\(tokens.realm)"
                    service: debian
                    issuer: \(TokenService.issuer)
                    rootcertbundle: "\(tokens.certificate)"

                """
        }
        var started: (RunningCommand, UInt16)?
        for _ in 0..<5 where started == nil {
            let port = try Self.freePort()
            var http = "http:\n  addr: 127.0.0.1:\(port)\n  secret: tests\n"
            if let certificate {
                http += "  tls: {certificate: \"\(certificate.certificate)\", key: \"\(certificate.key)\"}\n"
            }
            let file = try scratch.write("config.yml", text + http)
            let running = try Command(Self.program, ["serve", file.string]).start()
            if await Self.answers(port), !running.hasEnded {
                started = (running, port)
            } else {
                running.signal(SIGKILL)
            }
        }
        guard let started else { throw POSIXError(.EADDRINUSE) }
        (running, port) = started
        (self.scratch, self.certificate) = (scratch, certificate)
        self.tokens = tokens
        user = password.map { "ana:\($0)" } ?? tokens.map { _ in TokenService.login }
    }

    deinit {
        running.signal(SIGKILL)
        let running = running
        let scratch = scratch
        Task {
            // The folder goes when nobody writes into it any more.
            _ = await running.outcome()
            _ = scratch
        }
    }

    private static func answers(_ port: UInt16) async -> Bool {
        for _ in 0..<200 {
            if let connection = try? Self.connect(to: port) {
                close(connection)
                return true
            }
            try? await Task.sleep(for: .milliseconds(25))
        }
        return false
    }

    /// A port that nobody has at this moment.
    static func freePort() throws -> UInt16 {
        let listener = try Loopback.listen()
        defer { close(listener.descriptor) }
        return listener.port
    }

    private static func connect(to port: UInt16) throws -> Int32 { try Loopback.connect(to: port) }
}

/// Sockets at 127.0.0.1.
enum Loopback {
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = try stream()
        var address = address(of: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    static func connect(to port: UInt16) throws -> Int32 {
        let descriptor = try stream()
        var address = address(of: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return descriptor
    }

    private static func stream() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return descriptor
    }

    private static func address(of port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = port.bigEndian
        return address
    }
}
