import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Units
import Workers

@testable import Publishing

/// A shared volume, and a data folder whose packages are published there.
struct VolumeFixture {
    let node: PublishingFixture
    let place: FilePath

    static let wheels = [
        WheelFixture("demo").adding("demo/data/x.txt", "hello").script("demo", "demo:main"),
        WheelFixture("other").adding("other/tool.sh", "#!/bin/sh\n", executable: true)
            .adding("other-1.0.data/data/share/other/y", "why"),
    ]

    init() throws {
        node = try PublishingFixture()
        place = node.scratch.file("volume")
        try place.makeFolder()
    }

    func publisher() throws -> VolumePublisher {
        VolumePublisher(to: try SharedVolume.inFolder(place), from: node.store, workers: node.workers)
    }

    func tree(
        _ packages: [Package], _ number: Int = 1, links: LinksMode = .symlink, interpreter: FilePath? = nil
    ) -> VolumeTree {
        let id = String(repeating: "0", count: 60) + String(1000 + number)
        return VolumeTree(
            id: id, packages: packages, python: node.python, links: links,
            glue: TreeGlue(
                interpreter: interpreter, python: node.python,
                manifest: Array("{\"id\": \"\(id)\", \"units\": []}\n".utf8)))
    }

    @discardableResult
    func publish(
        _ packages: [Package], _ number: Int = 1, links: LinksMode = .symlink, interpreter: FilePath? = nil,
        hold: VolumeHold = .name("demo")
    ) throws -> VolumePublisher.Outcome {
        try publisher().publish(tree(packages, number, links: links, interpreter: interpreter), hold: hold)
    }

    /// - Parameters:
    ///   - ahead: by how much the collector's own clock is, in seconds.
    func collect(
        keepFor: Int64 = 0, trashFor: Int64 = 0, draftsFor: Int64 = 86_400, ahead: Int64 = 0, isRehearsal: Bool = false
    ) throws -> VolumeCollector.Outcome {
        var policy = VolumeCollector.Policy()
        (policy.keepFor, policy.trashFor, policy.draftsFor) = (keepFor, trashFor, draftsFor)
        let volume = try SharedVolume(at: place) { Int64(time(nil)) + ahead }
        return try VolumeCollector(volume, policy: policy).collect(isRehearsal: isRehearsal)
    }

    func file(_ path: String) -> FilePath { place.pushing(FilePath(path)) }

    /// The names in the volume's folders, but for the leases'.
    var contents: [String: [String]] {
        Dictionary(uniqueKeysWithValues: ["envs", "packages", "names", "trash", "tmp"].map { ($0, file($0).names) })
    }

    /// Makes something look as if it was last used so many seconds ago, by the file system's clock.
    func age(_ path: FilePath, by seconds: Int) {
        var times = [
            timespec(tv_sec: time(nil) - seconds, tv_nsec: 0), timespec(tv_sec: time(nil) - seconds, tv_nsec: 0),
        ]
        utimensat(AT_FDCWD, path.string, &times, AT_SYMLINK_NOFOLLOW)
    }

    /// Whether the environment has all its files, links followed.
    func isWhole(_ tree: VolumeTree) throws -> Bool {
        let place = file("envs/\(tree.folder)")
        return try TreeVerifier(workers: node.workers)
            .verify(place, packages: tree.packages, glue: tree.wholeGlue).isEmpty
    }
}
