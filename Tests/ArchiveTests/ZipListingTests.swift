import TestSupport
import Testing

@testable import Archive

@Suite("Listing what others read")
struct ZipListingTests {
    private func names(_ zip: CraftedZip) throws -> [String] {
        let listing = try ZipListing(of: MemorySource(zip.bytes))
        return listing.members.map { String(decoding: listing.bytes[$0.name], as: UTF8.self) }
    }

    @Test("names twice, absolute ones, bytes before the zip and a comment behind are listed as they stand")
    func lenient() throws {
        var zip = CraftedZip([.init("a", "1"), .init("a", "22"), .init("/../b\\c", "3")])
        #expect(try names(zip) == ["a", "a", "/../b\\c"])
        zip.comment = Array("a comment".utf8)
        #expect(try names(zip) == ["a", "a", "/../b\\c"])
        zip.prefix = Array("#!/bin/sh\n".utf8)
        let listing = try ZipListing(of: MemorySource(zip.bytes))
        var inflater = Inflater()
        let beginning = try listing.beginning(
            of: listing.members[1], count: 9, in: MemorySource(zip.bytes), &inflater)
        #expect(beginning == Array("22".utf8))
        zip.zip64 = true
        #expect(try names(zip).count == 3)
    }

    @Test("a member's first bytes are inflated, and no more")
    func beginnings() throws {
        let zip = CraftedZip([.deflated("a", "twelve bytes"), .init("b", "stored")]).bytes
        let listing = try ZipListing(of: MemorySource(zip))
        var inflater = Inflater()
        let found = try listing.members.map {
            String(
                decoding: try listing.beginning(of: $0, count: 6, in: MemorySource(zip), &inflater), as: UTF8.self)
        }
        #expect(found == ["twelve", "stored"])
    }

    @Test("what is no zip, is cut off or claims what cannot be is refused")
    func refused() throws {
        let whole = CraftedZip([.init("a", "1"), .init("b", "2")])
        #expect(throws: ArchiveError.self) { try ZipListing(of: MemorySource(Array("<html>".utf8))) }
        #expect(throws: ArchiveError.self) { try ZipListing(of: MemorySource([])) }
        #expect(throws: ArchiveError.self) { try ZipListing(of: MemorySource(Array(whole.bytes.suffix(60)))) }
        for change in [
            { (zip: inout CraftedZip) in zip.count = 9 }, { $0.directorySize = 20 }, { $0.directoryOffset = 1 << 30 },
        ] {
            var zip = whole
            change(&zip)
            #expect(throws: ArchiveError.self) { try ZipListing(of: MemorySource(zip.bytes)) }
        }
        let bytes = whole.bytes
        for cut in 1..<bytes.count {
            _ = try? ZipListing(of: MemorySource(Array(bytes.dropLast(cut))))
            _ = try? ZipListing(of: MemorySource(Array(bytes.dropFirst(cut))))
        }
        let lying = CraftedZip([CraftedZip.Member("a", "1").with(\.offset, 1 << 30)]).bytes
        let listing = try ZipListing(of: MemorySource(lying))
        var inflater = Inflater()
        #expect(throws: ArchiveError.self) {
            try listing.beginning(of: listing.members[0], count: 4, in: MemorySource(lying), &inflater)
        }
    }
}
