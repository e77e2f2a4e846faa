public import ContentStore
internal import Cryptography
public import PythonPackaging

/// Documents that others derive from pages, and that serve as long as their pages do.
extension PythonIndex {
    /// A document that was made from the project's page, as long as that page serves; `nil` where the page must be
    /// asked for or the document made. Costs one read of the store. Blocks.
    ///
    /// Offline a document serves whatever its age.
    public func storedDocument(_ kind: RecordKind, of project: PackageName) throws -> [UInt8]? {
        let setup = try setup()
        guard let found = try setup.findLinks.stored(project) else { return nil }
        let key = PageKey(project, found, setup)
        guard var document = try store.record(kind: kind, key: key.text), let tail = DocumentTail(document),
            serves(key, fetched: tail.fetched, freshUntil: tail.freshUntil)
        else { return nil }
        document.removeLast(DocumentTail.size)
        return document
    }

    /// The document that was made from exactly what this page says, whenever that was; `nil` if there is none. Blocks.
    public func storedDocument(_ kind: RecordKind, madeFrom page: ProjectPage) throws -> [UInt8]? {
        let setup = try setup()
        guard let found = try setup.findLinks.stored(page.project),
            var document = try store.record(kind: kind, key: PageKey(page.project, found, setup).text),
            let tail = DocumentTail(document), tail.page == page.digest
        else { return nil }
        document.removeLast(DocumentTail.size)
        return document
    }

    /// Keeps a document that was made from a page; it serves as long as the page does. Blocks.
    public func keep(_ document: [UInt8], _ kind: RecordKind, madeFrom page: ProjectPage) throws {
        let setup = try setup()
        guard let found = try setup.findLinks.stored(page.project) else { return }
        let tail = DocumentTail(page: page.digest, fetched: page.fetched, freshUntil: page.freshUntil)
        try store.setRecord(
            kind: kind, key: PageKey(page.project, found, setup).text, value: document + tail.bytes)
    }
}

/// What ties a derived document to its page: the page's digest, and when it serves.
struct DocumentTail {
    static let size = 48
    var page: SHA256Digest
    var fetched: Int64
    var freshUntil: Int64

    init(page: SHA256Digest, fetched: Int64, freshUntil: Int64) {
        self.page = page
        self.fetched = fetched
        self.freshUntil = freshUntil
    }

    init?(_ document: [UInt8]) {
        var reader = RecordReader(document, at: document.count - DocumentTail.size)
        guard let page = try? reader.digest(), let fetched = try? reader.number(Int64.self),
            let freshUntil = try? reader.number(Int64.self)
        else { return nil }
        self.init(page: page, fetched: fetched, freshUntil: freshUntil)
    }

    var bytes: [UInt8] {
        var writer = RecordWriter()
        writer.digest(page)
        writer.number(fetched)
        writer.number(freshUntil)
        return writer.bytes
    }
}
