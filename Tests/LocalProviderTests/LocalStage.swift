import Contracts
import DriverProvider
import Foundation
import JobModel
import Supervision
import Synchronization
import SystemPackage
import TestSupport

@testable import LocalProvider

/// A folder for a local provider, and everything in it gone afterwards.
final class LocalStage: DriverStage {
    let scratch: Scratch
    let settings: LocalProviderSettings
    private let providers = Mutex<[LocalProvider]>([])

    init(_ change: (inout LocalProviderSettings) -> Void = { _ in }) throws {
        scratch = try Scratch("local")
        chmod(scratch.path.string, 0o711)
        var settings = LocalProviderSettings(folder: scratch.file("logs"), records: scratch.file("records"))
        settings.launcher = Launcher(
            program: FilePath(BuiltProduct.path("SupervisionProbe")), words: ["SupervisionProbe", Shim.command])
        settings.variables = ["PATH": "/usr/bin:/bin"]
        change(&settings)
        self.settings = settings
    }

    deinit {
        for provider in providers.withLock({ $0 }) { provider.close() }
        let files = FileManager.default.enumerator(atPath: settings.folder.string)
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix("/started.json") else { continue }
            let folder = AttemptFolder(settings.folder.appending(file).removingLastComponent())
            guard case .running(let start, let isSupervised) = try? folder.state() else { continue }
            if isSupervised { kill(start.shim.process, SIGKILL) }
            _ = folder.endRemains(of: start, within: .seconds(10))
        }
    }

    func provider() async throws -> any DriverProvider { local() }

    func local() -> LocalProvider {
        providers.withLock { providers in
            for provider in providers { provider.close() }
            let provider = LocalProvider(settings)
            providers.append(provider)
            return provider
        }
    }

    func launch(_ program: StagedProgram, _ attempt: AttemptID, token: Int64) -> DriverLaunch {
        switch program {
        case .ends(let status, let text): launch("printf %s '\(text)'; exit \(status)", attempt, token: token)
        case .listens:
            launch("trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done", attempt, token: token)
        case .deaf:
            launch(
                "trap '' TERM; echo ready; i=0; while test $i -lt 600; do sleep 0.1; i=$((i + 1)); done", attempt,
                token: token)
        case .missing: launch(command: ["/no/such/program"], attempt, token: token)
        }
    }

    func launch(_ script: String, _ attempt: AttemptID, token: Int64 = 1) -> DriverLaunch {
        launch(command: ["sh", "-c", script], attempt, token: token)
    }

    func launch(command: [String], _ attempt: AttemptID, token: Int64 = 1) -> DriverLaunch {
        var task = TaskTemplate()
        task.command = command
        return DriverLaunch(
            attempt: attempt, token: FencingToken(token), tenant: "acme", user: "ann", title: "a test", task: task,
            driver: .none, stopGrace: 300)
    }

    /// The folder of an attempt.
    func folder(_ attempt: AttemptID) -> AttemptFolder {
        let task = attempt.task
        return AttemptFolder(
            settings.folder.appending("\(task.job)").appending("\(task.group).\(task.index).\(attempt.number)"))
    }

    static func attempt(_ number: Int = 1) -> AttemptID {
        var generator = SystemRandomNumberGenerator()
        let job = JobID(at: Moment(milliseconds: 1_763_000_000_000), using: &generator)
        return AttemptID(task: TaskID(job: job), number: number)
    }
}
