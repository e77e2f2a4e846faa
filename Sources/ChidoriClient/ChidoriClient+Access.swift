internal import Documents
internal import JSONDocument
public import JobAPI
internal import Transfer

extension ChidoriClient {
    public func tokens() async throws -> [TokenReport] {
        try read(try await send(.get, APIPath.base + "/tokens"), TokenReport.listShape).items
    }

    /// Makes a token. The report holds it this one time.
    public func makeToken(_ order: TokenOrder) async throws -> TokenReport {
        try read(
            try await send(.post, APIPath.base + "/tokens", body: TokenOrder.shape.json(order)), TokenReport.shape)
    }

    public func revokeToken(_ id: String) async throws {
        _ = try await send(.delete, "\(APIPath.base)/tokens/\(Self.encoded(id))")
    }

    // MARK: Environments

    /// Begins to have an environment made ready, or joins the build that is under way.
    public func makeEnvironment(_ order: EnvironmentOrder) async throws -> BuildReport {
        try read(
            try await send(
                .post, APIPath.base + "/environments", body: EnvironmentOrder.shape.json(order), mayRepeat: true),
            BuildReport.shape)
    }

    public func build(_ id: String) async throws -> BuildReport {
        try read(try await send(.get, "\(APIPath.base)/builds/\(Self.encoded(id))"), BuildReport.shape)
    }

    public func environments() async throws -> [KnownEnvironment] {
        try read(try await send(.get, APIPath.base + "/environments"), KnownEnvironment.listShape).items
    }

    public func environment(_ reference: String) async throws -> KnownEnvironment {
        try read(
            try await send(.get, "\(APIPath.base)/environments/\(Self.encoded(reference))"), KnownEnvironment.shape)
    }
}
