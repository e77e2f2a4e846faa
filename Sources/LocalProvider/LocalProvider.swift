public import DriverProvider
internal import Glibc
public import JobModel
internal import Supervision
internal import SystemPackage
internal import Workers

/// Drivers as processes of this machine, each under a shim that outlives the server.
///
/// All that is known of an attempt lies in its folder: after a restart the provider knows as much as before. Nothing is
/// concluded from a process's number.
public final class LocalProvider: DriverProvider {
    public let name = "local"
    public let observations: AsyncStream<DriverObservation>

    let settings: LocalProviderSettings
    let tenancy: Tenancy
    let ports: PortPool
    /// Where shims may limit what drivers take; found once.
    let groups: ControlGroups
    let spark: SparkWatch
    let watch: AttemptWatch
    private let listener: AsyncStream<DriverObservation>.Continuation

    public init(_ settings: LocalProviderSettings) {
        self.settings = settings
        tenancy = Tenancy(settings)
        groups = ControlGroups.find()
        let ports = PortPool(settings.ports)
        let (stream, listener) = AsyncStream.makeStream(of: DriverObservation.self)
        let spark = SparkWatch(ports) { listener.yield($0) }
        self.ports = ports
        self.spark = spark
        self.listener = listener
        observations = stream
        watch = AttemptWatch { attempt, folder, ending in
            spark.end(attempt)
            let status = ending.status(DriverFiles(folder))
            // May take long, and nobody waits for it.
            Task { try? await blocking { DriverFiles(folder).removeTemporary() } }
            listener.yield(DriverObservation(attempt, status))
        }
    }

    deinit {
        close()
    }

    /// Watches no more, and ends ``observations``; drivers go on.
    public func close() {
        watch.close()
        spark.close()
        listener.finish()
    }

    /// What limits drivers here, for people: `memory by control groups, processor time not at all`.
    public var enforcement: String {
        let memory = groups.memory == nil ? "by watching" : "by control groups"
        let processor = groups.processor == nil ? "not at all" : "by control groups"
        return "memory \(memory), processor time \(processor)"
    }

    public func cluster() async throws -> Cluster {
        let node = Cluster.Node(name: HostFacts.name, allocatable: settings.allocatable ?? HostFacts.allocatable)
        return Cluster(nodes: [node], isMultiTenant: tenancy.isMultiple)
    }

    public func launch(_ launch: DriverLaunch) async throws -> DriverDetails {
        try await blocking { try self.start(launch) }
    }

    public func adopt(_ attempt: AttemptID, token: FencingToken) async throws -> DriverStatus {
        try await blocking { try self.find(attempt, token) }
    }

    public func stop(_ attempt: AttemptID, grace: Int64) async throws {
        try await blocking {
            let folder = try self.folder(of: attempt)
            try told {
                // Made for the request alone where nothing was launched: then nothing will be.
                _ = try folder.make(isTraversable: self.tenancy.isMultiple)
                if try folder.end() == nil { try folder.stop(StopRequest(grace: grace)) }
            }
            self.watch.ring()
        }
    }

    public func log(of attempt: AttemptID, from offset: Int64, limit: Int) async throws -> LogPiece {
        try await blocking {
            let folder = try self.folder(of: attempt)
            return try told {
                // Asked first: what was printed before the end is there by then.
                let isComplete: Bool
                switch try folder.state() {
                case .starting, .running: isComplete = false
                case .ended, .lost: isComplete = true
                case .absent:
                    guard try folder.end() == nil, try folder.stopRequest() == nil, try folder.order() == nil else {
                        isComplete = true
                        break
                    }
                    throw DriverProviderError(.unknownAttempt, "\(attempt)", "was never launched here")
                }
                let piece = try folder.output(from: offset, limit: limit)
                return LogPiece(bytes: piece.bytes, offset: piece.offset, end: piece.end, isComplete: isComplete)
            }
        }
    }

    public func discard(_ attempt: AttemptID) async throws {
        try await blocking {
            let folder = try self.folder(of: attempt)
            switch try told({ try folder.state() }) {
            case .starting, .running:
                throw DriverProviderError(
                    .unavailable, "\(attempt)", "still lives", advice: "stop it, and discard it when it has ended")
            case .absent, .ended, .lost: try DriverFiles(folder).discard()
            }
        }
    }

    /// `FOLDER/JOB/GROUP.INDEX.NUMBER`.
    func folder(of attempt: AttemptID) throws -> AttemptFolder {
        let group = attempt.task.group
        guard group.isFileName, group.utf8.count <= 200 else {
            throw DriverProviderError(.badLaunch, group, "cannot be a group's name: it is no name of a folder")
        }
        let name = "\(group).\(attempt.task.index).\(attempt.number)"
        return AttemptFolder(
            settings.folder.appending("\(attempt.job)").appending(name), below: settings.folder)
    }
}

/// Does something to an attempt's folder, and tells what the system refuses as the port tells it.
func told<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as SupervisionError {
        throw DriverProviderError(.unavailable, error.subject, error.message, advice: error.advice, cause: error)
    }
}
