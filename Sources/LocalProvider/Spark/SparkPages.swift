internal import DriverProvider
internal import JSONDocument
internal import Transfer

/// What a driver's own pages tell of it: Spark's monitoring interface, `/api/v1`.
struct SparkPages: Sendable {
    let address: String
    private let transfer: Transfer

    /// - Parameter transfer: ``transfer()``, one for all drivers.
    init(port: UInt16, over transfer: Transfer) {
        address = "http://127.0.0.1:\(port)"
        self.transfer = transfer
    }

    /// A client for pages on this machine: nobody is between, and who does not answer soon is asked again later.
    static func transfer() -> Transfer {
        var options = TransferOptions()
        options.proxy = .none
        options.connectTimeout = .seconds(1)
        options.stallTimeout = .seconds(5)
        options.retry.attempts = 1
        return Transfer(options)
    }

    /// Spark's name for the application whose pages these are; `nil` as long as there are none.
    func applicationID() async -> String? {
        guard case .array(let applications) = await answer("applications"), let first = applications.first,
            case .string(let id) = first.fields?["id"]
        else { return nil }
        return id
    }

    /// How far it has come, as its pages remember: Spark forgets the oldest of a thousand jobs.
    func progress(of application: String) async -> StageProgress? {
        guard case .array(let jobs) = await answer("applications/\(application)/jobs") else { return nil }
        var progress = StageProgress()
        for job in jobs {
            func number(_ name: String) -> Int {
                guard case .integer(let value) = job.fields?[name] else { return 0 }
                // What answers there may be the driver's own: no number of its adds up to more than there is room for.
                return Int(min(max(0, value), 1_000_000_000))
            }
            progress.completed += number("numCompletedStages")
            progress.active += number("numActiveStages")
            progress.failed += number("numFailedStages")
            progress.tasksCompleted += number("numCompletedTasks")
            progress.tasks += number("numTasks")
        }
        return progress
    }

    private func answer(_ path: String) async -> JSON? {
        guard let url = try? ResourceURL("\(address)/api/v1/\(path)"),
            let response = try? await transfer.get(url, limit: 16 << 20)
        else { return nil }
        return try? JSON(parsing: Array(response.body))
    }
}
