internal import Cryptography
internal import ImageSpec
internal import JSONDocument

/// An inventory as a software bill of materials of SPDX 2.3, in JSON.
public enum SPDXDocument {
    public static let mediaType = "application/spdx+json"

    /// Canonical JSON with a line feed at the end: the same inventory gives the same bytes.
    public static func bytes(_ inventory: Inventory) -> [UInt8] {
        var fields: [String: JSON] = [
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": .string(inventory.name),
            "creationInfo": [
                "created": .string(Timestamp.text(inventory.epoch)),
                "creators": [.string("Tool: \(inventory.author.replacing(" ", with: "-"))")],
            ],
            "documentDescribes": [.string(rootID)],
            "packages": .array([root(inventory)] + inventory.delivered.map(package)),
            "relationships": .array(relationships(inventory)),
        ]
        fields["documentNamespace"] = .string("urn:uuid:" + DerivedIdentifier.uuid(of: JSON.object(fields).bytes))
        return JSON.object(fields).bytes + [0x0A]
    }

    private static let rootID = "SPDXRef-Environment"

    private static func root(_ inventory: Inventory) -> JSON {
        var fields: [String: JSON] = [
            "SPDXID": .string(rootID), "name": .string(inventory.name), "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION", "primaryPackagePurpose": "APPLICATION",
            "comment": .string(inventory.facts.map { "\($0.name): \($0.value)" }.joined(separator: "\n")),
        ]
        if let version = inventory.version { fields["versionInfo"] = .string(version) }
        return .object(fields)
    }

    private static func package(_ component: Inventory.Component) -> JSON {
        var fields: [String: JSON] = [
            "SPDXID": .string(identifier(component.package)), "name": .string(component.title),
            "downloadLocation": .string(component.place ?? "NOASSERTION"), "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": .string(component.license ?? "NOASSERTION"),
            "copyrightText": "NOASSERTION", "primaryPackagePurpose": "LIBRARY",
            "externalRefs": [
                [
                    "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                    "referenceLocator": .string(component.package.description),
                ]
            ],
        ]
        if let version = component.version { fields["versionInfo"] = .string(version) }
        if let digest = component.digest {
            fields["checksums"] = [["algorithm": "SHA256", "checksumValue": .string(digest.hex)]]
        }
        return .object(fields)
    }

    private static func relationships(_ inventory: Inventory) -> [JSON] {
        func relation(_ from: String, _ kind: String, _ to: String) -> JSON {
            [
                "spdxElementId": .string(from), "relationshipType": .string(kind), "relatedSpdxElement": .string(to),
            ]
        }
        var relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", rootID)]
        for component in inventory.delivered {
            relations.append(relation(rootID, "CONTAINS", identifier(component.package)))
            if component.isRequested { relations.append(relation(rootID, "DEPENDS_ON", identifier(component.package))) }
            relations += component.requires.map {
                relation(identifier(component.package), "DEPENDS_ON", identifier($0))
            }
        }
        return relations
    }

    /// Letters, digits, `.` and `-` alone (SPDX 2.3 §7.2), so what tells packages apart is a digest.
    private static func identifier(_ package: PackageURL) -> String {
        let name = package.description.dropFirst("pkg:".count).prefix { $0 != "?" }.map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "-"
        }
        return "SPDXRef-\(String(name))-\(SHA256Digest(of: package.description).hex.prefix(12))"
    }
}

extension Inventory {
    /// What is delivered, the base's packages with it.
    var delivered: [Component] { components + (base?.components ?? []) }

    /// What there is to tell of the environment itself, by name.
    var facts: [(name: String, value: String)] {
        var facts = [("chidori:lock", lock.prefixed), ("chidori:python", python)]
        for (platform, id) in zip(platforms, environments) {
            facts += [("chidori:platform", platform), ("chidori:environment", id.hex)]
        }
        if let base {
            facts.append(("chidori:base", base.name))
            facts += base.digests.map { ("chidori:base:digest", $0.prefixed) }
        }
        return facts
    }
}
