internal import Advisories
internal import ContentStore
public import Cryptography
internal import FileSystem
internal import MavenPackaging
internal import PythonPackaging
internal import Recipes
public import SupplyChain
public import SystemPackage
internal import Units

/// What somebody wants to find in environments.
public enum ImpactQuestion: Sendable {
    /// A file by its digest: a wheel, a jar, any file in one of them; or an environment, a lock, an image.
    case digest(SHA256Digest)
    /// A package or jar; any version if `nil`.
    case package(AffectedPackage, version: String?)
    /// Whatever advisories are about.
    case advisories([Advisory])
}

extension ImpactQuestion {
    /// Takes what is somebody else's word, and no path: `sha256:…` or 64 digits, `PACKAGE[==VERSION]`, or
    /// `GROUP:ARTIFACT[:VERSION]`; or, without it, advisories in OSV's JSON.
    ///
    /// - Throws: ``BuilderError`` (`unknownPackage`), `SupplyChainError` for what is no advisory.
    public init(_ text: String?, advisories: [String] = []) throws {
        guard let text else {
            self = .advisories(
                try advisories.enumerated().map {
                    try Advisory(parsing: Array($0.element.utf8), name: "advisory \($0.offset + 1)")
                })
            return
        }
        if let digest = SHA256Digest(prefixed: text) ?? SHA256Digest(hex: text) {
            self = .digest(digest)
            return
        }
        let halves = text.split(separator: "==", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var version = halves.count == 2 ? halves[1] : nil
        if parts.count == 3, version == nil { version = parts[2] }
        let package =
            parts.count == 1
            ? AffectedPackage(.python, named: halves[0])
            : AffectedPackage(.maven, named: parts.prefix(2).joined(separator: ":"))
        guard let package, parts.count <= 3, version != "", !halves[0].isEmpty else {
            throw BuilderError(
                .unknownPackage, subject: text, message: "is no digest, package or file of advisories",
                advice: "write sha256:…, PACKAGE[==VERSION], GROUP:ARTIFACT[:VERSION], or the path of an OSV .json file"
            )
        }
        self = .package(package, version: version)
    }
}

/// Which environments contain something, and who uses them.
public struct ImpactReport: Sendable {
    public struct Hit: Sendable {
        public let summary: EnvironmentSummary
        /// What of it was found: `numpy 2.1.0`, or a file's path and package.
        public let found: [String]
        public let images: [RememberedImage]
        /// The jobs that hold it, by the data folder's leases.
        public let jobs: [String]
    }

    /// Environments that were looked at.
    public let environments: Int
    public let hits: [Hit]
}

extension EnvironmentBuilder {
    /// The advisories of a file, folder or zip, each with what to call it; `nil` for a text that names none.
    public func advisories(named text: String, from folder: FilePath) throws -> [(name: String, bytes: [UInt8])]? {
        let path = folder.pushing(FilePath(text))
        guard SHA256Digest(prefixed: text) == nil, SHA256Digest(hex: text) == nil,
            text.hasSuffix(".json") || text.hasSuffix(".zip") || path.isFolder
        else { return nil }
        var found: [(String, [UInt8])] = []
        try AdvisoryFiles(path).each { found.append(($0, $1)) }
        return found
    }

    /// Looks through the environments of the store.
    ///
    /// - Parameter isMeant: whether one is looked at.
    public func impact(
        of question: ImpactQuestion, among isMeant: (EnvironmentSummary) -> Bool = { _ in true }
    ) throws -> ImpactReport {
        let summaries = try summaries().filter(isMeant)
        var search = ImpactSearch(question, units: try StoredUnits(of: store))
        var hits: [ImpactReport.Hit] = []
        for summary in summaries {
            let images = try images(of: summary.id)
            let found = try search.find(in: summary, images)
            guard !found.isEmpty else { continue }
            let jobs = summary.holders.compactMap { if case .job(let id) = $0 { id } else { nil } }
            hits.append(ImpactReport.Hit(summary: summary, found: found, images: images, jobs: jobs.sorted()))
        }
        return ImpactReport(environments: summaries.count, hits: hits)
    }
}

/// The search through one environment after the other. What a unit's files came to is kept: environments share them.
private struct ImpactSearch {
    let question: ImpactQuestion
    let units: StoredUnits
    private var files: [SHA256Digest: [String]] = [:]

    init(_ question: ImpactQuestion, units: StoredUnits) {
        self.question = question
        self.units = units
    }

    mutating func find(in summary: EnvironmentSummary, _ images: [RememberedImage]) throws -> [String] {
        let manifest = summary.manifest
        switch question {
        case .digest(let digest):
            var found: [String] = []
            if digest == summary.id.digest { found.append("the environment itself") }
            if ([manifest.lock] + summary.names.map(\.lock)).contains(digest) { found.append("its lock") }
            found += images.filter { $0.digest == digest }.map { "the image \($0.reference)" }
            for unit in manifest.units {
                if unit.artifact == digest || unit.tree == digest {
                    found.append("\(unit.name) \(unit.version)")
                } else {
                    found += try paths(of: digest, in: unit.tree).map { "\($0) (\(unit.name) \(unit.version))" }
                }
            }
            return found
        case .package(let package, let version):
            return manifest.auditSubjects.filter { subject in
                subject.package == package && (version.map { Self.areSame(subject, $0) } ?? true)
            }.map { "\($0.package) \($0.version)" }
        case .advisories(let advisories):
            return Audit(manifest.auditSubjects) { package in
                advisories.filter { $0.affected.contains { $0.package == package } }
            }.findings.map { "\($0.package) \($0.version): \($0.id) (\($0.severity))" }
        }
    }

    private mutating func paths(of digest: SHA256Digest, in tree: SHA256Digest) throws -> [String] {
        if let known = files[tree] { return known }
        let paths = try units[tree]?.files().filter { $0.digest == digest }.map(\.path) ?? []
        files[tree] = paths
        return paths
    }

    private static func areSame(_ subject: Audit.Subject, _ version: String) -> Bool {
        switch subject.package.ecosystem {
        case .python:
            guard let own = try? Version(subject.version), let other = try? Version(version) else {
                return subject.version == version
            }
            return own == other || own.withoutLocal == other
        case .maven: return MavenVersion(subject.version) == MavenVersion(version)
        }
    }
}
