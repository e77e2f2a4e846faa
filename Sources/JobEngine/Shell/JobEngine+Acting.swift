internal import Diagnostics
internal import DriverProvider
internal import EnvironmentSupply
internal import JobModel
internal import JobStore
internal import Logging
internal import Synchronization

extension JobEngine {
    /// Does one thing outside, and tells the core what came of it.
    func perform(_ action: EngineAction) async {
        switch action {
        case .prepare(let job, let group, let reference): await prepare(job, group, reference)
        case .release(let job): await release(job)
        case .launch(let order): await launch(order)
        case .stop(let attempt, let grace): await stop(attempt, grace)
        case .adopt(let attempt, let token): await adopt(attempt, token)
        case .answer: break
        }
    }

    private func prepare(_ job: JobID, _ group: String, _ reference: EnvironmentReference) async {
        do {
            let owner = try await store.job(job)
            let environment = try await parts.supply.prepare(reference, for: Self.asker(owner))
            try await parts.supply.lease(environment.id, to: job)
            mailbox.put(.environmentReady(job, group: group, id: environment.id))
        } catch is CancellationError {
            // The next process begins again.
        } catch {
            let code = (error as? EnvironmentSupplyError)?.code
            mailbox.put(
                .environmentFailed(
                    job, group: group, message: Self.text(error),
                    isFinal: code.map { !$0.isPassing } ?? false))
        }
    }

    /// Who has a share of the builds.
    private static func asker(_ job: Job?) -> String { job.map { "\($0.tenant)/\($0.user)" } ?? "" }

    private func release(_ job: JobID) async {
        do {
            try await parts.supply.release(job)
        } catch {
            logger.warning("a lease is still there", metadata: ["job": "\(job)", "error": "\(error)"])
        }
        mailbox.put(.released(job))
    }

    private func launch(_ order: LaunchOrder) async {
        do {
            let details = try await parts.provider.launch(try await composed(order))
            state.withLock { $0.details[order.attempt] = details }
            mailbox.put(.observed(.init(order.attempt, .running(details))))
        } catch is CancellationError {
            // Whether it lives is for the next process to find out.
        } catch let error as DriverProviderError {
            let isFinal = [.badLaunch, .tenancy, .fenced].contains(error.code)
            mailbox.put(.notLaunched(order.attempt, message: Self.text(error), isFinal: isFinal))
        } catch let error as EnvironmentSupplyError {
            mailbox.put(.notLaunched(order.attempt, message: Self.text(error), isFinal: !error.code.isPassing))
        } catch {
            // Before the provider was asked: nothing of it lives.
            mailbox.put(.notLaunched(order.attempt, message: Self.text(error), isFinal: false))
        }
    }

    /// All that a provider needs, from the decision and the job's row.
    private func composed(_ order: LaunchOrder) async throws -> DriverLaunch {
        guard let job = try await store.job(order.attempt.job),
            let group = job.request.taskGroups.first(where: { $0.name == order.attempt.task.group })
        else {
            throw DriverProviderError(.badLaunch, "job \(order.attempt.job)", "is not in the store any more")
        }
        var environment: DeliveredEnvironment?
        if let id = order.environment { environment = try await parts.supply.admitted(id, for: Self.asker(job)) }
        let task = order.attempt.task
        return DriverLaunch(
            attempt: order.attempt, token: order.token, tenant: job.tenant, user: job.user, title: job.request.title,
            task: group.task, driver: order.demand.driver, executors: order.demand.executors,
            executor: order.demand.executor, environment: environment,
            variables: [
                "CHIDORI_JOB_ID": "\(task.job)", "CHIDORI_TASK_GROUP": task.group,
                "CHIDORI_TASK_INDEX": "\(task.index)",
                "CHIDORI_TASK_COUNT": "\(order.replicas)", "CHIDORI_ATTEMPT": "\(order.attempt.number)",
            ],
            timeLimit: order.timeLimit, stopGrace: order.stopGrace)
    }

    private func stop(_ attempt: AttemptID, _ grace: Int64) async {
        do {
            try await parts.provider.stop(attempt, grace: grace)
        } catch is CancellationError {
        } catch {
            mailbox.put(.observed(.init(attempt, .unknown(Self.text(error)))))
        }
    }

    private func adopt(_ attempt: AttemptID, _ token: FencingToken) async {
        do {
            let status = try await parts.provider.adopt(attempt, token: token)
            if case .running(let details) = status { state.withLock { $0.details[attempt] = details } }
            mailbox.put(.observed(.init(attempt, status)))
        } catch is CancellationError {
        } catch {
            mailbox.put(.observed(.init(attempt, .unknown(Self.text(error)))))
        }
    }

    /// What a row says of an error.
    static func text(_ error: any Error) -> String {
        guard let error = error as? any Diagnostic else { return "\(error)" }
        return "\(error.subject): \(error.message)\(error.advice.map { " (try: \($0))" } ?? "")"
    }
}
