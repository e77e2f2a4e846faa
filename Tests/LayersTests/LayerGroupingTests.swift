import Layers
import Testing

@Suite("Which units share a layer")
struct LayerGroupingTests {
    typealias Item = LayerGrouping.Item

    /// Packages whose names and sizes depend on a seed alone.
    static func items(_ count: Int, seed: UInt64, large: Int = 0) -> [Item] {
        var state = seed
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let size = index < large ? 16 << 20 + (state >> 40) : state >> 42
            return Item(name: "package-\(state >> 48)-\(index)", size: size)
        }
    }

    private func names(_ grouping: LayerGrouping, _ items: [Item]) throws -> Set<Set<String>> {
        Set(try grouping.groups(units: items, bytecode: []).units.map { Set($0.map { items[$0].name }) })
    }

    @Test("large units stand alone, small ones share few layers, and none is lost")
    func shape() throws {
        let items = Self.items(130, seed: 1, large: 5)
        let groups = try LayerGrouping().groups(units: items, bytecode: []).units
        #expect(groups.prefix(5).allSatisfy { $0.count == 1 && items[$0[0]].size >= 8 << 20 })
        #expect(groups.dropFirst(5).count == 16)
        #expect(groups.flatMap(\.self).sorted() == Array(items.indices))
    }

    @Test("adding, removing or changing one package changes one layer", arguments: 1...40 as ClosedRange<UInt64>)
    func stable(_ seed: UInt64) throws {
        let grouping = LayerGrouping(reserved: 3)
        var items = Self.items(20 + Int(seed) * 4, seed: seed, large: Int(seed % 9))
        let before = try names(grouping, items)
        let added = items + [Item(name: "one-more", size: seed % 2 == 0 ? 1000 : 100 << 20)]
        #expect(try names(grouping, added).subtracting(before).count == 1)
        let removed = items.remove(at: Int(seed) % items.count)
        #expect(try names(grouping, items).subtracting(before).count <= 1)
        #expect(try before.subtracting(names(grouping, items)).count == 1)
        items.append(Item(name: removed.name, size: removed.size / 2))
        #expect(try names(grouping, items).subtracting(before).count <= 1)
    }

    @Test("the order of the packages means nothing")
    func order() throws {
        let items = Self.items(60, seed: 3, large: 4)
        let forward = try LayerGrouping().groups(units: items, bytecode: items)
        let reversed = Array(items.reversed())
        let backward = try LayerGrouping().groups(units: reversed, bytecode: reversed)
        #expect(forward.units.map { $0.map { items[$0].name } } == backward.units.map { $0.map { reversed[$0].name } })
        #expect(forward.bytecode.map(\.count) == backward.bytecode.map(\.count))
    }

    @Test("the limit holds whatever comes", arguments: [2, 3, 5, 10, 40, 100, 127])
    func limit(_ limit: Int) throws {
        for large in [0, 10, 150] {
            let units = Self.items(200, seed: 9, large: large)
            let bytecode = Self.items(150, seed: 10, large: large)
            let groups = try LayerGrouping(limit: limit).groups(units: units, bytecode: bytecode)
            #expect(groups.units.count + groups.bytecode.count <= limit)
            #expect(groups.units.flatMap(\.self).sorted() == Array(units.indices))
            #expect(groups.bytecode.flatMap(\.self).sorted() == Array(bytecode.indices))
        }
    }

    @Test("a base that leaves no room is a named error")
    func noRoom() {
        let items = Self.items(3, seed: 1)
        let error = #expect(throws: LayersError.self) {
            try LayerGrouping(limit: 100, reserved: 99).groups(units: items, bytecode: items)
        }
        #expect(error?.code == .tooManyLayers)
        #expect(throws: Never.self) {
            try LayerGrouping(limit: 100, reserved: 99).groups(units: items, bytecode: [])
        }
    }
}
