import Foundation
import SystemPackage
import TestSupport
import Testing

/// Servers that make the ready recipes' environments, in a data folder of their own: what is fetched, built and unpacked
/// for them is shared with the other tests, and outlives the clone.
enum ReadyRecipes {
    static var possible: Bool { Peer.has("/usr/bin/python3.11", "bwrap", "java") }
    static let needs: Comment = "needs Python 3.11, bubblewrap and a JDK"

    /// How long a first run may take to fetch what a recipe names.
    static let patience = 1200

    static func server() async throws -> RunningServer {
        try await RunningServer(
            "recipes: [\(Peer.repository.appending("recipes"))]\ndrivers: {cores: 4, memory: 6g}\n"
        ) { try share(with: $0) }
    }

    /// Gives a data folder what is kept.
    static func share(with data: FilePath) throws {
        let kept = Peer.cache.appending("recipes")
        for folder in ["blobs", "locks", "partials", "tmp", "volume/packages"] {
            try FileManager.default.createDirectory(
                atPath: kept.appending(folder).string, withIntermediateDirectories: true)
        }
        try FileManager.default.createDirectory(
            atPath: data.appending("volume").string, withIntermediateDirectories: true)
        // The index among them, which is SQLite's: it works where the link leads.
        for name in ["blobs", "locks", "partials", "tmp", "store.sqlite", "volume/packages"] {
            try FileManager.default.createSymbolicLink(
                atPath: data.pushing(FilePath(name)).string,
                withDestinationPath: kept.pushing(FilePath(name)).string)
        }
    }
}
