internal import EnvironmentSupply
internal import ImageSpec
public import SystemPackage

/// Where a server delivers to: its keeper's allow list. Nothing is written anywhere else, whoever asks for it.
public struct DeliveryPlaces: Hashable, Sendable {
    /// `HOST[:PORT][/NAME]`: everything at that registry, or the repository of that name and those below it. A part of the
    /// name that is ``tenantPart`` stands for the tenant who asks; everything else is every tenant's.
    public var registries: [String]
    /// Where shared volumes are mounted, by name; `TENANT/NAME` is one tenant's own `NAME`.
    public var volumes: [String: FilePath]

    public init(registries: [String] = [], volumes: [String: FilePath] = [:]) {
        self.registries = registries
        self.volumes = volumes
    }

    /// What stands for the tenant in a name, as a whole part of it.
    public static let tenantPart = "{tenant}"

    /// Looks whether a delivery may be made.
    ///
    /// - Parameter tenants: who ask for it; what one of them may is done.
    /// - Throws: ``EnvironmentSupplyError`` (`notAllowed`) that names what is.
    public func admit(_ delivery: BuildDelivery, by tenants: Set<String>) throws {
        switch delivery {
        case .tarGzip, .zip: return
        case .image(let place):
            guard registries.contains(where: { entry in tenants.contains { Self.covers(entry, place.place, for: $0) } })
            else {
                let tenant = tenants.count == 1 ? tenants.first : nil
                throw refused(
                    "docker://\(place)", "is at no registry that this server delivers to",
                    registries.map { $0.replacing(Self.tenantPart, with: tenant ?? Self.tenantPart) },
                    key: "builds.deliveries.registries")
            }
        case .volume(let delivery):
            guard volumes[delivery.volume] != nil else { throw refused(delivery.volume) }
        }
    }

    /// A delivery as somebody of a tenant means it: a volume of the tenant's own before everybody's of that name, and a
    /// lease in the tenant's name, so that nobody speaks for another.
    ///
    /// - Throws: ``EnvironmentSupplyError`` (`notAllowed`) for a volume that is written as another tenant's.
    public func meant(_ delivery: BuildDelivery, by tenant: String) throws -> BuildDelivery {
        guard case .volume(var volume) = delivery else { return delivery }
        let name = volume.volume
        guard !name.utf8.contains(UInt8(ascii: "/")) else { throw refused(name) }
        if volumes["\(tenant)/\(name)"] != nil { volume.volume = "\(tenant)/\(name)" }
        if let lease = volume.lease {
            guard lease.holder.utf8.count <= 128 else {
                throw EnvironmentSupplyError(
                    .cannotBuild, "the delivery to the volume \(name)", "is held for somebody of more than 128 letters",
                    advice: "give the lease's holder a shorter name")
            }
            volume.lease?.holder = "\(lease.holder)@\(Self.plain(tenant))"
        }
        return .volume(volume)
    }

    /// With what a holder's name may have.
    private static func plain(_ tenant: String) -> String {
        String(tenant.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }.prefix(127))
    }

    private func refused(_ volume: String) -> EnvironmentSupplyError {
        refused(
            "volume \(volume)", "is none that this server delivers to",
            volumes.keys.filter { !$0.utf8.contains(UInt8(ascii: "/")) }.sorted(), key: "builds.deliveries.volumes")
    }

    /// Whole parts of a name count: `registry.example/team` covers `registry.example/team/x`, and not
    /// `registry.example/teams`. A tenant whose name no repository can have is covered nowhere.
    private static func covers(_ prefix: String, _ place: String, for tenant: String) -> Bool {
        let prefix = prefix.split(separator: "/")
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = prefix.first, host == parts[0], parts.count >= prefix.count else { return false }
        return zip(prefix, parts).dropFirst().allSatisfy { wanted, part in
            part == (wanted == tenantPart ? Substring(tenant) : wanted)
        }
    }

    private func refused(
        _ subject: String, _ message: String, _ allowed: [String], key: String
    ) -> EnvironmentSupplyError {
        let list = allowed.isEmpty ? "its allow list is empty" : "its allow list has \(allowed.joined(separator: ", "))"
        return EnvironmentSupplyError(
            .notAllowed, subject, "\(message): \(list)",
            advice:
                "choose one of the list, or ask an administrator to add it to `\(key)` in the server's configuration")
    }
}
