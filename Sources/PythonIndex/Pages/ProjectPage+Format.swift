// The document: a head of fixed size (when), then the content, whose SHA-256 is the page's digest:
//
//     0  format  4  fetched  12  fresh until  20  digest
//     52 flags   53 count    57 where the rows' offsets lie
//     61 status, validators, tables of sources, URL prefixes, Requires-Python and yanked texts; rows; offsets of rows
//
// A row is its flags, its numbers into the tables, and what the flags say that follows.

extension ProjectPage {
    static let format: UInt32 = 0x5050_0001
    static let headSize = 52

    /// Where things lie in a document.
    struct Layout: Sendable {
        var offsets = 0
        var prefixes: [String] = []
        var requiresPython: [String] = []
        var yanked: [String] = []
    }

    enum Flag {
        static let sha256: UInt8 = 1
        static let urlEndsInName: UInt8 = 2
        static let otherHashes: UInt8 = 4
        static let yanked: UInt8 = 8
        static let metadata: UInt8 = 16
        static let metadataDigest: UInt8 = 32
        static let size: UInt8 = 64
        static let uploadTime: UInt8 = 128
    }

    static let none = UInt32.max
}
