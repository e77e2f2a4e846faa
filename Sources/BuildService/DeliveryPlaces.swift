internal import EnvironmentSupply
internal import ImageSpec
public import SystemPackage

/// Where a server delivers to: its keeper's allow list. Nothing is written anywhere else, whoever asks for it.
public struct DeliveryPlaces: Hashable, Sendable {
    /// `HOST[:PORT][/NAME]`: everything at that registry, or the repository of that name and those below it.
    public var registries: [String]
    /// Where shared volumes are mounted, by name.
    public var volumes: [String: FilePath]

    public init(registries: [String] = [], volumes: [String: FilePath] = [:]) {
        self.registries = registries
        self.volumes = volumes
    }

    /// Looks whether a delivery may be made.
    ///
    /// - Throws: ``EnvironmentSupplyError`` (`notAllowed`) that names what is.
    public func admit(_ delivery: BuildDelivery) throws {
        switch delivery {
        case .tarGzip, .zip: return
        case .image(let place):
            guard registries.contains(where: { Self.covers($0, place.place) }) else {
                throw refused(
                    "docker://\(place)", "is at no registry that this server delivers to", registries,
                    key: "builds.deliveries.registries")
            }
        case .volume(let delivery):
            guard volumes[delivery.volume] != nil else {
                throw refused(
                    "volume \(delivery.volume)", "is none that this server delivers to", volumes.keys.sorted(),
                    key: "builds.deliveries.volumes")
            }
        }
    }

    /// Whole words of a name count: `registry.example/team` covers `registry.example/team/x`, and not
    /// `registry.example/teams`.
    private static func covers(_ prefix: String, _ place: String) -> Bool {
        let prefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        guard place.hasPrefix(prefix) else { return false }
        let next = place.dropFirst(prefix.count).first
        return next == nil || next == "/"
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
