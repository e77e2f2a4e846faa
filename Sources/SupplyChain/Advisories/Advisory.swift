internal import JSONDocument

/// What is known of one vulnerability, in the Open Source Vulnerability format (OSV schema 1.x), as far as it is needed to
/// find what is affected and to tell people of it.
public struct Advisory: Sendable, Hashable {
    public var id: String
    /// Other names of the same vulnerability: `CVE-…`.
    public var aliases: [String]
    public var summary: String?
    /// Whether it was taken back.
    public var isWithdrawn: Bool
    public var severity: Severity
    public var affected: [Affected]

    /// One package that has it, and in which versions.
    public struct Affected: Sendable, Hashable {
        public var package: AffectedPackage
        public var ranges: [Range]
        /// Versions that are named one by one.
        public var versions: [String]
        /// Where it is another than elsewhere.
        public var severity: Severity?
    }

    /// Where versions begin and cease to be affected.
    public struct Range: Sendable, Hashable {
        public var events: [Event]
    }

    public enum Event: Sendable, Hashable {
        /// `0` is before every version.
        case introduced(String)
        case fixed(String)
        case lastAffected(String)
        /// Nothing from here on is affected by this range; `*` is after every version.
        case limit(String)
    }

    /// Reads a record of the ecosystems that are known here; of others nothing stays but the names.
    ///
    /// - Throws: ``SupplyChainError`` (`noAdvisory`); `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw Self.fault(name, "\(error.message) (at byte \(error.position))")
        }
        try self.init(json, name: name)
    }

    init(_ json: JSON, name: String) throws {
        guard let fields = json.fields else { throw Self.fault(name, "is no JSON object") }
        guard case .string(let id)? = fields["id"], !id.isEmpty else { throw Self.fault(name, "has no `id`") }
        self.id = id
        aliases = fields["aliases"].texts
        summary = fields["summary"].text
        isWithdrawn = fields["withdrawn"].text != nil
        severity = Severity(vectors: fields["severity"], word: fields["database_specific"]?.fields?["severity"].text)
        affected = []
        guard case .array(let entries)? = fields["affected"] else { return }
        for entry in entries {
            guard let fields = entry.fields else { throw Self.fault(name, "has an affected package that is no object") }
            guard let package = AffectedPackage(fields["package"]) else { continue }
            var ranges: [Range] = []
            if case .array(let list)? = fields["ranges"] {
                for range in list {
                    // Commits of a repository tell nothing of what is installed.
                    guard range.fields?["type"].text != "GIT" else { continue }
                    ranges.append(try Range(range, name: name))
                }
            }
            let own = Severity(
                vectors: fields["severity"],
                word: fields["database_specific"]?.fields?["severity"].text
                    ?? fields["ecosystem_specific"]?.fields?["severity"].text)
            affected.append(
                Affected(
                    package: package, ranges: ranges, versions: fields["versions"].texts,
                    severity: own.isKnown ? own : nil))
        }
    }

    static func fault(_ name: String, _ message: String) -> SupplyChainError {
        SupplyChainError(
            .noAdvisory, name, "is no advisory in OSV's format: it \(message)",
            advice: "name files as an OSV database exports them, one advisory in each")
    }
}

extension Advisory.Range {
    fileprivate init(_ json: JSON, name: String) throws {
        guard case .array(let list)? = json.fields?["events"] else {
            throw Advisory.fault(name, "has a range without `events`")
        }
        events = []
        for entry in list {
            for (key, value) in entry.fields ?? [:] {
                guard case .string(let version) = value else {
                    throw Advisory.fault(name, "has an event that is no version")
                }
                switch key {
                case "introduced": events.append(.introduced(version))
                case "fixed": events.append(.fixed(version))
                case "last_affected": events.append(.lastAffected(version))
                case "limit": events.append(.limit(version))
                default: throw Advisory.fault(name, "has an event of an unknown kind, `\(key)`")
                }
            }
        }
    }
}

extension JSON? {
    var text: String? { if case .string(let text)? = self { text } else { nil } }

    /// The texts of a list; none for anything else.
    var texts: [String] {
        guard case .array(let values)? = self else { return [] }
        return values.compactMap { Optional($0).text }
    }
}
