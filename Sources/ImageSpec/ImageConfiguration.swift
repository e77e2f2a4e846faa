public import Cryptography
internal import JSONDocument

/// How an image's containers start and what its layers are (OCI image-spec, config.md).
public struct ImageConfiguration: Sendable, Hashable {
    /// RFC 3339; see ``Timestamp``.
    public var created: String?
    public var platform: Platform
    public var user: String?
    /// `NAME=value`, in order.
    public var environment: [String]
    public var entrypoint: [String]
    public var command: [String]
    public var workingDirectory: String?
    public var labels: [String: String]
    /// The digests of the layers' tars, the lowest first.
    public var diffIDs: [SHA256Digest]
    public var history: [History]
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]
    var otherExecution: [String: JSON] = [:]

    /// What one layer, or one change of the configuration, came from.
    public struct History: Sendable, Hashable {
        public var created: String?
        public var createdBy: String?
        public var comment: String?
        /// The entry stands for no layer.
        public var isEmpty: Bool
        var other: [String: JSON] = [:]

        public init(created: String? = nil, createdBy: String?, comment: String? = nil, isEmpty: Bool = false) {
            self.created = created
            self.createdBy = createdBy
            self.comment = comment
            self.isEmpty = isEmpty
        }
    }

    public init(
        created: String? = nil, platform: Platform, user: String? = nil, environment: [String] = [],
        entrypoint: [String] = [], command: [String] = [], workingDirectory: String? = nil,
        labels: [String: String] = [:], diffIDs: [SHA256Digest] = [], history: [History] = []
    ) {
        self.created = created
        self.platform = platform
        self.user = user
        self.environment = environment
        self.entrypoint = entrypoint
        self.command = command
        self.workingDirectory = workingDirectory
        self.labels = labels
        self.diffIDs = diffIDs
        self.history = history
    }

    /// The value of an environment variable.
    public func variable(_ name: String) -> String? {
        environment.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    /// Sets an environment variable, in its place if it is there, else at the end.
    public mutating func setVariable(_ name: String, _ value: String) {
        let entry = "\(name)=\(value)"
        if let index = environment.lastIndex(where: { $0.hasPrefix(name + "=") }) {
            environment[index] = entry
        } else {
            environment.append(entry)
        }
    }
}
