/// `maven-metadata.xml`: what a repository says of a module's versions, or of the files of one snapshot.
public struct RepositoryMetadata: Sendable, Equatable {
    public var versions: [String] = []
    public var latest: String?
    public var release: String?
    /// `yyyyMMddHHmmss`, of the last change.
    public var lastUpdated: String?
    /// The last build of a snapshot: `20260102.030405` and its number.
    public var snapshot: Snapshot?
    /// The files of a snapshot's last build, each with the version that its name has.
    public var snapshotFiles: [SnapshotFile] = []

    public struct Snapshot: Sendable, Equatable {
        public var timestamp: String?
        public var buildNumber: Int?
        /// The file was installed on this machine, and has no time in its name.
        public var isLocalCopy: Bool
    }

    public struct SnapshotFile: Sendable, Equatable {
        public var classifier: String
        public var fileExtension: String
        public var value: String
        public var updated: String?
    }

    public init() {}

    /// - Parameter subject: what an error is about: the file or URL.
    /// - Throws: `MavenPackagingError.Code.badXML`, `.hasDoctype`, `.badMetadata`.
    public init(_ bytes: [UInt8], subject: String) throws(MavenPackagingError) {
        let root = try XMLReader.read(
            bytes, subject: subject, root: "metadata", of: "list of versions", else: .badMetadata)
        guard let versioning = root["versioning"] else { return }
        latest = versioning.text(of: "latest")
        release = versioning.text(of: "release")
        lastUpdated = versioning.text(of: "lastUpdated")
        versions = versioning.items("versions").map(\.trimmedText).filter { !$0.isEmpty }
        if let element = versioning["snapshot"] {
            snapshot = Snapshot(
                timestamp: element.text(of: "timestamp"),
                buildNumber: element.text(of: "buildNumber").flatMap { Int($0) },
                isLocalCopy: element.text(of: "localCopy")?.lowercased() == "true")
        }
        snapshotFiles = versioning.items("snapshotVersions").compactMap { item in
            guard let value = item.text(of: "value") else { return nil }
            return SnapshotFile(
                classifier: item.text(of: "classifier") ?? "", fileExtension: item.text(of: "extension") ?? "",
                value: value, updated: item.text(of: "updated"))
        }
    }

    /// What stands for the version in the name of a snapshot's file: `1.0-20260102.030405-7`; `nil` where nothing is said
    /// of it, and it has none.
    public func fileVersion(of key: ArtifactKey, version: String) -> (text: String, updated: String)? {
        guard let found = named(key, version), NameRules.isVersion(found.text) else { return nil }
        return found
    }

    private func named(_ key: ArtifactKey, _ version: String) -> (text: String, updated: String)? {
        let own = snapshotFiles.filter { $0.fileExtension == key.fileExtension && $0.classifier == key.classifier }
        if let file = own.max(by: { ($0.updated ?? "") < ($1.updated ?? "") }) {
            return (file.value, file.updated ?? lastUpdated ?? "")
        }
        let version = RepositoryVersion(version)
        guard let snapshot, version.isMoving else { return nil }
        if snapshot.isLocalCopy { return (version.text, lastUpdated ?? "") }
        guard let timestamp = snapshot.timestamp, let number = snapshot.buildNumber else { return nil }
        return version.build(timestamp, number).map { ($0, lastUpdated ?? "") }
    }
}
