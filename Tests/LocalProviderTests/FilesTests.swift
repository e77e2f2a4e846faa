import Contracts
import DriverProvider
import FileSystem
import Foundation
import JobModel
import Supervision
import SystemPackage
import TestSupport
import Testing

@testable import LocalProvider

@Suite("what lies around a driver", .timeLimit(.minutes(1)))
struct FilesTests {
    @Test("credentials are files that the driver alone reads, and gone after its end")
    func credentials() async throws {
        let stage = try LocalStage {
            $0.credentials = ["bucket": $0.folder.removingLastComponent().appending("bucket.json")]
        }
        try stage.scratch.write("bucket.json", "the key")
        let provider = ObservedProvider(stage.local())
        let attempt = LocalStage.attempt()
        var launch = stage.launch("cat $CHIDORI_CREDENTIALS/bucket; stat -c %a $CHIDORI_CREDENTIALS/bucket", attempt)
        launch.task.credentials = ["bucket"]
        _ = try await provider.provider.launch(launch)
        _ = try await provider.end(of: attempt)
        let log = try await provider.provider.log(of: attempt, from: 0, limit: 100)
        #expect(String(decoding: log.bytes, as: UTF8.self) == "the key600\n")
        let kept = stage.folder(attempt).path.appending("work/credentials")
        _ = try await provider.until("its removal") { kept.isThere ? nil : true }
        launch.attempt = LocalStage.attempt()
        launch.task.credentials = ["other"]
        await #expect { try await provider.provider.launch(launch) } throws: {
            "\($0)".contains("other: is no credential")
        }
    }

    @Test("a volume is where it is on the machine, and nowhere else")
    func volumes() async throws {
        let stage = try LocalStage { $0.volumes = ["data": "/srv/data"] }
        func refusal(_ volume: VolumeMount) async -> String {
            var launch = stage.launch("true", LocalStage.attempt())
            launch.task.volumes = [volume]
            do {
                _ = try await stage.local().launch(launch)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(await refusal(VolumeMount(name: "data", path: "/srv/data")) == "")
        #expect(await refusal(VolumeMount(name: "other", path: "/srv/data")).contains("there are data"))
        #expect(await refusal(VolumeMount(name: "data", path: "/mnt")).contains("use /srv/data"))
    }

    @Test("a group's name that would lead elsewhere is refused", arguments: ["..", ".", "", "a/b", "../../x"])
    func names(group: String) async throws {
        let stage = try LocalStage()
        var attempt = LocalStage.attempt()
        attempt.task.group = group
        await #expect { try await stage.local().launch(stage.launch("true", attempt)) } throws: {
            ($0 as? DriverProviderError)?.code == .badLaunch
        }
    }

    @Test("nothing is left of a job whose attempts are discarded, and nothing outside goes with them")
    func discard() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        try stage.scratch.write("outside/kept", "kept")
        let first = LocalStage.attempt()
        let second = AttemptID(task: first.task, number: 2)
        for attempt in [first, second] {
            _ = try await provider.provider.launch(
                stage.launch("mkdir -p a/b; ln -s \(stage.scratch.path)/outside a/link; chmod 0 a/b", attempt))
            _ = try await provider.end(of: attempt)
        }
        try await provider.provider.discard(first)
        #expect(stage.folder(second).path.isFolder)
        try await provider.provider.discard(second)
        #expect(try stage.settings.folder.folderNames() == [])
        #expect(stage.scratch.file("outside/kept").isThere)
    }

    @Test("ports are handed out once, and not while somebody has them")
    func ports() throws {
        let pool = PortPool(24_900...24_902)
        let taken = [pool.take(), pool.take(), pool.take()]
        #expect(Set(taken.compactMap { $0 }).count == 3)
        #expect(pool.take() == nil)
        pool.giveBack(24_901)
        #expect(pool.take() == 24_901)
    }

    @Test(
        "an application is known by its event log's name",
        arguments: [
            ("local-1763783000000", "local-1763783000000"),
            ("local-1763783000000.inprogress", "local-1763783000000"),
            ("eventlog_v2_app-20261122052329-0000", "app-20261122052329-0000"),
            ("application_1763783000000_0001_1.zstd", "application_1763783000000_0001_1"),
            ("eventlog_v2_../../etc", nil), ("notes.txt", nil), ("local-\u{1B}[31m", nil),
        ] as [(String, String?)])
    func applications(name: String, id: String?) {
        #expect(EventLogs.applicationID(named: name) == id)
    }
}
