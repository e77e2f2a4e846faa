internal import JobModel
internal import Scheduling

extension Job {
    /// The environment of a group: as it was named, and beside it the id that the job was admitted with.
    func environment(of group: TaskGroup) -> String? {
        let id = environments[group.name]
        guard let name = group.task.environment ?? (group.task.recipe == nil ? nil : "a recipe of its own") else {
            return id
        }
        guard let id, id != name else { return name }
        return "\(name) (\(id.prefix(12)))"
    }

    /// `3 for 2 tasks, at most 5 each`; `nil` where there was none and there is but one.
    func tries(_ attempts: [Attempt]) -> String? {
        let most = request.retry.attempts
        if attempts.isEmpty, most == 1 { return nil }
        let tasks = request.taskGroups.reduce(0) { $0 + $1.replicas }
        let many = tasks > 1
        return "\(attempts.count)" + (many ? " for \(tasks) tasks" : "")
            + (most > 1 ? ", at most \(most)" + (many ? " each" : "") : "")
    }
}

extension JobRequest {
    /// `20 tasks, 4 at once`; `nil` for a job of one task, or of groups.
    var arrayText: String? {
        array.map { "\($0.count) tasks" + ($0.parallelism.map { ", \($0) at once" } ?? "") }
    }
}

extension TaskTemplate {
    /// The room that its driver gets, all overhead included: `medium: 2 cores, 4.4 GiB of memory`.
    var driverText: String? {
        guard let demand = try? demand() else { return nil }
        return (driver.size.map { "\($0): " } ?? "") + demand.driver.text
    }

    /// The executors that it begins with, and the room that each of them gets: `2, up to 8; each 1 core, 1.4 GiB of memory`.
    var executorText: String? {
        guard let demand = try? demand(), demand.executors > 0 || executors.maximum != nil else { return nil }
        return "\(demand.executors)" + (executors.maximum.map { ", up to \($0)" } ?? "") + "; each "
            + demand.executor.text
    }
}

extension Resources {
    /// `1 core, 1.4 GiB of memory, 2 gpu`.
    var text: String {
        ([("cpu", cpu), ("memory", memory)] + named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            .map { "\(Quantity($0, $1))" }.joined(separator: ", ")
    }
}
