internal import PythonPackaging

extension ProjectListing {
    private static let format: UInt32 = 0x4C50_0002

    /// The listing as a compact document of about twenty bytes a file.
    public func encoded() -> [UInt8] {
        var writer = CompactWriter()
        writer.number(ProjectListing.format)
        writer.text(page)
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
        let listing = bytes.withUnsafeBytes { ProjectListing.read(CompactReader($0)) }
        guard let listing else { return nil }
        self = listing
    }

    private static func read(_ source: CompactReader) -> ProjectListing? {
        var reader = source
        var listing = ProjectListing()
        guard reader.number(UInt32.self) == format, let page = reader.text(),
            let high = reader.row(of: UInt64.self), let low = reader.row(of: UInt64.self), low.count == high.count,
            let wide = reader.table(), let starts = reader.row(of: UInt32.self), starts.count == high.count + 1,
            let places = reader.row(of: UInt32.self), let tagSets = reader.row(of: UInt16.self),
            let pythons = reader.row(of: UInt16.self), let yanked = reader.row(of: UInt16.self),
            let builds = reader.row(of: UInt16.self), let keys = reader.row(of: UInt64.self),
            let digestKeys = reader.row(of: UInt64.self), digestKeys.count == keys.count,
            [tagSets.count, pythons.count, yanked.count, builds.count, keys.count].allSatisfy({ $0 == places.count }),
            let tagSetTexts = reader.table(), let pythonTexts = reader.table(), let yankedTexts = reader.table(),
            let buildTexts = reader.table(), reader.isAtEnd
        else { return nil }
        var nextWide = 0
        listing.versions.reserveCapacity(high.count)
        for index in high.indices {
            if let version = Version(words: (high[index], low[index])) {
                listing.versions.append(version)
            } else {
                guard nextWide < wide.count, let version = try? Version(wide[nextWide]) else { return nil }
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
        func isNumber(_ number: UInt16, of table: TextTable) -> Bool { number == File.none || number < table.count }
        guard zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), starts.last.map(Int.init) == places.count,
            tagSets.allSatisfy({ isNumber($0, of: tagSetTexts) }),
            pythons.allSatisfy({ isNumber($0, of: pythonTexts) }),
            yanked.allSatisfy({ isNumber($0, of: yankedTexts) }), builds.allSatisfy({ isNumber($0, of: buildTexts) })
        else { return nil }
        listing.page = page
        listing.fileStarts = starts
        listing.tagSets = tagSetTexts
        listing.requiresPythons = pythonTexts
        listing.yankedTexts = yankedTexts
        listing.builds = buildTexts
        return listing
    }
}
