/// The name of an extra or dependency group in its normal form (PEP 685, PEP 735), compared as project names are.
public struct ExtraName: Sendable, Hashable, Comparable, CustomStringConvertible {
    @usableFromInline let normalized: NormalizedText

    init(_ normalized: NormalizedText) { self.normalized = normalized }

    /// Normalises a name, whitespace around it ignored.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidName`.
    public init(_ text: String) throws(PythonPackagingError) {
        normalized = try NormalizedText.parse(text, as: "the name of an extra")
    }

    /// Normalises a name from UTF-8; `nil` if it is none.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard NormalizedText.isValid(bytes) else { return nil }
        normalized = NormalizedText(normalizing: bytes)
    }

    /// The normal form.
    @inlinable
    public var description: String { normalized.text }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.normalized.text < right.normalized.text }
}
