/// Mends the mistakes in version specifiers that metadata on indexes is known to hold and installers let pass.
///
/// Commas left out (`>=7.2<8`), quotes gone astray (`>= '2.7'`), `!=~5.0` for `!=5.0.*`, `.*` after an operator that
/// takes none (`>=1.9.*`), its dot left out (`!=3.0*`), `>dev` for `>0.dev0`, and `.0` after a suffix (`>=9.0a1.0`).
enum LenientSpelling {
    /// The text with every known mistake mended, up to the semicolon of a marker.
    static func mended(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let end = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 8)
        var index = 0
        var hasOperator = false
        while index < end {
            let byte = bytes[index]
            if isQuote(byte) {
                index += 1
            } else if isOperator(byte) {
                if hasOperator, let last = result.last(where: { !isBlank($0) }), isVersion(last) {
                    result.append(UInt8(ascii: ","))
                }
                hasOperator = true
                index = mendClause(bytes, at: index, end: end, into: &result)
            } else {
                result.append(byte)
                index += 1
            }
        }
        result += bytes[end...]
        return String(decoding: result, as: UTF8.self)
    }

    /// Mends one operator with its version; returns where it ends.
    private static func mendClause(
        _ bytes: [UInt8], at start: Int, end: Int, into result: inout [UInt8]
    ) -> Int {
        var index = start
        while index < end, isOperator(bytes[index]) { index += 1 }
        var comparison = Array(bytes[start..<index])
        let meansPrefix = comparison == Array("!=~".utf8)
        if meansPrefix { comparison.removeLast() }
        while index < end, isBlank(bytes[index]) || isQuote(bytes[index]) { index += 1 }
        let versionStart = index
        while index < end, isVersion(bytes[index]) || isEpochMark(bytes, index, end) { index += 1 }
        var version = Array(bytes[versionStart..<index])

        if version == Array("dev".utf8), comparison == [UInt8(ascii: ">")] { version = Array("0.0.0.dev0".utf8) }
        var isPrefix = false
        if version.last == UInt8(ascii: "*") {
            version.removeLast()
            if version.last == UInt8(ascii: ".") { version.removeLast() }
            isPrefix = true
        }
        dropZeroAfterSuffix(&version)
        let takesPrefix = comparison == Array("==".utf8) || comparison == Array("!=".utf8)
        result += comparison + version
        if takesPrefix, isPrefix || meansPrefix { result += Array(".*".utf8) }
        return index
    }

    private static func dropZeroAfterSuffix(_ version: inout [UInt8]) {
        guard version.suffix(2).elementsEqual(".0".utf8) else { return }
        let stem = version.dropLast(2)
        let letters = stem.reversed().drop(while: isDigit).prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
        guard stem.last.map(isDigit) == true, !letters.isEmpty, letters.allSatisfy({ isAlphanumeric($0) }) else {
            return
        }
        version.removeLast(2)
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isOperator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "~")
            || byte == UInt8(ascii: "!")
    }

    private static func isVersion(_ byte: UInt8) -> Bool {
        isNameByte(byte) || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "+")
    }

    /// Whether the `!` here follows an epoch, rather than beginning `!=`.
    private static func isEpochMark(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Bool {
        bytes[index] == UInt8(ascii: "!") && index + 1 < end && isDigit(bytes[index + 1])
    }
}

extension SpecifierSet {
    /// Parses clauses as `init(_:)` does, and with the mistakes mended that installers let pass.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidSpecifier`, about the text as given.
    public init(lenient text: String) throws(PythonPackagingError) {
        do throws(PythonPackagingError) {
            self = try SpecifierSet(text)
        } catch {
            guard let mended = try? SpecifierSet(LenientSpelling.mended(text)) else { throw error }
            self = mended
        }
    }
}

extension Requirement {
    /// Parses a requirement as `init(_:)` does, and with the mistakes mended that installers let pass.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidRequirement`, about the text as given.
    public init(lenient text: String) throws(PythonPackagingError) {
        do throws(PythonPackagingError) {
            self = try Requirement(text)
        } catch {
            guard let mended = try? Requirement(LenientSpelling.mended(text)) else { throw error }
            self = mended
        }
    }
}
