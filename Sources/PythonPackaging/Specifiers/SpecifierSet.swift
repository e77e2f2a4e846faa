/// Clauses that a version must satisfy together (PEP 440): `>=1.2,!=1.3.*,<2`. The empty set admits every version.
///
/// Clauses are kept sorted and without repetition, so sets that say the same in another order are equal.
public struct SpecifierSet: Sendable, Hashable {
    public let specifiers: [Specifier]

    /// The empty set, which admits everything.
    public init() { specifiers = [] }

    public init(_ specifiers: [Specifier]) {
        self.specifiers = SpecifierSet.canonical(specifiers)
    }

    /// Parses clauses with commas between them; empty ones are ignored, so trailing commas are no error.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidSpecifier` with the column where the trouble starts.
    public init(_ text: String) throws(PythonPackagingError) {
        let specifiers = try withBytes(of: text) { bytes -> Result<[Specifier], PythonPackagingError> in
            SpecifierSet.parse(bytes).mapError { $0.error(in: text) }
        }.get()
        self.init(specifiers)
    }

    /// Parses clauses from UTF-8; `nil` if they are malformed.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard case .success(let specifiers) = SpecifierSet.parse(bytes) else { return nil }
        self.init(specifiers)
    }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<[Specifier], SpecifierProblem> {
        var scanner = ByteScanner(bytes)
        var specifiers: [Specifier] = []
        while true {
            scanner.skipWhitespace()
            if scanner.take(UInt8(ascii: ",")) { continue }
            if scanner.isAtEnd { return .success(specifiers) }
            switch scanner.specifier() {
            case .success(let specifier): specifiers.append(specifier)
            case .failure(let problem): return .failure(problem)
            }
            scanner.skipWhitespace()
            guard scanner.isAtEnd || scanner.current == UInt8(ascii: ",") else {
                return .failure(.trailing(at: scanner.position))
            }
        }
    }

    private static func canonical(_ specifiers: [Specifier]) -> [Specifier] {
        if specifiers.count < 2 { return specifiers }
        var sorted = specifiers
        sorted.sort(by: precedes)
        var unique: [Specifier] = []
        unique.reserveCapacity(sorted.count)
        for specifier in sorted where unique.last != specifier { unique.append(specifier) }
        return unique
    }

    private static func precedes(_ left: Specifier, _ right: Specifier) -> Bool {
        if left.operator != right.operator { return left.operator.rawValue < right.operator.rawValue }
        if left.version != right.version { return left.version < right.version }
        if left.isPrefixMatch != right.isPrefixMatch { return right.isPrefixMatch }
        if left.version.releaseCount != right.version.releaseCount {
            return left.version.releaseCount < right.version.releaseCount
        }
        return left.description < right.description
    }

    public var isEmpty: Bool { specifiers.isEmpty }

    /// The set of versions that both sets admit.
    public func intersection(_ other: SpecifierSet) -> SpecifierSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        return SpecifierSet(specifiers + other.specifiers)
    }

    /// True if any clause names a pre-release, so that the set admits pre-releases without being told to; else `nil`,
    /// which leaves them to be admitted only where no other version is.
    public var prereleases: Bool? {
        specifiers.contains { $0.prereleases == true } ? true : nil
    }

    /// Whether some clause pins one version (`==` without `.*`, or `===`), as PEP 592 asks of a yanked file.
    public var hasPin: Bool { specifiers.contains(where: \.isPin) }
}

extension SpecifierSet: CustomStringConvertible {
    /// The clauses in canonical order with normalised versions, commas between them: `!=1.3.*,<2,>=1.2`.
    public var description: String { specifiers.map(\.description).joined(separator: ",") }
}
