internal import JobEngine
internal import JobModel

// What stands in a trace: a line each, the same whenever the seed is.

extension JobShape {
    var summary: String {
        let parts = groups.map { group in
            var text = "\(group.name) \(group.minimum)/\(group.replicas)"
            if group.parallelism < group.replicas { text += " \(group.parallelism) at once" }
            if group.onFailure != .restartTask { text += " \(group.onFailure)" }
            if group.completesJob { text += " completes" }
            for order in group.after { text += " after \(order.group) \(order.until)" }
            if let environment = group.environment { text += " in \(environment)" }
            return text
        }
        var text = parts.joined(separator: ", ") + "; \(retry.attempts) tries"
        if let deadline { text += ", \(deadline) ms at most" }
        if isEndless { text += ", without end" }
        for dependency in dependencies { text += ", waits for \(dependency.job) \(dependency.on)" }
        return text
    }
}

extension JobChange {
    var summary: String {
        switch self {
        case .transition(let step):
            "\(step.job) \(step.number): \(step.to) (\(step.reason)\(step.message.isEmpty ? "" : ": ")\(step.message))"
        case .attempt(let attempt):
            "\(attempt.id) \(attempt.state)\(attempt.reason.map { " \($0)" } ?? ""), token \(attempt.token.value)"
        case .intent(let job, let intent): "\(job) is to be: \(intent?.rawValue ?? "as it is")"
        case .round(let job, let round): "\(job) round \(round)"
        case .started(let job, let moment): "\(job) \(moment == nil ? "has not started" : "has started")"
        case .environment(let job, let group, let id): "\(job)/\(group) in \(id)"
        }
    }
}

extension EngineAction {
    var summary: String {
        switch self {
        case .prepare(let job, let group, let reference): "prepare \(reference) for \(job)/\(group)"
        case .release(let job): "release \(job)"
        case .launch(let order): "launch \(order.attempt), token \(order.token.value)"
        case .stop(let attempt, let grace): "stop \(attempt) in \(grace) ms"
        case .adopt(let attempt, let token): "adopt \(attempt), token \(token.value)"
        case .answer(let ticket, let answer): "answer \(ticket.number): \(answer)"
        }
    }
}
