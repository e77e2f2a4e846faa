import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Publishers and readers on several machines at once: two mount namespaces that have one volume at two places.
@Suite(
    "Publishers and readers on two nodes", .serialized,
    .enabled("mounts in a namespace of one's own take an administrator's rights") {
        await VolumeNode.isPossible.value
    })
struct VolumeCrowdTests {
    private let users: [FreshUser]
    private let nodes: [VolumeNode]
    private let volume: FilePath

    init() throws {
        // Each environment has a package that no other has: collectors may take what is not needed yet, or no more.
        let wheels = Delivery.wheels + (0..<Self.count).map { WheelFixture("own\($0)") }
        let first = try FreshUser(wheels)
        let second = try FreshUser(wheels)
        volume = try first.emptyVolume()
        users = [first, second]
        nodes = try [VolumeNode(first, volume, name: "a"), VolumeNode(second, volume, name: "other/b")]
    }

    private static let count = Peer.deep ? 100 : 8

    private final class Tally: Sendable {
        /// Lanes that still publish.
        let publishing = Atomic(4)
        /// Collections that took packages away.
        let taken = Atomic(0)
    }

    /// Imports from an environment over and over from the moment on that it is there, until a file says that it is enough.
    private static let reader = """
        python="$1/names/$2/bin/python"
        while [ ! -e "$python" ]; do sleep 0.1; done
        count=0
        while :; do
            "$python" -c 'import alpha.m3, alpha.m7, space.beta, space.gamma, sys, '"own$4"'; print(sys.prefix)' || exit 1
            count=$((count + 1))
            [ "$count" -lt "$3" ] || exit 0
        done
        """

    @Test(
        "environments are published from both nodes while readers on both import from them, beside collectors",
        .timeLimit(.minutes(20)))
    func crowd() async throws {
        let count = Self.count
        var recipes: [[String]] = [[], []]
        for number in 0..<count {
            for (index, user) in users.enumerated() {
                recipes[index].append(try await user.numberedRecipe(number, ["alpha", "own\(number)"]))
            }
        }
        let nodes = self.nodes
        try await nodes[0].chidori("volume", "publish", recipes[0][0], "--volume", nodes[0].place.string).run()
        let readers = try (0..<count).map { number in
            try nodes[number % 2].reader(Self.reader, "e\(number)", "3", "\(number)").start()
        }
        let tally = Tally()
        // Each environment is published from both nodes, from one of them first.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, node) in nodes.enumerated() {
                for lane in 0..<2 {
                    let own = recipes[index]
                    group.addTask {
                        defer { tally.publishing.subtract(1, ordering: .relaxed) }
                        let order = (0..<count).filter { $0 % 2 == lane }
                        for number in index == 0 ? order : order.reversed() {
                            try await node.chidori(
                                "volume", "publish", own[number], "--volume", node.place.string, "--quiet"
                            ).run()
                        }
                    }
                }
                group.addTask {
                    while tally.publishing.load(ordering: .relaxed) > 0 {
                        let collected = try await node.chidori(
                            "volume", "collect", node.place.string, "--keep-for", "0", "--trash-for", "0", "--json",
                            "--quiet"
                        ).run()
                        if collected.contains(#""packages":["#), !collected.contains(#""packages":[]"#) {
                            tally.taken.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for (number, reader) in readers.enumerated() {
            let outcome = await reader.outcome()
            #expect(outcome.succeeded, "reader \(number): \(outcome.errorText)")
            #expect(outcome.text.split(separator: "\n").count == 3)
        }
        #expect(users[0].names(in: "envs", of: volume).count == count)
        #expect(users[0].names(in: "packages", of: volume).count == 3 + count)
        print("volume: \(tally.taken.load(ordering: .relaxed)) collections took packages away")
        #expect(users[0].names(in: "tmp", of: volume) == [])
        try await users[0].expectSound(volume)
    }

    @Test("a driver that mounts it read-only starts, and changes nothing")
    func readOnly() async throws {
        let recipe = try await users[0].numberedRecipe(1)
        try await nodes[0].chidori("volume", "publish", recipe, "--volume", nodes[0].place.string).run()
        let before = try await Delivery.listing(volume)
        let script = """
            "$1/names/e1/bin/python" -c 'import alpha.m1' && "$1/names/e1/bin/alpha" 3
            echo x > "$1/packages/x"
            """
        let outcome = try await nodes[1].reader(script).outcome()
        #expect(outcome.errorText.contains("Read-only file system"), "\(outcome.errorText)")
        #expect(try await Delivery.listing(volume) == before)
        // What is looked at there needs no writing either.
        for words in [["list"], ["verify"]] {
            try await nodes[1].command(
                users[1].command(["volume"] + words + [nodes[1].place.string]), isReadOnly: true
            ).run()
        }
        let refused = try await nodes[1].command(
            users[0].command(["volume", "publish", "e1", "--volume", nodes[1].place.string]), isReadOnly: true
        ).outcome()
        #expect(refused.status == 7 && refused.errorText.contains("Read-only file system"), "\(refused.errorText)")
        #expect(refused.errorText.contains("try: "))
    }
}
