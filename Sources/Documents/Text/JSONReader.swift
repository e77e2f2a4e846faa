internal import JSONDocument

/// Reads one JSON document (RFC 8259) into nodes, within bounds of time and memory whatever the text.
///
/// What is no JSON is told with its line and column; the nodes themselves have no places.
public enum JSONReader {
    /// The most bytes of a document, unless a caller takes more or fewer.
    public static let sizeLimit = 1 << 20

    /// - Parameter limit: the most bytes that are read.
    /// - Throws: the first mistake: text that is too large, no text, no JSON, nested deeper than 64, or with a key that
    ///   stands twice in one object.
    public static func read(_ source: SourceText, limit: Int = sizeLimit) throws(DocumentError) -> SourceNode {
        let bytes = try source.validated(limit: limit)
        do {
            return SourceNode(try JSON(parsing: Array(bytes)))
        } catch {
            throw DocumentError(
                .syntax, in: source.name, at: source.mark(of: bytes.startIndex + error.position),
                message: error.message)
        }
    }
}
