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
}
