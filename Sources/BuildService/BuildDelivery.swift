internal import EnvironmentSupply
public import ImageSpec

/// What an environment is delivered as, beside the folder that drivers on this machine start from.
public enum BuildDelivery: Hashable, Sendable, CustomStringConvertible {
    /// A file that is kept in the store, to be fetched from the server.
    case tarGzip
    case zip
    /// An image, at a registry that the server may write to.
    case image(RegistryReference)
    /// A tree on a shared volume of the server's.
    case volume(VolumeDelivery)

    /// Reads `tar.gz`, `zip`, `docker://HOST[:PORT]/NAME[:TAG]` or `volume:NAME[?lease=HOLDER[&for=SPAN]]`.
    ///
    /// - Throws: `ImageSpecError` (`badReference`) and ``EnvironmentSupplyError`` (`cannotBuild`) for anything else.
    public init(_ text: String) throws {
        switch text {
        case "tar.gz": self = .tarGzip
        case "zip": self = .zip
        case _ where text.hasPrefix("docker://"):
            let place = try RegistryReference(text)
            guard place.digest == nil else {
                throw EnvironmentSupplyError(
                    .cannotBuild, text, "says which digest the image has, which is found when it is made",
                    advice: "name a tag: docker://\(place.place):TAG")
            }
            self = .image(place)
        case _ where text.hasPrefix(VolumeDelivery.scheme): self = .volume(try VolumeDelivery(text))
        default:
            throw EnvironmentSupplyError(
                .cannotBuild, "the delivery `\(text.prefix(256))`", "is nothing that an environment is delivered as",
                advice: "write tar.gz, zip, docker://HOST/NAME:TAG or volume:NAME")
        }
    }

    public var description: String {
        switch self {
        case .tarGzip: "tar.gz"
        case .zip: "zip"
        case .image(let place): "docker://\(place)"
        case .volume(let volume): volume.description
        }
    }

    /// Whether it is a file of the store, which nobody else changes.
    var isKept: Bool { self == .tarGzip || self == .zip }
}

/// A place on a shared volume that the server knows by name: `volume:NAME`, which keeps the environment under its recipe's
/// name, or `volume:NAME?lease=HOLDER&for=7d`, which holds it for somebody.
public struct VolumeDelivery: Hashable, Sendable, CustomStringConvertible {
    public struct Lease: Hashable, Sendable {
        /// Letters, digits and `. _ - / @ :`.
        public var holder: String
        public var seconds: Int64
    }

    /// What the server's configuration calls the volume.
    public var volume: String
    public var lease: Lease?

    static let scheme = "volume:"
    /// How long a lease lasts unless it is said: as long as that of `chidori volume publish`.
    private static let usual: Int64 = 7 * 86_400
    private static let most: Int64 = 366 * 86_400

    /// - Throws: ``EnvironmentSupplyError`` (`cannotBuild`).
    init(_ text: String) throws {
        func refused(_ message: String) -> EnvironmentSupplyError {
            EnvironmentSupplyError(
                .cannotBuild, "the delivery `\(text.prefix(256))`", message,
                advice: "write volume:NAME, or volume:NAME?lease=HOLDER&for=7d")
        }
        let parts = text.dropFirst(Self.scheme.count)
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        volume = String(parts[0])
        guard Self.isName(parts[0]) else { throw refused("names no volume") }
        guard parts.count == 2 else { return }
        var holder: Substring?
        var seconds: Int64?
        for pair in parts[1].split(separator: "&", omittingEmptySubsequences: false) {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch (sides[0], sides.count) {
            case ("lease", 2) where holder == nil: holder = sides[1]
            case ("for", 2) where seconds == nil:
                guard let span = Self.seconds(sides[1]) else {
                    throw refused("holds for `\(sides[1])`, which is no span of a minute to 366 days")
                }
                seconds = span
            default: throw refused("says `\(pair)`, which is neither a lease nor how long it lasts")
            }
        }
        guard let holder else { throw refused("says how long it is held, and not for whom") }
        guard Self.isName(holder) else { throw refused("is held for `\(holder)`, which is no holder's name") }
        lease = Lease(holder: String(holder), seconds: seconds ?? Self.usual)
    }

    public var description: String {
        Self.scheme + volume + (lease.map { "?lease=\($0.holder)&for=\(Self.text($0.seconds))" } ?? "")
    }

    /// 1 to 256 letters, digits and `. _ - / @ :`.
    private static func isName(_ text: Substring) -> Bool {
        (1...256).contains(text.utf8.count) && text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-\/@:]*/) != nil
    }

    private static let units: [(name: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    private static func seconds(_ text: Substring) -> Int64? {
        guard let unit = units.first(where: { $0.name == text.last }), let count = Int64(text.dropLast()),
            (1...most).contains(count)
        else { return nil }
        let (product, overflows) = count.multipliedReportingOverflow(by: unit.seconds)
        return overflows || !(60...most).contains(product) ? nil : product
    }

    private static func text(_ seconds: Int64) -> String {
        let unit = units.first { seconds % $0.seconds == 0 } ?? ("s", 1)
        return "\(seconds / unit.seconds)\(unit.name)"
    }
}
