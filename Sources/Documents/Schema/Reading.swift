/// What is known while nodes are read into values: the place, and every mistake so far.
public struct Reading: Sendable {
    public let file: String
    /// Whether unknown keys are passed over: in locks, which a newer version may have written.
    public let isLenient: Bool
    public private(set) var issues: [DocumentError.Issue] = []
    /// The keys that lead to where we are.
    private var path = ""
    /// Where each key of the whole schema may stand, for hints about keys in the wrong place.
    public var homes: @Sendable () -> [String: [String]] = { [:] }

    /// Required keys, with the keys that lead to them, that need not be there because something else tells them.
    public var given: Set<String> = []

    public init(file: String, isLenient: Bool = false) {
        self.file = file
        self.isLenient = isLenient
    }

    /// How many mistakes are told of one document: nobody reads more, and somebody could send a million.
    private static var limit: Int { 100 }

    /// Whether further mistakes are not noted any more.
    var isFull: Bool { issues.count >= Self.limit }

    /// Notes a mistake; reading goes on, to find the others, as long as anybody would read of them.
    public mutating func report(
        _ code: DocumentError.Code, at mark: SourceMark, _ message: String, advice: String? = nil
    ) {
        guard !isFull else { return }
        issues.append(
            DocumentError.Issue(
                code, in: file, at: mark.line > 0 ? mark : nil, keyPath: path, message: message, advice: advice))
    }

    /// Reads something that lies under a key.
    public mutating func under<Result>(_ key: String, _ body: (inout Reading) -> Result) -> Result {
        let outer = path
        path = path.isEmpty ? key : "\(path).\(key)"
        defer { path = outer }
        return body(&self)
    }

    /// Reads something that is an item of a list; counts from 0.
    public mutating func under<Result>(_ index: Int, _ body: (inout Reading) -> Result) -> Result {
        let outer = path
        path += "[\(index)]"
        defer { path = outer }
        return body(&self)
    }

    var currentPath: String { path }

    /// All mistakes as one error, in the order of their places; `nil` where there are none.
    public var error: DocumentError? {
        let sorted = issues.enumerated().sorted { left, right in
            let places = (left.element.mark ?? SourceMark(line: 0, column: 0), left.offset)
            return places < (right.element.mark ?? SourceMark(line: 0, column: 0), right.offset)
        }.map(\.element)
        guard let first = sorted.first else { return nil }
        return DocumentError(first, Array(sorted.dropFirst()))
    }
}
