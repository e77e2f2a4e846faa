public import JobModel

extension Job {
    /// A job as it is submitted, with an id of its own.
    public static func sample(
        _ name: String = "job", at moment: Moment = .sample, tenant: String = "acme", user: String = "ann",
        _ change: (inout JobRequest) -> Void = { _ in }
    ) -> Job {
        var generator = SystemRandomNumberGenerator()
        var request = JobRequest()
        request.name = name
        request.task.file = "/jobs/\(name).py"
        change(&request)
        return Job(
            id: JobID(at: moment, using: &generator), request: request, tenant: tenant, user: user, createdAt: moment)
    }

    /// The job's next step.
    public func step(
        to state: JobState, at moment: Moment = .sample, reason: String = "because", actor: Actor = .system("engine")
    ) -> Transition {
        Transition(
            job: id, number: transitions + 1, at: moment, from: self.state, to: state, reason: reason,
            message: "to \(state)", actor: actor)
    }
}

extension Moment {
    /// 22 November 2026.
    public static let sample = Moment(milliseconds: 1_795_320_000_000)
}
