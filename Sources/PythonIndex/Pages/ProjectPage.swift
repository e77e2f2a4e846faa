public import Cryptography
public import PythonPackaging

/// What indexes and find-links offer of one project: every file in the order found, whatever it is for.
///
/// A page is kept as the compact document that the store holds; a file is decoded when it is asked for. So a page of
/// thousands of files costs no more to load than its bytes.
public struct ProjectPage: Sendable {
    /// Where a file was found.
    public struct Source: Sendable, Hashable {
        public enum Kind: UInt8, Sendable {
            /// The default index: locks name its files without a place.
            case defaultIndex
            /// Another index.
            case index
            /// A find-links folder, page or file.
            case findLinks
        }

        public var kind: Kind
        /// The index's root or the find-links place, without credentials.
        public var url: String

        public init(_ kind: Kind, url: String) {
            self.kind = kind
            self.url = url
        }
    }

    public let project: PackageName
    /// Names what the page says: pages that offer the same have the same digest, whenever they were fetched.
    public let digest: SHA256Digest
    /// Whether any index or find-links place knows the project.
    public let isKnown: Bool
    /// What the index says of the project (PEP 792): `archived`, `quarantined`, `deprecated`.
    public let status: String?
    /// How many files there are; their places are 0 and on.
    public let count: Int
    let sources: [Source]
    /// What the index's answer can be asked about again with.
    let validators: Validators
    /// When the page was asked for, and until when it serves, in milliseconds since 1970.
    let fetched: Int64
    let freshUntil: Int64

    let document: [UInt8]
    let layout: Layout

    struct Validators: Sendable, Equatable {
        var eTag: String?
        var lastModified: String?
        /// The index that answered, as in `Source`; empty if none did.
        var index = ""
    }

    /// The file at a place.
    ///
    /// - Throws: `PythonIndexError.Code.damagedRecord`.
    public func file(_ place: Int) throws -> IndexFile {
        try decode(place..<place + 1)[0].file
    }

    /// Every file.
    public var files: [IndexFile] {
        get throws { try decode(0..<count).map(\.file) }
    }

    /// Where the file at a place was found.
    public func source(of place: Int) throws -> Source {
        try decode(place..<place + 1)[0].source
    }

    /// The place of the file of that name, `nil` if there is none.
    public func place(of filename: String) throws -> Int? {
        try decode(0..<count).firstIndex { $0.file.filename == filename }
    }

    /// The project's page where nobody knows it.
    static func unknown(_ project: PackageName, fetched: Int64, freshUntil: Int64) -> ProjectPage {
        ProjectPage(
            project, files: [], isKnown: false, status: nil, validators: Validators(), fetched: fetched,
            freshUntil: freshUntil)
    }
}
