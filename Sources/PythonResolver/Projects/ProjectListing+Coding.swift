internal import ContentStore
internal import PythonPackaging

extension ProjectListing {
    private static let format: UInt32 = 0x4C50_0003

    /// The listing as a compact document of about twenty bytes a file.
    public func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(ProjectListing.format)
        writer.longText(page)
        writer.row(versions.map { $0.words?.high ?? 0 })
        writer.row(versions.map { $0.words?.low ?? 0 })
        var wide = TextTable()
        for version in versions where version.words == nil { wide.append(version.description) }
        writer.table(wide)
        writer.row(fileStarts)
        writer.row(files.map(\.place))
        writer.row(files.map(\.tagSet))
        writer.row(files.map(\.requiresPython))
        writer.row(files.map(\.yanked))
        writer.row(files.map(\.build))
        writer.row(files.map(\.key))
        writer.row(files.map(\.digestKey))
        for table in [tagSets, requiresPythons, yankedTexts, builds] { writer.table(table) }
        return writer.bytes
    }

    /// Reads such a document; `nil` for one of another format or a damaged one.
    public init?(encoded bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let listing = try? ProjectListing.read(&reader) else { return nil }
        self = listing
    }

    private static func read(_ reader: inout RecordReader) throws(RecordDamage) -> ProjectListing {
        guard try reader.number(UInt32.self) == format else { throw reader.damage }
        var listing = ProjectListing()
        listing.page = try reader.longText()
        let (high, low) = (try reader.row(of: UInt64.self), try reader.row(of: UInt64.self))
        let wide = try reader.table()
        listing.fileStarts = try reader.row()
        let places = try reader.row(of: UInt32.self)
        let (tagSets, pythons) = (try reader.row(of: UInt16.self), try reader.row(of: UInt16.self))
        let (yanked, builds) = (try reader.row(of: UInt16.self), try reader.row(of: UInt16.self))
        let (keys, digestKeys) = (try reader.row(of: UInt64.self), try reader.row(of: UInt64.self))
        listing.tagSets = try reader.table()
        listing.requiresPythons = try reader.table()
        listing.yankedTexts = try reader.table()
        listing.builds = try reader.table()
        try reader.expectEnd()

        func isNumber(_ number: UInt16, of table: TextTable) -> Bool { number == File.none || number < table.count }
        let starts = listing.fileStarts
        guard low.count == high.count, starts.count == high.count + 1,
            zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), starts.last.map(Int.init) == places.count,
            [tagSets.count, pythons.count, yanked.count, builds.count, keys.count, digestKeys.count]
                .allSatisfy({ $0 == places.count }),
            tagSets.allSatisfy({ isNumber($0, of: listing.tagSets) }),
            pythons.allSatisfy({ isNumber($0, of: listing.requiresPythons) }),
            yanked.allSatisfy({ isNumber($0, of: listing.yankedTexts) }),
            builds.allSatisfy({ isNumber($0, of: listing.builds) })
        else { throw reader.damage }
        var nextWide = 0
        listing.versions.reserveCapacity(high.count)
        for index in high.indices {
            if let version = Version(words: (high[index], low[index])) {
                listing.versions.append(version)
            } else {
                guard nextWide < wide.count, let version = try? Version(wide[nextWide]) else { throw reader.damage }
                listing.versions.append(version)
                nextWide += 1
            }
        }
        listing.files.reserveCapacity(places.count)
        for index in places.indices {
            listing.files.append(
                File(
                    place: places[index], tagSet: tagSets[index], requiresPython: pythons[index],
                    yanked: yanked[index], build: builds[index], key: keys[index], digestKey: digestKeys[index]))
        }
        return listing
    }
}
