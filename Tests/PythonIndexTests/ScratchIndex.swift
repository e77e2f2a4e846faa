import ContentStore
import Cryptography
import PythonIndex
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Transfer

/// A store of its own, and indexes over it as one run after the other would make them.
struct ScratchIndex {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch("index")
        store = ContentStore(at: scratch.file("data"))
    }

    /// A client that gives up quickly and goes through no proxy.
    static func transfer(_ credentials: CredentialSources = .none) -> Transfer {
        var options = TransferOptions()
        options.proxy = .none
        options.retry.attempts = 2
        options.retry.firstPause = .milliseconds(2)
        options.credentials = credentials
        return Transfer(options)
    }

    func run(_ configuration: IndexConfiguration, _ policy: CachePolicy = .normal) -> PythonIndex {
        PythonIndex(transfer: Self.transfer(), store: store, policy: policy) { configuration }
    }

    /// A run with one default index.
    func run(_ root: String, _ policy: CachePolicy = .normal, findLinks: [String] = []) throws -> PythonIndex {
        run(try Self.configuration(root, findLinks: findLinks), policy)
    }

    static func configuration(_ root: String, findLinks: [String] = []) throws -> IndexConfiguration {
        var wishes = IndexConfiguration.Wishes(environment: [:])
        wishes.indexURL = root
        wishes.findLinks = findLinks
        return try IndexConfiguration(wishes) { "https://nobody.invalid/" }
    }

    /// Every file under the store's blobs and partial downloads, by name.
    func kept() async throws -> [String] {
        let folder = store.root.string
        let found = try await Command(
            "sh", ["-c", "find \"$0/blobs\" \"$0/partials\" \"$0/tmp\" -type f 2>/dev/null || true", folder]
        ).run()
        return found.split(separator: "\n").compactMap { $0.split(separator: "/").last.map(String.init) }.sorted()
    }
}

func name(_ text: String) throws -> PackageName { try PackageName(text) }

/// The error of a kind that something asynchronous throws.
func failure<Failure: Error>(_ type: Failure.Type, _ body: () async throws -> Void) async -> Failure? {
    do {
        try await body()
        return nil
    } catch {
        if error as? Failure == nil { Issue.record("threw \(error)") }
        return error as? Failure
    }
}
