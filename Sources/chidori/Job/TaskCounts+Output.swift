internal import Diagnostics
internal import JobModel

extension TaskCounts {
    /// `of 20 tasks 4 run, 6 have succeeded, 1 has failed, 9 wait`.
    ///
    /// - Parameter isOver: whether the job has ended.
    func text(isOver: Bool) -> String {
        func part(_ count: Int, _ one: String, _ many: String) -> String? {
            count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
        }
        let parts = [
            part(running, "runs", "run"), part(succeeded, "has succeeded", "have succeeded"),
            part(failed, "has failed", "have failed"),
            isOver ? part(waiting, "did not finish", "did not finish") : part(waiting, "waits", "wait"),
        ]
        return "of \(counted(total, "task")) " + parts.compactMap { $0 }.joined(separator: ", ")
    }
}
