import Foundation
import SystemPackage

/// A service that gives tokens for Debian's registry (distribution: token authentication): JSON Web Tokens that `openssl`
/// signs, for reading and writing what is below `team/` and for nothing else. It ends with its last reference.
public final class TokenService: Sendable {
    /// Who gets tokens: user and password.
    public static let login = "ana:t0ken secret"
    static let issuer = "tests"

    /// What it was asked for.
    public struct Question: Decodable, Sendable {
        /// Whether by ``login``.
        public var isKnown: Bool
        /// `repository:NAME:ACTION,…`
        public var scopes: [String]
    }

    public let port: Int
    private let key: SelfSigned
    private let running: RunningCommand

    public var host: String { "127.0.0.1:\(port)" }
    var realm: String { "http://\(host)/token" }
    /// What registries know its tokens by.
    var certificate: FilePath { key.certificate }

    public init() async throws {
        key = try await SelfSigned()
        let words = ["-u", "-c", Self.program, key.certificate.string, key.key.string, Self.login, Self.issuer]
        let running = try Command("python3", words).start()
        self.running = running
        for _ in 0..<400 where !running.outputSoFar.contains(UInt8(ascii: "\n")) && !running.hasEnded {
            try await Task.sleep(for: .milliseconds(25))
        }
        guard let port = Self.lines(running).first.flatMap({ Int($0) }) else {
            running.end()
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.port = port
    }

    deinit { running.end() }

    public var questions: [Question] {
        Self.lines(running).dropFirst().compactMap { try? JSONDecoder().decode(Question.self, from: Data($0.utf8)) }
    }

    private static func lines(_ running: RunningCommand) -> [Substring] {
        String(decoding: running.outputSoFar, as: UTF8.self).split(separator: "\n")
    }

    private static let program = """
        import base64, http.server, json, subprocess, sys, time, urllib.parse
        certificate, key, login, issuer = sys.argv[1:]
        def encoded(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")
        chain = "".join(line for line in open(certificate).read().splitlines() if not line.startswith("-----"))
        header = encoded(json.dumps({"typ": "JWT", "alg": "RS256", "x5c": [chain]}).encode())
        def granted(scope):
            kind, name, actions = scope.split(":")
            return {"type": kind, "name": name, "actions": actions.split(",") if name.startswith("team/") else []}
        def token(service, scopes):
            now = int(time.time())
            signed = header + b"." + encoded(json.dumps({
                "iss": issuer, "sub": "ana", "aud": service, "nbf": now - 10, "iat": now, "exp": now + 300,
                "jti": str(time.time_ns()), "access": [granted(scope) for scope in scopes]}).encode())
            signature = subprocess.run(
                ["openssl", "dgst", "-sha256", "-sign", key], input=signed, capture_output=True, check=True).stdout
            return (signed + b"." + encoded(signature)).decode()
        class Service(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                scopes = [scope for text in query.get("scope", []) for scope in text.split()]
                known = self.headers.get("Authorization") == "Basic " + base64.b64encode(login.encode()).decode()
                print(json.dumps({"isKnown": known, "scopes": scopes}))
                answer = {"token": token(query["service"][0], scopes), "expires_in": 300} if known else {}
                body = json.dumps(answer).encode()
                self.send_response(200 if known else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        print(server.server_port)
        server.serve_forever()
        """
}
