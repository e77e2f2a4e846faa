public import ContentStore
internal import Cryptography
internal import Synchronization
public import Transfer
internal import Workers

/// What Python package indexes and find-links places know: projects' pages, files' metadata, and the files themselves.
///
/// Everything is read from the store where it may be, and kept there once it was asked for. Nothing is chosen here.
/// Functions that are `async` may ask servers; those that are not read the store alone and block.
public final class PythonIndex: Sendable {
    let transfer: Transfer
    let store: ContentStore
    let policy: CachePolicy
    private let make: @Sendable () throws -> IndexConfiguration
    private let made = Mutex<Made?>(nil)
    /// When this run began: what was stored before then is asked for again where a refresh is wanted.
    let began = currentTime()
    /// Origins that have answered a request for a part with the whole.
    let withoutRanges = Mutex<Set<Origin>>([])

    /// The configuration and what follows from it.
    struct Made: Sendable {
        var configuration: IndexConfiguration
        var findLinks: FindLinks
        /// Part of the key of every project that is not pinned.
        var scope: String
    }

    /// An index over a store.
    ///
    /// - Parameter configuration: asked when it is first needed, since finding a machine's default index takes time.
    public init(
        transfer: Transfer, store: ContentStore, policy: CachePolicy = .normal,
        configuration: @escaping @Sendable () throws -> IndexConfiguration
    ) {
        self.transfer = transfer
        self.store = store
        self.policy = policy
        make = configuration
    }

    /// An index for what the command line and a recipe wish, or else for what pip on this machine would use.
    public convenience init(
        transfer: Transfer, store: ContentStore, policy: CachePolicy = .normal, wishes: IndexConfiguration.Wishes
    ) {
        self.init(transfer: transfer, store: store, policy: policy) {
            try IndexConfiguration(wishes) { try DefaultOfPip(store: store).url() }
        }
    }

    /// Which indexes and places are asked. Blocks.
    ///
    /// - Throws: `PythonIndexError.Code.badConfiguration`, `.noDefaultIndex`.
    public var configuration: IndexConfiguration {
        get throws { try setup().configuration }
    }

    func setup() throws -> Made {
        try made.withLock { made in
            if let made { return made }
            let configuration = try make()
            for index in configuration.indexes {
                guard let credentials = index.root.credentials else { continue }
                transfer.credentials.add(.init(credentials, for: index.root.with(credentials: nil)))
            }
            for place in configuration.findLinks {
                guard let credentials = place.credentials else { continue }
                transfer.credentials.add(.init(credentials, for: place.with(credentials: nil)))
            }
            for origin in configuration.usersOrigins { transfer.credentials.allowNetrc(for: origin) }
            let findLinks = FindLinks(
                configuration.findLinks, transfer: transfer, store: store, policy: policy)
            let result = Made(
                configuration: configuration, findLinks: findLinks,
                scope: Self.scope(configuration.indexes.filter(\.packages.isEmpty)))
            made = result
            return result
        }
    }

    /// Sees to it that the indexes' credentials are known, which count for files of theirs that are asked for by URL too.
    func takeCredentials() async throws {
        do {
            _ = try await blocking { try self.setup() }
        } catch let error as PythonIndexError where error.code == .noDefaultIndex {
            // A file that is asked for by URL needs none.
        }
    }

    /// Names a list of indexes in keys: what one list says of a project says nothing of another's.
    static func scope(_ indexes: [IndexConfiguration.Index]) -> String {
        let text = indexes.map { "\($0.isDefault ? "default" : "index") \($0.root.text)\n" }.joined()
        return String(SHA256Digest(of: text).hex.prefix(16))
    }
}
