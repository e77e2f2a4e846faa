internal import DriverProvider
internal import FileSystem
internal import Glibc
public import JobModel
internal import Supervision
internal import SystemPackage

extension LocalProvider {
    /// Starts a driver, or finds the one that was started. Blocks for some milliseconds.
    func start(_ launch: DriverLaunch) throws -> DriverDetails {
        let folder = try folder(of: launch.attempt)
        let user = try tenancy.user(of: launch.tenant).map { AttemptUser(number: $0, person: launch.user) }
        // Held until the driver runs, so that nobody with a newer token comes between.
        let fence = try Fence(of: folder)
        defer { fence.open() }
        try fence.pass(launch.token)
        // What is wrong with the order is told before anything of it is there.
        let files = DriverFiles(folder)
        let port = DriverEnvironment(launch.environment)?.hasSpark == true ? ports.take() : nil
        do {
            let place = files.place(user: user, port: port)
            let command = try DriverCommand(launch, at: place, base: settings.variables)
            try check(launch, user)
            guard try told({ try folder.make(isTraversable: tenancy.isMultiple) }) else {
                if let port { ports.giveBack(port) }
                return try existing(launch, folder)
            }
            try prepare(files, command, launch, user)
            var order = LaunchOrder(
                name: "\(launch.attempt)".replacing("/", with: "-"), token: launch.token.value, command: command.words,
                variables: command.variables, folder: files.work, stopGrace: launch.stopGrace, log: settings.log,
                groups: groups)
            order.user = user.map {
                ProcessUser(
                    user: $0.number, group: $0.number, accounts: Launcher.canNameUsers ? files.accounts : nil)
            }
            // Executors run here beside their driver.
            let most = launch.driver + launch.executor * launch.executors
            order.limits = ProcessLimits(
                memory: most.memory > 0 ? most.memory : nil, processor: most.cpu > 0 ? most.cpu : nil,
                time: launch.timeLimit)
            let start = try begin(order, folder)
            return observe(launch.attempt, folder, start)
        } catch {
            if let port { ports.giveBack(port) }
            throw error
        }
    }

    private func begin(_ order: LaunchOrder, _ folder: AttemptFolder) throws -> StartRecord {
        do throws(SupervisionError) {
            return try settings.launcher.launch(order, in: folder)
        } catch {
            let code: DriverProviderErrorCode =
                switch error.code {
                case .stopped: .stopped
                case .cannotStart: .badLaunch
                case .exists, .folder, .record: .unavailable
                }
            throw DriverProviderError(code, error.subject, error.message, advice: error.advice, cause: error)
        }
    }

    /// The driver of an attempt that was launched before.
    private func existing(_ launch: DriverLaunch, _ folder: AttemptFolder) throws -> DriverDetails {
        while true {
            switch try told({ try folder.state() }) {
            // As long as it takes: until somebody knows, nothing can be said.
            case .starting: pauseBriefly()
            case .running(let start, _): return observe(launch.attempt, folder, start)
            case .lost(let start): return observe(launch.attempt, folder, start)
            case .ended(let end):
                if end.startedAt == nil, end.reason == .stopped { throw stopped(launch) }
                if end.reason == .launchFailed {
                    throw DriverProviderError(.badLaunch, launch.title, end.message ?? "could not be started")
                }
                guard let start = try told({ try folder.start() }) else {
                    throw DriverProviderError(.unavailable, "\(launch.attempt)", "has an end and no start")
                }
                return observe(launch.attempt, folder, start)
            case .absent:
                if try told({ try folder.stopRequest() }) != nil { throw stopped(launch) }
                throw DriverProviderError(
                    .unavailable, "\(launch.attempt)", "was to be launched before, and never was",
                    advice: "launch another attempt")
            }
        }
    }

    private func stopped(_ launch: DriverLaunch) -> DriverProviderError {
        DriverProviderError(.stopped, "\(launch.attempt)", "was told to stop before it was launched")
    }

    /// Watches an attempt from now on.
    func observe(_ attempt: AttemptID, _ folder: AttemptFolder, _ start: StartRecord) -> DriverDetails {
        let details = DriverDetails(startedAt: start.startedAt, place: "process \(start.process.process)")
        watch.add(attempt, in: folder)
        spark.begin(attempt, DriverFiles(folder), details)
        return details
    }

    public func check(_ task: TaskTemplate, of tenant: String) async throws {
        try tenancy.check(tenant)
        try checkNames(in: task, of: tenant)
    }

    /// That what a task names is there.
    private func checkNames(in task: TaskTemplate, of tenant: String) throws {
        func advice(_ places: [String: FilePath], _ none: String) -> String {
            let names = LocalProviderSettings.names(for: tenant, in: places)
            return names.isEmpty ? none : "there are \(names.joined(separator: ", "))"
        }
        for volume in task.volumes {
            guard let place = LocalProviderSettings.place(volume.name, of: tenant, in: settings.volumes) else {
                throw DriverProviderError(
                    .badLaunch, volume.name, "is no volume of this server",
                    advice: advice(settings.volumes, "name volumes in the server's configuration"))
            }
            // Drivers share the machine's folders, each where it is.
            guard volume.path.isEmpty || FilePath(volume.path) == place else {
                throw DriverProviderError(
                    .badLaunch, volume.name,
                    "is at \(place) on this machine, and cannot be at \(volume.path) for one driver",
                    advice: "use \(place), or leave the path out")
            }
        }
        for name in task.credentials
        where LocalProviderSettings.place(name, of: tenant, in: settings.credentials) == nil {
            throw DriverProviderError(
                .badLaunch, name, "is no credential of this server",
                advice: advice(settings.credentials, "put its file into the server's configuration"))
        }
    }

    /// That the machine can carry the order out.
    private func check(_ launch: DriverLaunch, _ user: AttemptUser?) throws {
        try checkNames(in: launch.task, of: launch.tenant)
        guard let user else { return }
        try user.reach(settings.folder.appending("."), as: "the place of drivers")
        if let tree = launch.environment?.tree { try user.reach(FilePath(tree).appending("bin"), as: "an environment") }
    }

    /// Puts into the folder what the driver finds there.
    private func prepare(_ files: DriverFiles, _ command: DriverCommand, _ launch: DriverLaunch, _ user: AttemptUser?)
        throws
    {
        do throws(Errno) {
            try files.make()
            for (name, text) in command.files.sorted(by: { $0.key < $1.key }) {
                try files.write(name, Array(text.utf8), for: user)
            }
            for (name, targets) in command.links.sorted(by: { $0.key < $1.key }) { try files.link(targets, in: name) }
            for name in launch.task.credentials {
                guard
                    let source = LocalProviderSettings.place(name, of: launch.tenant, in: settings.credentials)
                else { continue }
                try files.write("credentials/\(name)", source.fileContents(limit: 16 << 20), for: user)
            }
            if let port = command.port { try DriverNotes(port: port).write(in: files) }
            if let user { try files.handOver(to: user) }
        } catch {
            throw DriverProviderError(
                .unavailable, files.folder.path.string, "cannot be prepared: \(error)", cause: error)
        }
    }
}
