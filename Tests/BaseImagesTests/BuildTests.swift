import ContentStore
import Cryptography
import Foundation
import ImageSpec
import Subprocesses
import SystemPackage
import TestSupport
import Testing

@testable import BaseImages

/// The bases that ship with this repository.
enum ShippedBase {
    static let names = ["debian12-python3.11", "debian12-python3.11-java17"]
    static let lock = Result { try lock(names[0]) }

    static func lock(_ name: String) throws -> BaseLock {
        let path = Peer.repository.appending("base-images/\(name).lock.toml").string
        return try BaseLock(toml: String(contentsOfFile: path, encoding: .utf8), file: path)
    }

    /// Whether this machine has the programs, and sources that serve Debian 12: Ubuntu's do not.
    static var possible: Bool {
        guard Peer.has("mmdebstrap", "apt-get"), let lock = try? lock.get() else { return false }
        return (try? AptSources.machine(suites: lock.suites, components: lock.components)) != nil
    }
}

@Suite(
    "The shipped base is built from its lock", .serialized,
    .enabled(if: ShippedBase.possible, "needs mmdebstrap, and sources of Debian 12's packages"))
struct BuildTests {
    /// A store that outlives the clone, so that package files are fetched once.
    static var kept: ContentStore { ContentStore(at: Peer.cache.appending("bases")) }

    @Test("its interpreter runs from the unpacked image, with the image's libraries, and its bytecode is used")
    func interpreter() throws {
        let bases = BaseImages(store: Self.kept, folders: [])
        let image = try bases.image(of: ShippedBase.lock.get(), for: .amd64)
        #expect(image.manifest.layers.count == 1)
        #expect(image.manifest.layers[0].size < 60_000_000)
        let interpreter = try bases.interpreter(of: image)
        let script = """
            import sys, ssl, ctypes, zlib, bz2, lzma, sqlite3, hashlib, uuid, readline, curses, decimal, distutils.core
            import json, os
            assert json.__cached__ and os.path.exists(json.__cached__), json.__cached__
            libraries = [line.split()[-1] for line in open("/proc/self/maps") if ".so" in line]
            root = sys.argv[1]
            outside = [path for path in libraries if not path.startswith(root)]
            assert not outside, outside
            print(sys.version_info[:2], sys.prefix.removeprefix(root))
            """
        for start in [interpreter.command, [interpreter.launcher.string]] {
            let text = try Program(
                start[0], start.dropFirst() + ["-W", "ignore", "-I", "-c", script, interpreter.rootFileSystem.string]
            )
            .output()
            #expect(String(decoding: text, as: UTF8.self) == "(3, 11) /usr\n")
        }
    }

    @Test(
        "twice built, in different folders at different times, it is the same bytes",
        .enabled(if: Peer.deep, "a long one, for scripts/deep"), arguments: ShippedBase.names)
    func reproducible(_ name: String) throws {
        let lock = try ShippedBase.lock(name)
        let first = try BaseImages(store: Self.kept, folders: []).image(of: lock, for: .amd64)
        let scratch = try Scratch("a longer name for another place")
        let store = ContentStore(at: scratch.file("data"))
        for package in try lock.part(.amd64).packages {
            _ = try store.insert(copying: Self.kept.blobPath(package.digest))
        }
        let second = try BaseImages(store: store, folders: [], offline: true).image(of: lock, for: .amd64)
        #expect(first == second)
    }
}
