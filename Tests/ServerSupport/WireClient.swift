import Glibc
public import JSONDocument
import Workers

/// Speaks HTTP/1.1 byte by byte over a socket, so that a test sees and sends what it means.
public final class WireClient: Sendable {
    public struct Answer: Sendable {
        public var status: Int
        /// By lower-case name; of several the last.
        public var headers: [String: String]
        public var body: [UInt8]

        public var text: String { String(decoding: body, as: UTF8.self) }
        /// `null` for what is no JSON.
        public var json: JSON { (try? JSON(parsing: body)) ?? .null }

        public subscript(_ name: String) -> JSON? { json.fields?[name] }
    }

    public struct Broken: Error {
        public let why: String
    }

    private let descriptor: Int32

    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard connected == 0 else { throw Broken(why: "connect: \(errno)") }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    public func write(_ bytes: [UInt8]) async throws {
        try await blocking { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { throw Broken(why: "send: \(errno)") }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// Sends a request and waits for its whole answer.
    public func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        try await write(Self.head(method, path, headers: headers, length: body?.count))
        if let body { try await write(body) }
        return try await answer(isHead: method == "HEAD")
    }

    public static func head(_ method: String, _ path: String, headers: [(String, String)], length: Int?) -> String {
        var lines = ["\(method) \(path) HTTP/1.1"]
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { lines.append("Host: localhost") }
        lines += headers.map { "\($0.0): \($0.1)" }
        if let length { lines.append("Content-Length: \(length)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The next answer, whole.
    public func answer(isHead: Bool = false) async throws -> Answer {
        try await blocking { [self] in
            var answer = try readHead()
            if isHead || answer.status == 204 || answer.status == 304 || answer.status == 100 { return answer }
            if answer.headers["transfer-encoding"] == "chunked" {
                while true {
                    let size = Int(try readLine(), radix: 16) ?? 0
                    answer.body += try read(size)
                    _ = try readLine()
                    if size == 0 { return answer }
                }
            }
            if let length = answer.headers["content-length"].flatMap({ Int($0) }) { answer.body = try read(length) }
            return answer
        }
    }

    /// The head of an answer whose body is read by ``line()``.
    public func head() async throws -> Answer { try await blocking { [self] in try readHead() } }

    /// Waits for something to come, and tells how much has come in all that nobody has taken yet.
    public func received() async throws -> Int {
        try await blocking { [self] in
            try fill()
            return pending.count
        }
    }

    /// The next line of a chunked answer whose writer sends whole lines; `nil` at its end.
    public func line() async throws -> String? {
        try await blocking { [self] in
            while true {
                if let end = chunks.text.firstIndex(of: 10) {
                    let line = String(decoding: chunks.text[..<end], as: UTF8.self)
                    chunks.text.removeSubrange(...end)
                    return line
                }
                if chunks.isOver { return nil }
                let size = Int(try readLine(), radix: 16) ?? 0
                chunks.text += try read(size)
                _ = try readLine()
                if size == 0 { chunks.isOver = true }
            }
        }
    }

    /// Whether the server has closed the connection.
    public func isClosed() async throws -> Bool {
        try await blocking { [descriptor] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) <= 0 && errno != EAGAIN
        }
    }

    // MARK: One test task at a time reads

    private struct Chunks {
        var text: [UInt8] = []
        var isOver = false
    }

    nonisolated(unsafe) private var chunks = Chunks()
    nonisolated(unsafe) private var pending: [UInt8] = []

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Broken(why: count == 0 ? "closed" : "recv: \(errno)") }
        pending += buffer[..<count]
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while pending.count < count { try fill() }
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    private func readLine() throws -> String {
        while true {
            if let end = pending.firstIndex(of: 10) {
                defer { pending.removeSubrange(...end) }
                return String(decoding: pending[..<end].filter { $0 != 13 }, as: UTF8.self)
            }
            try fill()
        }
    }

    private func readHead() throws -> Answer {
        let status = try readLine().split(separator: " ")
        var answer = Answer(status: status.count > 1 ? Int(status[1]) ?? 0 : 0, headers: [:], body: [])
        while true {
            let line = try readLine()
            guard let colon = line.firstIndex(of: ":") else { return answer }
            answer.headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
    }
}
