extension DependencyTable {
    private static let format: UInt32 = 0x4445_0001

    /// The table as a compact document.
    public func encoded() -> [UInt8] {
        var writer = CompactWriter()
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
        let table = bytes.withUnsafeBytes { DependencyTable.read(CompactReader($0)) }
        guard let table else { return nil }
        self = table
    }

    private static func read(_ source: CompactReader) -> DependencyTable? {
        var reader = source
        guard reader.number(UInt32.self) == format, let requirements = reader.table(), let extras = reader.table(),
            let pythons = reader.table(), let faults = reader.table(), let extraOf = reader.row(of: UInt16.self),
            let references = reader.row(of: UInt32.self), let keys = reader.row(of: UInt64.self),
            let firsts = reader.row(of: UInt32.self), let counts = reader.row(of: UInt32.self),
            let ownPythons = reader.row(of: UInt32.self), let ownFaults = reader.row(of: UInt32.self),
            reader.isAtEnd, extraOf.count == requirements.count,
            [firsts.count, counts.count, ownPythons.count, ownFaults.count].allSatisfy({ $0 == keys.count }),
            extraOf.allSatisfy({ $0 >= mixedExtra || $0 < extras.count }),
            references.allSatisfy({ $0 < requirements.count })
        else { return nil }
        var entries: [UInt64: Entry] = [:]
        entries.reserveCapacity(keys.count)
        for index in keys.indices {
            let (end, overflows) = firsts[index].addingReportingOverflow(counts[index])
            guard !overflows, end <= references.count,
                ownPythons[index] == Entry.none || ownPythons[index] < pythons.count,
                ownFaults[index] == Entry.none || ownFaults[index] < faults.count
            else { return nil }
            entries[keys[index]] = Entry(
                first: firsts[index], count: counts[index], requiresPython: ownPythons[index],
                fault: ownFaults[index])
        }
        var table = DependencyTable()
        table.requirements = requirements
        table.extras = extras
        table.pythons = pythons
        table.faults = faults
        table.extraOf = extraOf
        table.references = references
        table.entries = entries
        return table
    }
}
