internal import Cryptography
internal import JobModel
internal import JobStore
internal import Synchronization

/// Tells who bears which token. Tokens are looked up by their SHA-256, so that how long it takes says nothing about them.
final class TokenKeeper: Sendable {
    private let store: JobStore
    private let clock: @Sendable () -> Moment
    private let state = Mutex(State())

    private struct State {
        /// What the store said. The server alone writes there, so that it stays true until it writes.
        var known: [SHA256Digest: AccessToken] = [:]
        /// How often it was all forgotten: what was read before that is not kept.
        var generation = 0
        /// Not yet noted, by token's id.
        var uses: [String: Moment] = [:]
    }

    private static let mostKnown = 10_000

    init(_ store: JobStore, clock: @escaping @Sendable () -> Moment) {
        self.store = store
        self.clock = clock
    }

    /// Whose token it is; `nil` for one that is unknown, revoked or over.
    func caller(bearing token: String) async throws -> Caller? {
        let digest = SHA256Digest(of: token)
        let now = clock()
        let (known, generation) = state.withLock { ($0.known[digest], $0.generation) }
        let found: AccessToken?
        if let known { found = known } else { found = try await store.token(digest) }
        guard let found, found.isValid(at: now) else { return nil }
        state.withLock { state in
            if known == nil, state.generation == generation {
                if state.known.count >= Self.mostKnown { state.known = [:] }
                state.known[digest] = found
            }
            state.uses[found.id] = now
        }
        return Caller(found)
    }

    /// To be called when a token was revoked.
    func forget() {
        state.withLock { state in
            state.known = [:]
            state.generation += 1
        }
    }

    /// Notes what was used since the last time.
    func noteUses() async throws {
        let uses = state.withLock { state in
            defer { state.uses = [:] }
            return state.uses
        }
        try await store.noteUse(uses)
    }

    /// The token in an `Authorization` header: `Bearer TOKEN`, or the password of `Basic`, for clients that have nothing
    /// else.
    static func token(in header: String?) -> String? {
        guard let header else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let rest = parts[1].drop { $0 == " " }
        switch parts[0].lowercased() {
        case "bearer": return rest.isEmpty ? nil : String(rest)
        case "basic":
            guard let bytes = decodeBase64(rest.utf8), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            let password = bytes[(colon + 1)...]
            return password.isEmpty ? nil : String(validating: password, as: UTF8.self)
        default: return nil
        }
    }
}

/// Base64 (RFC 4648 §4); `nil` for anything else.
func decodeBase64(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (accumulator, bits): (UInt32, UInt32) = (0, 0)
    var isPadded = false
    for letter in text {
        let value: UInt32
        switch letter {
        case 0x41...0x5A: value = UInt32(letter - 0x41)
        case 0x61...0x7A: value = UInt32(letter - 0x61) + 26
        case 0x30...0x39: value = UInt32(letter - 0x30) + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="):
            isPadded = true
            continue
        default: return nil
        }
        guard !isPadded else { return nil }
        accumulator = accumulator << 6 | value
        bits += 6
        if bits >= 8 {
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: accumulator >> bits))
        }
    }
    return bytes
}
