import Foundation
import SystemPackage
import TestSupport
import Testing

/// Two places where one NFS export is mounted.
private let mounts = (ProcessInfo.processInfo.environment["CHIDORI_NFS_MOUNTS"] ?? "").split(separator: ":")
    .map { FilePath(String($0)) }

/// A real NFS export, mounted at two places as two machines would have it (`-o nosharecache` gives each a client's memory
/// of its own): `CHIDORI_NFS_MOUNTS=/mnt/a:/mnt/b`. A kernel without NFS has none, such as the one these were written on.
@Suite(
    "A volume over NFS", .serialized,
    .enabled(
        if: mounts.count == 2,
        "needs an NFS export that is mounted at two places, which CHIDORI_NFS_MOUNTS=/mnt/a:/mnt/b names"))
struct VolumeNFSTests {
    @Test("two clients publish and collect at once, and what is kept is whole for both", .timeLimit(.minutes(10)))
    func twoClients() async throws {
        let users = try (0..<2).map { _ in try FreshUser(Delivery.wheels) }
        let name = "chidori-test-\(UUID().uuidString.prefix(8))"
        let places = mounts.map { $0.appending(name) }
        try FileManager.default.createDirectory(atPath: places[0].string, withIntermediateDirectories: false)
        let count = Peer.deep ? 50 : 6
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (user, place) in zip(users, places) {
                group.addTask {
                    for number in 0..<count {
                        let recipe = try await user.numberedRecipe(number)
                        try await user.succeed("volume", "publish", recipe, "--volume", place.string, "--quiet")
                        let python = place.appending("names/e\(number)/bin/python").string
                        try await Command(python, ["-c", "import alpha.m1, space.beta"]).run()
                    }
                }
                group.addTask {
                    for _ in 0..<count {
                        _ = try await user.chidori(
                            "volume", "collect", place.string, "--keep-for", "0", "--trash-for", "0")
                    }
                }
            }
            try await group.waitForAll()
        }
        for (user, place) in zip(users, places) {
            try await user.succeed("volume", "collect", place.string)
            #expect(try await VolumeListed.all(on: place, user).count == count)
            try await user.expectSound(place)
        }
        try await Command("sh", ["-c", "chmod -R u+w \"$1\" && rm -rf \"$1\"", "sh", places[0].string]).run()
    }
}
