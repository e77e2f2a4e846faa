internal import Cryptography

/// Which units share a layer.
///
/// A large unit has a layer of its own; small ones share buckets, chosen by a hash of the package's name. So the
/// group of a package depends on nothing but its name and size: adding, removing or changing one package changes one
/// layer. Bytecode is grouped apart, by the same rules, since another interpreter replaces all of it.
///
/// Where that makes too many layers, large counts from twice the size on, again and again, and at last the buckets are
/// halved: still the same groups for the same units, but then a package more may move others.
public struct LayerGrouping: Sendable {
    /// A unit as far as grouping is concerned.
    public struct Item: Sendable, Hashable {
        public var name: String
        /// Bytes of its files.
        public var size: UInt64

        public init(name: String, size: UInt64) {
            self.name = name
            self.size = size
        }
    }

    /// The most layers that units and bytecode may have together.
    public let limit: Int
    /// From how many bytes on a unit has a layer of its own.
    public let largeSize: UInt64
    /// How many layers small units share at most; as many again for bytecode.
    public let buckets: Int

    /// - Parameters:
    ///   - limit: the most layers of the whole image; runtimes stop at 127, some mounts at fewer.
    ///   - reserved: how many of them the base and the glue take.
    public init(limit: Int = 100, reserved: Int = 0, largeSize: UInt64 = 8 << 20, buckets: Int = 16) {
        self.limit = limit - reserved
        self.largeSize = largeSize
        self.buckets = buckets
    }

    /// The groups, each as indexes of its members: large ones by name first, then the buckets.
    ///
    /// Throws `tooManyLayers` if there is no room for one group of each kind.
    public func groups(units: [Item], bytecode: [Item]) throws -> (units: [[Int]], bytecode: [[Int]]) {
        let kinds = (units.isEmpty ? 0 : 1) + (bytecode.isEmpty ? 0 : 1)
        guard limit >= kinds else {
            throw LayersError(
                .tooManyLayers, "image", "has room for \(max(0, limit)) layers beside its base, but needs \(kinds)",
                advice: "choose a base with fewer layers, or raise the limit (runtimes stop at 127)")
        }
        var threshold = largeSize
        var buckets = buckets
        while true {
            let result = (
                units: Self.split(units, threshold: threshold, buckets: buckets),
                bytecode: Self.split(bytecode, threshold: threshold, buckets: buckets)
            )
            if result.units.count + result.bytecode.count <= limit { return result }
            let largest = (units + bytecode).map(\.size).max() ?? 0
            if threshold <= largest { threshold *= 2 } else { buckets = max(1, buckets / 2) }
        }
    }

    private static func split(_ items: [Item], threshold: UInt64, buckets: Int) -> [[Int]] {
        func byName(_ a: Int, _ b: Int) -> Bool {
            let (first, second) = (items[a].name.utf8, items[b].name.utf8)
            return first.elementsEqual(second) ? a < b : first.lexicographicallyPrecedes(second)
        }
        let order = items.indices.sorted(by: byName)
        var shared = [[Int]](repeating: [], count: buckets)
        for index in order where items[index].size < threshold {
            shared[bucket(of: items[index].name, among: buckets)].append(index)
        }
        return order.filter { items[$0].size >= threshold }.map { [$0] } + shared.filter { !$0.isEmpty }
    }

    private static func bucket(of name: String, among buckets: Int) -> Int {
        let number = SHA256Digest(of: name).bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        return Int(number % UInt32(buckets))
    }
}
