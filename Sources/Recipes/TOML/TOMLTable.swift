/// A key, as one part of a dotted key or of a header.
struct TOMLKey {
    var text: String
    var mark: SourceMark
}

/// A table while its document is read.
final class TOMLTable {
    enum Origin: Equatable {
        /// Named by a header of its own, or the root.
        case header
        /// Only on the way to another header's table, which may still get a header.
        case implied
        /// Made by dotted keys of this section.
        case dotted(section: Int)
        case inline
    }

    enum Value {
        case node(SourceNode)
        case table(TOMLTable)
        case tables(TOMLTables)
    }

    var origin: Origin
    var mark: SourceMark
    private var entries: [(key: TOMLKey, value: Value)] = []
    /// Places of the keys, once there are enough to be worth it.
    private var places: [String: Int] = [:]

    init(_ origin: Origin, mark: SourceMark = SourceMark(line: 1, column: 1)) {
        self.origin = origin
        self.mark = mark
    }

    subscript(key: String) -> Value? {
        if places.isEmpty { return entries.first { $0.key.text == key }?.value }
        return places[key].map { entries[$0].value }
    }

    func mark(of key: String) -> SourceMark? { entries.first { $0.key.text == key }?.key.mark }

    /// The key must be new.
    func append(_ key: TOMLKey, _ value: Value) {
        entries.append((key, value))
        if !places.isEmpty {
            places[key.text] = entries.count - 1
        } else if entries.count > 12 {
            for (place, entry) in entries.enumerated() { places[entry.key.text] = place }
        }
    }

    /// The table by a dotted key's part, made where there is none; `nil` where something else stands there.
    func dotted(_ key: TOMLKey, section: Int) -> TOMLTable? {
        switch self[key.text] {
        case nil:
            let next = TOMLTable(.dotted(section: section), mark: key.mark)
            append(key, .table(next))
            return next
        case .table(let next)? where next.origin == .dotted(section: section): return next
        case .table(let next)? where next.origin == .implied:
            next.origin = .dotted(section: section)
            return next
        default: return nil
        }
    }

    var node: SourceNode {
        let content = entries.map { entry -> SourceNode.Entry in
            let value: SourceNode
            switch entry.value {
            case .node(let node): value = node
            case .table(let table): value = table.node
            case .tables(let tables): value = tables.node(at: entry.key.mark)
            }
            return SourceNode.Entry(entry.key.text, value, at: entry.key.mark)
        }
        return SourceNode(.mapping(content), at: mark)
    }
}

/// The tables of `[[name]]` headers while their document is read.
final class TOMLTables {
    private(set) var last: TOMLTable
    private var tables: [TOMLTable]

    init(_ first: TOMLTable) {
        last = first
        tables = [first]
    }

    func append(_ table: TOMLTable) {
        tables.append(table)
        last = table
    }

    func node(at mark: SourceMark) -> SourceNode {
        SourceNode(.sequence(tables.map(\.node)), at: mark)
    }
}
