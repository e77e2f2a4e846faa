internal import ContentStore

extension DependencyTable {
    private static let format: UInt32 = 0x4445_0001

    /// The table as a compact document.
    public func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(DependencyTable.format)
        for table in [requirements, extras, pythons, faults] { writer.table(table) }
        writer.row(extraOf)
        writer.row(references)
        let keys = entries.keys.sorted()
        let sorted = keys.compactMap { entries[$0] }
        writer.row(keys)
        writer.row(sorted.map(\.first))
        writer.row(sorted.map(\.count))
        writer.row(sorted.map(\.requiresPython))
        writer.row(sorted.map(\.fault))
        return writer.bytes
    }

    /// Reads such a document; `nil` for one of another format or a damaged one.
    public init?(encoded bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let table = try? DependencyTable.read(&reader) else { return nil }
        self = table
    }

    private static func read(_ reader: inout RecordReader) throws(RecordDamage) -> DependencyTable {
        guard try reader.number(UInt32.self) == format else { throw reader.damage }
        var table = DependencyTable()
        table.requirements = try reader.table()
        table.extras = try reader.table()
        table.pythons = try reader.table()
        table.faults = try reader.table()
        table.extraOf = try reader.row()
        table.references = try reader.row()
        let keys = try reader.row(of: UInt64.self)
        let (firsts, counts) = (try reader.row(of: UInt32.self), try reader.row(of: UInt32.self))
        let (pythons, faults) = (try reader.row(of: UInt32.self), try reader.row(of: UInt32.self))
        try reader.expectEnd()
        let (extraCount, requirementCount) = (table.extras.count, table.requirements.count)
        guard table.extraOf.count == requirementCount,
            [firsts.count, counts.count, pythons.count, faults.count].allSatisfy({ $0 == keys.count }),
            table.extraOf.allSatisfy({ $0 >= mixedExtra || $0 < extraCount }),
            table.references.allSatisfy({ $0 < requirementCount })
        else { throw reader.damage }
        table.entries.reserveCapacity(keys.count)
        for index in keys.indices {
            let (end, overflows) = firsts[index].addingReportingOverflow(counts[index])
            guard !overflows, end <= table.references.count,
                pythons[index] == Entry.none || pythons[index] < table.pythons.count,
                faults[index] == Entry.none || faults[index] < table.faults.count
            else { throw reader.damage }
            table.entries[keys[index]] = Entry(
                first: firsts[index], count: counts[index], requiresPython: pythons[index], fault: faults[index])
        }
        return table
    }
}
