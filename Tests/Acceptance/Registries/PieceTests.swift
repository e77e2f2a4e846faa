import Cryptography
import Foundation
import ImageSpec
import Registry
import SystemPackage
import TestSupport
import Testing
import Transfer

/// Debian's registry puts long blobs together from their pieces.
@Suite("Pieces of a blob", .enabled(if: RegistryUser.possible, RegistryUser.needs), .timeLimit(.minutes(5)))
struct PieceTests {
    /// The blobs of a layout.
    private struct Files: ImageContent {
        let folder: FilePath

        func source(of blob: Descriptor) -> BlobSource { .file(path(blob.digest.hex)) }
        func path(_ digest: String) -> FilePath { folder.appending("blobs/sha256").appending(digest) }
        func bytes(_ digest: String) throws -> Data { try Data(contentsOf: URL(filePath: path(digest).string)) }
    }

    @Test(
        "a long blob goes in pieces, and where connections break between two, none of them goes twice",
        arguments: [false, true])
    func pieces(_ breaks: Bool) async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add("v1", [.init("a", size: 5_000_000, seed: 1)])
        let files = Files(folder: person.layout.folder)
        let document = try files.bytes(String(digest.dropFirst("sha256:".count)))
        let manifest = try ImageManifest(parsing: Array(document), name: "v1")
        let size = try #require(manifest.layers.first).size

        let proxy = try CountingProxy(to: person.registry.port)
        if breaks { proxy.breakRequests(3...4, of: "PATCH") }
        var settings = RegistrySettings(plainHosts: [proxy.host])
        settings.transfer.proxy = .none
        settings.chunkSize = 1 << 20
        let report = try await RegistryClient(settings).push(
            Descriptor(mediaType: MediaType.manifest, of: Array(document)), from: files,
            to: RegistryReference("\(proxy.host)/app:1"))
        #expect(report.sent == 2 && report.bytes == size + manifest.configuration.size, "\(report)")
        #expect(proxy.sent < size + 64 << 10)
        #expect(try await person.digest("app:1") == digest)
        // skopeo compares what it gets with its digests.
        _ = try await person.skopeo("copy", ["-q", person.place("app:1"), "dir:\(person.user.scratch.file("copy"))"])

        let answered = person.registry.answered.filter { $0.path.hasPrefix("/v2/app/blobs/uploads/") }
        func count(_ method: String, _ status: Int) -> Int {
            answered.count { $0.method == method && $0.status == status }
        }
        #expect(count("PATCH", 202) == 5 && count("POST", 202) == 2 && count("PUT", 201) == 2, "\(answered)")
        // How much the registry has is asked of it after each break, and only then.
        #expect(count("GET", 204) == (breaks ? 2 : 0) && answered.count == (breaks ? 11 : 9), "\(answered)")
    }
}
