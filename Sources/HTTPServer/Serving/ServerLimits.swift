/// What the server puts up with.
public struct ServerLimits: Hashable, Sendable {
    /// Bytes of a body.
    public var body = 8 << 20
    /// Bytes of all header lines of a request, and of one.
    public var headers = 32 << 10
    /// Header lines.
    public var headerCount = 100
    /// Connections beyond which a new one takes the place of one that is idle.
    public var connections = 1024
    /// Requests that one user has under way at once, streams among them, and at the most three quarters of the connections;
    /// further ones are answered 429.
    public var requestsPerUser = 256
    /// Seconds that a connection may be silent between requests, or within one.
    public var idle: Int64 = 60
    /// Seconds that a body may take, however steadily it comes.
    public var slowBody: Int64 = 30
    /// Seconds that a client may leave an answer unread.
    public var slowReader: Int64 = 60
    /// Blobs of images that are sent at once; further ones wait their turn.
    public var pulls = 64
    /// Seconds that a pull waits for an image that is being made, before it is told to come back. Registries' clients wait
    /// for an answer without end, and proxies before a server mostly for 60 s.
    public var making: Int64 = 45
    /// Seconds that requests under way have once the server is told to stop.
    public var stopping: Int64 = 10

    public init() {}
}
