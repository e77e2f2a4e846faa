internal import Cryptography
internal import ImageSpec
internal import JSONDocument

/// An inventory as a software bill of materials of CycloneDX 1.6 (ECMA-424), in JSON.
public enum CycloneDXDocument {
    public static let mediaType = "application/vnd.cyclonedx+json"

    /// Canonical JSON with a line feed at the end: the same inventory gives the same bytes.
    public static func bytes(_ inventory: Inventory) -> [UInt8] {
        var fields: [String: JSON] = [
            "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "metadata": .object([
                "timestamp": .string(Timestamp.text(inventory.epoch)),
                "tools": ["components": [tool(inventory.author)]], "component": root(inventory),
            ]),
            "components": .array(inventory.delivered.map(component)),
            "dependencies": .array(dependencies(inventory)),
        ]
        fields["serialNumber"] = .string("urn:uuid:" + DerivedIdentifier.uuid(of: JSON.object(fields).bytes))
        return JSON.object(fields).bytes + [0x0A]
    }

    private static let rootReference = "environment"

    private static func tool(_ author: String) -> JSON {
        let words = author.split(separator: " ", maxSplits: 1)
        var fields: [String: JSON] = ["type": "application", "name": .string(String(words.first ?? "chidori"))]
        if words.count == 2 { fields["version"] = .string(String(words[1])) }
        return .object(fields)
    }

    private static func root(_ inventory: Inventory) -> JSON {
        var fields: [String: JSON] = [
            "type": "application", "bom-ref": .string(rootReference), "name": .string(inventory.name),
            "properties": .array(
                inventory.facts.map { ["name": .string($0.name), "value": .string($0.value)] }),
        ]
        if let version = inventory.version { fields["version"] = .string(version) }
        return .object(fields)
    }

    private static func component(_ component: Inventory.Component) -> JSON {
        var fields: [String: JSON] = [
            "type": "library", "bom-ref": .string(component.package.description), "name": .string(component.name),
            "purl": .string(component.package.description), "scope": "required",
        ]
        if let group = component.group { fields["group"] = .string(group) }
        if let version = component.version { fields["version"] = .string(version) }
        if let digest = component.digest {
            fields["hashes"] = [["alg": "SHA-256", "content": .string(digest.hex)]]
        }
        if let license = component.license { fields["licenses"] = [["expression": .string(license)]] }
        if let place = component.place {
            fields["externalReferences"] = [["type": "distribution", "url": .string(place)]]
        }
        return .object(fields)
    }

    private static func dependencies(_ inventory: Inventory) -> [JSON] {
        let direct = inventory.components.filter(\.isRequested) + (inventory.base?.components ?? [])
        let root: JSON = ["ref": .string(rootReference), "dependsOn": JSON(direct.map(\.package.description))]
        return [root]
            + inventory.delivered.map { component in
                [
                    "ref": .string(component.package.description),
                    "dependsOn": JSON(component.requires.map(\.description)),
                ]
            }
    }
}
