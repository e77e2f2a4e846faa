extension Version {
    /// Parses a version in any spelling that PEP 440 accepts, whitespace around it included.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidVersion`.
    public init(_ text: String) throws(PythonPackagingError) {
        guard let version = withBytes(of: text, { Version(utf8: $0) }) else {
            throw PythonPackagingError(
                code: .invalidVersion, subject: text, message: "is not a version",
                advice: "versions look like 1.4.2, 2.0rc1 or 1.0.post1 (PEP 440)")
        }
        self = version
    }

    /// Parses a version from UTF-8; `nil` if it is none.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if let version = Version(plain: bytes) {
            self = version
            return
        }
        var scanner = ByteScanner(bytes)
        scanner.skipWhitespace()
        var parts = VersionParts()
        guard scanner.version(into: &parts), scanner.local(into: &parts) else { return nil }
        scanner.skipWhitespace()
        guard scanner.isAtEnd else { return nil }
        self = parts.version
    }
}

extension Version {
    /// Parses a release of up to four numbers and nothing else, as nearly all versions are; `nil` for the rest.
    @inline(__always)
    init?(plain bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= 32 else { return nil }
        var numbers: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var count = 0
        var value: UInt64 = 0
        var digits = 0
        var index = 0
        while true {
            let byte = index < bytes.count ? bytes[index] : UInt8(ascii: ".")
            let digit = byte &- 0x30
            if digit < 10 {
                value = value &* 10 &+ UInt64(digit)
                digits += 1
            } else {
                guard byte == UInt8(ascii: "."), digits > 0, digits < 10 else { return nil }
                switch count {
                case 0: numbers.0 = value
                case 1: numbers.1 = value
                case 2: numbers.2 = value
                case 3: numbers.3 = value
                default: return nil
                }
                count += 1
                if index >= bytes.count { break }
                (value, digits) = (0, 0)
            }
            index += 1
        }
        let packed = Version.packed(
            numbers.0, numbers.1, numbers.2, numbers.3, count: count, suffix: Suffix.none, number: 0)
        guard let packed else { return nil }
        self = packed
    }
}

extension ByteScanner {
    /// Reads digits; `nil` if none come next.
    @inline(__always)
    mutating func number() -> VersionNumber? {
        let start = position
        var value: UInt64 = 0
        while position < end {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            position += 1
        }
        if position == start { return nil }
        if position - start <= 19 { return .small(value) }
        return VersionNumber(digits: UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }

    /// Steps over a separator of a version's parts: `.`, `-` or `_`.
    @inline(__always)
    mutating func separator() -> Bool {
        let byte = current
        guard byte == 0x2E || byte == 0x2D || byte == 0x5F else { return false }
        position += 1
        return true
    }

    /// Reads a public version as far as it goes; false if not even a release comes next.
    @inline(__always)
    mutating func version(into parts: inout VersionParts) -> Bool {
        release(into: &parts) && suffixes(into: &parts)
    }

    /// Reads `v`, epoch and release.
    @inline(__always)
    mutating func release(into parts: inout VersionParts) -> Bool {
        if current | 0x20 == 0x76 { position += 1 }
        guard var number = number() else { return false }
        if take(UInt8(ascii: "!")) {
            parts.epoch = number
            guard let first = self.number() else { return false }
            number = first
        }
        parts.append(number)
        while current == UInt8(ascii: "."), isDigit(peek(1)) {
            position += 1
            guard let next = self.number() else { break }
            parts.append(next)
        }
        return true
    }

    /// Reads the suffixes that come next, each at most once and in order: pre-release, post-release, development.
    @inline(__always)
    mutating func suffixes(into parts: inout VersionParts) -> Bool {
        if isAtEnd { return true }
        readSuffixes(into: &parts)
        return true
    }

    @inline(never)
    private mutating func readSuffixes(into parts: inout VersionParts) {
        var start = position
        _ = separator()
        if let kind = preReleaseKind() {
            _ = separator()
            parts.preRelease = .init(kind: kind, number: number() ?? .zero)
        } else {
            position = start
        }

        start = position
        if current == UInt8(ascii: "-"), isDigit(peek(1)) {
            position += 1
            parts.post = number()
        } else {
            _ = separator()
            if take("post") || take("rev") || take("r") {
                _ = separator()
                parts.post = number() ?? .zero
            } else {
                position = start
            }
        }

        start = position
        _ = separator()
        if take("dev") {
            _ = separator()
            parts.development = number() ?? .zero
        } else {
            position = start
        }
    }

    private mutating func preReleaseKind() -> WideVersion.PreReleaseKind? {
        switch lowercased(current) {
        case UInt8(ascii: "a"):
            if !take("alpha") { position += 1 }
            return .alpha
        case UInt8(ascii: "b"):
            if !take("beta") { position += 1 }
            return .beta
        case UInt8(ascii: "c"):
            position += 1
            return .candidate
        case UInt8(ascii: "r"):
            return take("rc") ? .candidate : nil
        case UInt8(ascii: "p"):
            return take("preview") || take("pre") ? .candidate : nil
        default:
            return nil
        }
    }

    /// Reads a local segment if one comes next; false if what follows `+` is none.
    @inline(__always)
    mutating func local(into parts: inout VersionParts) -> Bool {
        guard current == UInt8(ascii: "+") else { return true }
        return readLocal(into: &parts)
    }

    @inline(never)
    private mutating func readLocal(into parts: inout VersionParts) -> Bool {
        guard isAlphanumeric(peek(1)) else { return false }
        repeat {
            position += 1
            let start = position
            var onlyDigits = true
            while isAlphanumeric(current) {
                if !isDigit(current) { onlyDigits = false }
                position += 1
            }
            let segment = UnsafeBufferPointer(rebasing: bytes[start..<position])
            if onlyDigits {
                parts.local.append(.number(VersionNumber(digits: segment)))
            } else {
                parts.local.append(.word(String(decoding: segment.map(lowercased), as: UTF8.self)))
            }
        } while (current == 0x2E || current == 0x2D || current == 0x5F) && isAlphanumeric(peek(1))
        return true
    }
}
