import DriverProvider
import EnvironmentSupply
import JobEngine
import JobModel
import Scheduling
import Testing

@Suite("The core")
struct EngineCoreTests {
    @Test("takes a job through its states, and writes before it acts")
    func way() {
        var scene = Scene()
        let job = scene.submit()
        #expect(scene.way(of: job) == [.queued, .admitted, .starting])
        #expect(scene.attempts(of: job).map(\.state) == [.starting])
        #expect(scene.launches.map(\.attempt) == [AttemptID(task: TaskID(job: job), number: 1)])
        scene.play()
        #expect(scene.way(of: job).suffix(2) == [.running, .succeeded])
        #expect(scene.core.counts.living == 0)
        #expect(scene.core.usage.drivers == 0)
    }

    @Test("runs no more than the caps allow, and the next when one has ended")
    func caps() {
        var settings = Settings()
        settings.caps.drivers = 1
        var scene = Scene(settings: settings)
        let first = scene.submit()
        let second = scene.submit()
        #expect(scene.launches.map(\.attempt.job) == [first])
        #expect(scene.core.wait(of: second, at: scene.now)?.reason == "cap")
        #expect(scene.core.wait(of: second, at: scene.now)?.position == 0)
        scene.play()
        #expect(scene.launches.map(\.attempt.job) == [first, second])
    }

    @Test("starts what waits when an admin lifts a cap")
    func live() {
        var settings = Settings()
        settings.caps.drivers = 0
        var scene = Scene(settings: settings)
        _ = scene.submit()
        #expect(scene.launches.isEmpty)
        scene.tell(.settings(Settings()))
        #expect(scene.launches.count == 1)
    }

    @Test("tries again what failed, as often as was asked for, and not at once")
    func retry() {
        var scene = Scene()
        let job = scene.submit { request in
            request.retry.attempts = 2
            request.retry.backoff = 5000
        }
        scene.play(.error, exitCode: 3)
        #expect(scene.way(of: job).last == .retrying)
        #expect(scene.core.wait(of: job, at: scene.now)?.message == "is tried again in 5 seconds")
        scene.pass(4999)
        #expect(scene.launches.count == 1)
        scene.pass(1)
        #expect(scene.launches.map(\.attempt.number) == [1, 2])
        #expect(scene.launches[1].token > scene.launches[0].token)
        scene.play(.error, exitCode: 3)
        #expect(scene.lastStep(of: job)?.to == .failed)
        #expect(scene.lastStep(of: job)?.reason == "error")
        #expect(scene.lastStep(of: job)?.message == "the program ended with status 3")
    }

    @Test("does not count against a job what says nothing against it", arguments: [EndReason.lost, .preempted])
    func faults(reason: EndReason) {
        var scene = Scene()
        let job = scene.submit()
        for _ in 1...3 {
            scene.play(reason)
            #expect(scene.way(of: job).last == .retrying)
            scene.pass(3_600_000)
        }
        scene.play(reason)
        #expect(scene.lastStep(of: job)?.reason == reason.rawValue)
        #expect(scene.lastStep(of: job)?.to == .failed)
    }

    @Test("tells how far a job's tasks are, and calls failed only what is not tried again")
    func counts() {
        var scene = Scene(cores: 2)
        let job = scene.submit {
            $0.array = ArrayRequest(count: 4, parallelism: 2)
            $0.retry.attempts = 2
        }
        func told() -> [Int]? {
            scene.core.tasks(of: job).map { [$0.total, $0.running, $0.succeeded, $0.failed, $0.waiting] }
        }
        #expect(told() == [4, 2, 0, 0, 2])
        scene.play(.lost)
        #expect(told()?[3] == 0)
        scene.play()
        #expect(told()?[2] == 1)
        scene.pass(3_600_000)
        scene.play(.error, exitCode: 1)
        #expect(told()?[3] == 0)
        scene.say(.suspend, job)
        for stop in scene.stops { scene.ends(stop, .killed) }
        #expect(scene.way(of: job).last == .suspended)
        #expect(told() == [4, 0, 1, 0, 3])
    }

    @Test("kills at once what has no driver, and what has one when that has ended")
    func kill() {
        var settings = Settings()
        settings.caps.drivers = 1
        var scene = Scene(settings: settings)
        let running = scene.submit()
        let waiting = scene.submit()
        let driver = scene.launches[0].attempt
        scene.runs(driver)
        scene.say(.kill, waiting)
        #expect(scene.lastStep(of: waiting)?.to == .killed)
        #expect(scene.lastStep(of: waiting)?.actor == .user("ann"))
        #expect(scene.lastStep(of: waiting)?.message == "because")
        scene.say(.kill, running)
        #expect(scene.way(of: running).last == .running)
        #expect(scene.changes.contains(.intent(running, .kill)))
        #expect(scene.stops == [driver])
        scene.say(.kill, running)
        #expect(scene.stops == [driver])
        scene.ends(driver, .killed)
        #expect(scene.lastStep(of: running)?.to == .killed)
        scene.say(.kill, running)
        #expect(scene.answers == [.done(.killed), .done(.running), .done(.running), .notAlive])
    }

    @Test("believes a driver that had done its work before it was told to end")
    func truth() {
        var scene = Scene()
        let job = scene.submit()
        let driver = scene.launches[0].attempt
        scene.runs(driver)
        scene.say(.kill, job)
        scene.ends(driver, .completed)
        #expect(scene.way(of: job).last == .succeeded)
    }

    @Test("puts a job aside and goes on with it, which costs it no try")
    func suspend() {
        var scene = Scene()
        let job = scene.submit()
        scene.runs(scene.launches[0].attempt)
        scene.say(.suspend, job)
        scene.say(.resume, job)
        scene.ends(scene.launches[0].attempt, .killed)
        #expect(scene.way(of: job).last == .suspended)
        #expect(scene.attempts(of: job).last?.reason == .suspended)
        #expect(scene.core.usage.drivers == 0)
        scene.say(.resume, job)
        #expect(scene.launches.map(\.attempt.number) == [1, 2])
        scene.play()
        #expect(scene.way(of: job).last == .succeeded)
        #expect(scene.answers[1] == .refused(.running, "it is being suspended: try again when it is"))
    }

    @Test("ends what runs longer than it may")
    func deadline() {
        var scene = Scene()
        let job = scene.submit { $0.deadline = 60_000 }
        #expect(scene.launches[0].timeLimit == 60_000)
        scene.runs(scene.launches[0].attempt)
        scene.pass(59_999)
        #expect(scene.stops.isEmpty)
        scene.pass(1)
        #expect(scene.stops == [scene.launches[0].attempt])
        scene.ends(scene.launches[0].attempt, .killed)
        #expect(scene.lastStep(of: job)?.reason == "deadlineExceeded")
        #expect(scene.lastStep(of: job)?.message == "ran longer than 1 minute")
    }

    @Test("has an environment made first, and remembers which it was")
    func environment() {
        var scene = Scene()
        let job = scene.submit { $0.task.environment = "pandas" }
        #expect(scene.way(of: job) == [.preparing])
        #expect(scene.actions == [.prepare(job, group: "main", .named("pandas"))])
        scene.tell(.environmentReady(job, group: "main", id: "abc"))
        #expect(scene.changes.contains(.environment(job, group: "main", id: "abc")))
        #expect(scene.launches.map(\.environment) == ["abc"])
        scene.play()
        #expect(scene.actions.last == .release(job))
    }

    @Test("gives a lease back only when nothing is under way that takes it, and takes it anew only then")
    func leases() {
        var scene = Scene()
        let job = scene.submit { $0.task.environment = "pandas" }
        scene.tell(.command(.init(.kill, job, by: .user("ann")), .init(1)))
        #expect(scene.way(of: job) == [.preparing, .killed])
        #expect(!scene.actions.contains(.release(job)))
        scene.tell(.environmentReady(job, group: "main", id: "abc"))
        #expect(scene.actions.last == .release(job))
        scene.tell(.revived(scene.record(job), by: .user("ann"), .init(2)))
        #expect(scene.actions.filter { $0 == .prepare(job, group: "main", .named("pandas")) }.count == 1)
        scene.tell(.released(job))
        #expect(scene.actions.last == .prepare(job, group: "main", .named("pandas")))
        scene.tell(.environmentReady(job, group: "main", id: "abc"))
        scene.play()
        #expect(scene.actions.filter { $0 == .release(job) }.count == 2 && scene.actions.last == .release(job))
    }

    @Test("takes leases anew of which nobody knows whether an earlier core got them")
    func unknownLeases() {
        var scene = Scene()
        let job = scene.submit { $0.task.environment = "pandas" }
        scene.tell(.environmentReady(job, group: "main", id: "abc"))
        scene.play(.error, exitCode: 1)
        scene.tell(.released(job))
        scene.tell(.revived(scene.record(job), by: .user("ann"), .init(1)))
        #expect(scene.way(of: job).last == .preparing)
        for isSuspended in [false, true] {
            if isSuspended { scene.say(.suspend, job) }
            var next = Scene(epoch: 2)
            next.tell(.recovered([scene.record(job)]))
            if isSuspended { next.say(.resume, job) }
            #expect(next.actions.contains(.prepare(job, group: "main", .named("abc"))), "\(isSuspended)")
            #expect(next.launches.isEmpty)
            next.tell(.environmentReady(job, group: "main", id: "abc"))
            #expect(next.launches.count == 1)
        }
    }

    @Test("fails a job whose environment cannot be made, and tries what may yet be made")
    func badEnvironment() {
        var scene = Scene()
        let bad = scene.submit { $0.task.environment = "pandas" }
        scene.tell(.environmentFailed(bad, group: "main", message: "no such recipe", isFinal: true))
        #expect(scene.lastStep(of: bad)?.reason == "environmentFailed")
        #expect(scene.lastStep(of: bad)?.message == "no such recipe")
        let slow = scene.submit { $0.task.environment = "pandas" }
        scene.tell(.environmentFailed(slow, group: "main", message: "no network", isFinal: false))
        scene.pass(10_000)
        #expect(scene.actions.filter { $0 == .prepare(slow, group: "main", .named("pandas")) }.count == 2)
    }

    @Test("waits for the jobs that a job depends on")
    func dependencies() {
        var scene = Scene()
        let first = scene.submit()
        let after = scene.submit { $0.dependencies = [Dependency(job: first.description)] }
        let instead = scene.submit { $0.dependencies = [Dependency(job: first.description, on: .failed)] }
        #expect(scene.launches.map(\.attempt.job) == [first])
        #expect(scene.core.wait(of: after, at: scene.now)?.message == "waits for \(first) to end")
        scene.play()
        #expect(scene.launches.last?.attempt.job == after)
        #expect(scene.lastStep(of: instead)?.reason == "dependencyFailed")
    }

    @Test("starts as many of an array's tasks at once as it may, and fails it at its end if one failed")
    func array() {
        var scene = Scene(cores: 16)
        let job = scene.submit { $0.array = ArrayRequest(count: 3, parallelism: 2) }
        #expect(scene.launches.map(\.attempt.task.index) == [0, 1])
        #expect(scene.launches[0].replicas == 3)
        for order in scene.launches { scene.runs(order.attempt) }
        scene.ends(scene.launches[0].attempt, .error, exitCode: 1)
        #expect(scene.launches.map(\.attempt.task.index) == [0, 1, 2])
        scene.ends(scene.launches[1].attempt, .completed)
        scene.play()
        #expect(scene.lastStep(of: job)?.to == .failed)
        #expect(scene.lastStep(of: job)?.message == "1 of 3 tasks failed")
    }

    @Test("gives all groups of a job room together, and starts each when its turn has come")
    func gang() {
        func groups(_ request: inout JobRequest) {
            var workers = TaskGroup(name: "worker")
            workers.replicas = 2
            var launcher = TaskGroup(name: "launcher")
            launcher.after = [.init(group: "worker", until: .running)]
            launcher.completesJob = true
            request.groups = [workers, launcher]
        }
        var small = Scene(cores: 2)
        _ = small.submit(Scene.demand, groups)
        #expect(small.launches.isEmpty)
        var scene = Scene(cores: 3)
        let job = scene.submit(Scene.demand, groups)
        #expect(scene.core.usage.drivers == 3)
        #expect(scene.launches.map(\.attempt.task.group) == ["worker", "worker"])
        scene.runs(scene.launches[0].attempt)
        #expect(scene.launches.count == 2)
        scene.runs(scene.launches[1].attempt)
        #expect(scene.launches.map(\.attempt.task.group) == ["worker", "worker", "launcher"])
        scene.play()
        #expect(Set(scene.stops) == Set(scene.launches.prefix(2).map(\.attempt)))
        for order in scene.launches.prefix(2) { scene.ends(order.attempt, .killed) }
        #expect(scene.lastStep(of: job)?.to == .succeeded)
    }

    @Test(
        "does with a job what its rule says about a task that failed",
        arguments: [
            (TaskGroup.FailureRule.abort, JobState.failed), (.complete, .succeeded), (.restartJob, .retrying),
        ])
    func rules(rule: TaskGroup.FailureRule, state: JobState) {
        var scene = Scene()
        let job = scene.submit { request in
            var group = TaskGroup(name: "rank")
            group.replicas = 2
            group.onFailure = rule
            request.groups = [group]
            request.retry.attempts = 2
        }
        for order in scene.launches { scene.runs(order.attempt) }
        scene.ends(scene.launches[0].attempt, .error, exitCode: 9)
        #expect(scene.stops == [scene.launches[1].attempt])
        scene.ends(scene.launches[1].attempt, .killed)
        #expect(scene.way(of: job).last == state)
        if state == .retrying {
            scene.pass(60_000)
            #expect(scene.launches.map(\.attempt.number) == [1, 1, 2, 2])
            #expect(scene.attempts(of: job).map(\.round) == [1, 1, 2, 2])
        }
    }

    @Test("starts a job without end again and again")
    func endless() {
        var scene = Scene()
        let job = scene.submit { $0.isEndless = true }
        for number in 1...5 {
            #expect(scene.launches.last?.attempt.number == number)
            scene.play(number % 2 == 0 ? .completed : .error)
            scene.pass(3_600_000)
        }
        scene.say(.kill, job)
        scene.ends(scene.launches.last!.attempt, .killed)
        #expect(scene.way(of: job).last == .killed)
    }

    @Test("takes over what an earlier core left, and starts nothing twice")
    func recovery() {
        var scene = Scene()
        let job = scene.submit()
        scene.runs(scene.launches[0].attempt)
        let attempt = scene.launches[0]
        var next = Scene(epoch: 2)
        next.tell(.recovered([scene.record(job)]))
        #expect(next.actions == [.adopt(attempt.attempt, attempt.token)])
        #expect(next.core.usage.drivers == 1)
        next.ends(attempt.attempt, .completed)
        #expect(next.way(of: job) == [.succeeded])
        #expect(next.launches.isEmpty)
    }

    @Test("starts a driver that was written down and never begun, under another number")
    func neverBegun() {
        var scene = Scene()
        let job = scene.submit()
        var next = Scene(epoch: 2)
        next.tell(.recovered([scene.record(job)]))
        next.tell(.observed(.init(scene.launches[0].attempt, .absent)))
        #expect(next.launches.map(\.attempt.number) == [2])
        #expect(next.launches[0].token > scene.launches[0].token)
    }

    @Test("says of a driver that nobody knows of that it is lost, and goes on asking")
    func lost() {
        var scene = Scene()
        let job = scene.submit()
        let order = scene.launches[0]
        scene.runs(order.attempt)
        scene.tell(.observed(.init(order.attempt, .unknown("no answer"))))
        #expect(scene.way(of: job).last == .lost)
        scene.pass(5000)
        #expect(scene.actions.last == .adopt(order.attempt, order.token))
        scene.runs(order.attempt)
        #expect(scene.way(of: job).last == .running)
    }

    @Test("ends a driver that no row tells of")
    func stray() {
        var scene = Scene()
        let stray = AttemptID(task: TaskID(job: JobID(high: 9, low: 9)), number: 1)
        scene.runs(stray)
        #expect(scene.stops == [stray])
    }

    @Test("keeps the order of a job's rows when the wall clock goes back")
    func clock() {
        var core = EngineCore(settings: Settings(), provider: "stage", epoch: 1)
        var request = JobRequest()
        request.task.file = "main.py"
        let job = Job(
            id: JobID(high: 1, low: 1), request: request, tenant: "a", user: "ann",
            createdAt: Moment(milliseconds: 5_000_000))
        let shape = JobShape(request) { _ in Scene.demand }
        let output = core.step(
            .submitted(JobRecord(job, shape: shape)), at: ClockReading(wall: Moment(milliseconds: 1000), steady: 0))
        guard case .transition(let step)? = output.changes.first else {
            Issue.record("nothing is written")
            return
        }
        #expect(step.at == job.createdAt)
    }
}
