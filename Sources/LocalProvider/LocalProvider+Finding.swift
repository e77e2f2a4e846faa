internal import DriverProvider
internal import JobModel
internal import Supervision

extension LocalProvider {
    /// What is true of an attempt, whoever launched it. One that is not there never will be.
    func find(_ attempt: AttemptID, _ token: FencingToken) throws -> DriverStatus {
        let folder = try folder(of: attempt)
        let fence = try Fence(of: folder)
        defer { fence.open() }
        try fence.pass(token)
        return try told {
            if try folder.make(isTraversable: tenancy.isMultiple) {
                try folder.stop(StopRequest(grace: 0))
                return .absent
            }
            let deadline = ContinuousClock.now + .seconds(30)
            while true {
                switch try folder.state() {
                case .starting:
                    // For some milliseconds, unless the disk is slow.
                    guard ContinuousClock.now < deadline else { return .unknown("it is being started, for long now") }
                    pauseBriefly()
                case .running(let start, _): return .running(observe(attempt, folder, start))
                case .ended(let end): return .ended(DriverEnd(end, DriverFiles(folder)))
                case .lost(let start):
                    // What is left without any mark of life is ended before it is called lost.
                    guard folder.endRemains(of: start, within: .seconds(5)) else {
                        return .unknown("processes of it cannot be ended: they hang in the kernel")
                    }
                    return AttemptWatch.Ending.lost(start).status(DriverFiles(folder))
                case .absent:
                    if try folder.stopRequest() != nil { return .absent }
                    // Told first, and then looked at once more: a launcher that is about to begin sees it.
                    try folder.stop(StopRequest(grace: 0))
                }
            }
        }
    }
}
