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

@Suite("tenants", .timeLimit(.minutes(1)))
struct TenancyTests {
    static let isRoot = getuid() == 0

    @Test("without users for tenants there is one, for good, and a second is refused by name")
    func single() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        let first = LocalStage.attempt()
        #expect(try await provider.provider.cluster().isMultiTenant == false)
        _ = try await provider.provider.launch(stage.launch("true", first))
        _ = try await provider.end(of: first)
        for provider in [provider.provider, stage.local()] {
            try await provider.check(TaskTemplate(), of: "acme")
            await #expect(throws: DriverProviderError.self) { try await provider.check(TaskTemplate(), of: "globex") }
            var launch = stage.launch("true", LocalStage.attempt())
            launch.tenant = "globex"
            await #expect {
                try await provider.launch(launch)
            } throws: { error in
                let error = error as? DriverProviderError
                return error?.code == .tenancy && error?.subject == "globex"
                    && error?.message.contains("acme") == false && error?.advice != nil
            }
        }
    }

    @Test("a tenant's own volumes and credentials are its alone, and come first")
    func ownPlaces() async throws {
        let folder = try Scratch("places")
        for name in ["all", "acme"] { try folder.write(name, "of \(name)") }
        let stage = try LocalStage {
            $0.volumes = ["lake": folder.path, "globex/lab": folder.path]
            let all = folder.file("all")
            $0.credentials = ["s3": all, "acme/s3": folder.file("acme"), "globex/key": all]
        }
        let provider = ObservedProvider(stage.local())
        var task = TaskTemplate()
        task.volumes = [VolumeMount(name: "lab")]
        let missing = await #expect(throws: DriverProviderError.self) {
            try await provider.provider.check(task, of: "acme")
        }
        #expect(missing?.code == .badLaunch && missing?.advice == "there are lake")
        try await provider.provider.check(task, of: "globex")
        task = TaskTemplate()
        task.credentials = ["key"]
        await #expect(throws: DriverProviderError.self) { try await provider.provider.check(task, of: "acme") }
        let attempt = LocalStage.attempt()
        var launch = stage.launch("cat $CHIDORI_CREDENTIALS/s3", attempt)
        launch.task.credentials = ["s3"]
        _ = try await provider.provider.launch(launch)
        _ = try await provider.end(of: attempt)
        let log = try await provider.provider.log(of: attempt, from: 0, limit: 100)
        #expect(String(decoding: log.bytes, as: UTF8.self) == "of acme")
    }

    @Test("each tenant has a user of its own, the same for ever", .enabled(if: isRoot, "needs root"))
    func users() throws {
        let stage = try LocalStage {
            $0.users = .init(first: 300_000, count: 2)
            $0.ownTenant = "home"
        }
        let tenancy = Tenancy(stage.settings)
        #expect(tenancy.isMultiple)
        #expect(try tenancy.user(of: "acme") == 300_000)
        #expect(try tenancy.user(of: "globex") == 300_001)
        #expect(try tenancy.user(of: "home") == nil)
        #expect(try Tenancy(stage.settings).user(of: "globex") == 300_001)
        #expect { try tenancy.user(of: "initech") } throws: {
            ($0 as? DriverProviderError)?.code == .tenancy && "\($0)".contains("all 2 are taken")
        }
        // Whoever shared this process's user keeps it, whatever is configured later.
        let old = try LocalStage()
        #expect(try Tenancy(old.settings).user(of: "acme") == nil)
        var later = old.settings
        later.users = .init()
        #expect(try Tenancy(later).user(of: "acme") == nil)
        #expect(try Tenancy(later).user(of: "globex") == 200_000)
    }

    @Test("a list that was tampered with gives nobody another's user", .enabled(if: isRoot, "needs root"))
    func damaged() throws {
        let stage = try LocalStage { $0.users = .init() }
        _ = try Tenancy(stage.settings).user(of: "acme")
        try stage.scratch.write("records/tenants.json", "{\"users\": 3}")
        #expect { try Tenancy(stage.settings).user(of: "globex") } throws: {
            ($0 as? DriverProviderError)?.code == .unavailable && "\($0)".contains("tenants.json")
        }
    }

    @Test("drivers of two tenants see nothing of each other, nor of the server", .enabled(if: isRoot, "needs root"))
    func apart() async throws {
        let stage = try LocalStage { $0.users = .init(first: 300_000, count: 10) }
        let provider = ObservedProvider(stage.local())
        let (first, second) = (LocalStage.attempt(), LocalStage.attempt())
        var launch = stage.launch("umask 022; echo secret >$HOME/kept; id -u; echo $USER $HOME; touch $TMPDIR/x", first)
        launch.user = "Ann Lee"
        _ = try await provider.provider.launch(launch)
        #expect(try await provider.end(of: first).reason == .completed)
        let work = DriverFiles(try stage.local().folder(of: first)).work
        let log = try await provider.provider.log(of: first, from: 0, limit: 4096)
        #expect(String(decoding: log.bytes, as: UTF8.self) == "300000\nann-lee \(work)\n")
        #expect(work.appending("kept").isThere)
        // What was for the driver alone is gone with it.
        _ = try await provider.until("its removal") { work.appending("tmp").isThere ? nil : true }

        let again = ObservedProvider(stage.local())
        launch = stage.launch("id -u; cat \(work)/kept; ls \(work) \(stage.settings.records); true", second)
        launch.tenant = "globex"
        _ = try await again.provider.launch(launch)
        _ = try await again.end(of: second)
        let seen = String(
            decoding: try await again.provider.log(of: second, from: 0, limit: 4096).bytes, as: UTF8.self)
        #expect(seen.hasPrefix("300001\n"))
        #expect(!seen.contains("secret") && !seen.contains("kept\n") && seen.contains("Permission denied"))
    }

    @Test(
        "a place that a tenant's driver could not reach is named before anything starts",
        .enabled(if: isRoot, "needs root"))
    func closed() async throws {
        let stage = try LocalStage { $0.users = .init() }
        chmod(stage.scratch.path.string, 0o700)
        let attempt = LocalStage.attempt()
        await #expect {
            try await stage.local().launch(stage.launch("true", attempt))
        } throws: {
            ($0 as? DriverProviderError)?.code == .badLaunch && "\($0)".contains("chmod o+x \(stage.scratch.path)`")
        }
        #expect(try await stage.local().adopt(attempt, token: FencingToken(1)) == .absent)
    }

    @Test(
        "a person's name becomes one of a user, and nobody else's",
        arguments: [
            ("Ann.Lee", "ann.lee"), ("ann@example.org", "ann-example.org"), ("root", "user7"), ("", "user7"),
            ("42", "user7"),
        ])
    func names(person: String, name: String) {
        #expect(AttemptUser(number: 7, person: person).name == name)
    }
}
