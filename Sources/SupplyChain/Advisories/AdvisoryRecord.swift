internal import JSONDocument

/// What one advisory says of one package, as it is kept: the same format, without what nobody asks for.
public struct AdvisoryRecord: Sendable, Hashable {
    public let package: AffectedPackage
    /// The advisory's.
    public let id: String
    /// Canonical JSON that ``Advisory/init(parsing:name:)`` reads.
    public let bytes: [UInt8]
}

extension Advisory {
    /// What is to be kept of an advisory.
    ///
    /// - Returns: its id, when it was last changed (RFC 3339), and a record for each package of ours; none where it was
    ///   withdrawn.
    /// - Throws: as ``init(parsing:name:)``.
    public static func records(
        parsing bytes: [UInt8], name: String
    ) throws -> (id: String, modified: String, records: [AdvisoryRecord]) {
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw fault(name, "\(error.message) (at byte \(error.position))")
        }
        let advisory = try Advisory(json, name: name)
        let fields = json.fields ?? [:]
        let modified = fields["modified"].text ?? ""
        guard !advisory.isWithdrawn, case .array(let entries)? = fields["affected"] else {
            return (advisory.id, modified, [])
        }
        var shared = fields.filter { ["id", "aliases", "summary", "severity"].contains($0.key) }
        shared["database_specific"] = severity(fields["database_specific"])
        let packages = Set(advisory.affected.map(\.package)).sorted()
        let records = packages.map { package in
            var own = shared
            own["affected"] = .array(
                entries.filter { AffectedPackage($0.fields?["package"]) == package }.map { trimmed($0.fields ?? [:]) })
            return AdvisoryRecord(package: package, id: advisory.id, bytes: JSON.object(own).bytes)
        }
        return (advisory.id, modified, records)
    }

    private static func trimmed(_ fields: [String: JSON]) -> JSON {
        var own = fields.filter { ["package", "versions", "severity"].contains($0.key) }
        if case .array(let ranges)? = fields["ranges"] {
            own["ranges"] = .array(ranges.filter { ($0.fields?["type"]).text != "GIT" })
        }
        own["database_specific"] = severity(fields["database_specific"])
        own["ecosystem_specific"] = severity(fields["ecosystem_specific"])
        return .object(own)
    }

    /// Of what a database adds, the word for the severity.
    private static func severity(_ json: JSON?) -> JSON? {
        json?.fields?["severity"].map { .object(["severity": $0]) }
    }
}
