internal import GRDBSQLite

/// What a statement can be given for a parameter.
public protocol SQLValue {
    /// - Returns: SQLite's result code.
    func bind(to statement: OpaquePointer, at place: CInt) -> CInt
}

/// Tells SQLite to copy what it is given (`SQLITE_TRANSIENT`).
private var copying: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

extension Int64: SQLValue {
    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt { sqlite3_bind_int64(statement, place, self) }
}

extension Int: SQLValue {
    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt { Int64(self).bind(to: statement, at: place) }
}

extension String: SQLValue {
    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt {
        var text = self
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty buffer may have no address, which would bind NULL.
                guard let start = characters.baseAddress else { return sqlite3_bind_text(statement, place, "", 0, nil) }
                return sqlite3_bind_text(statement, place, start, CInt(clamping: characters.count), copying)
            }
        }
    }
}

extension [UInt8]: SQLValue {
    /// As a blob.
    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_zeroblob(statement, place, 0)
            }
            return sqlite3_bind_blob(statement, place, start, CInt(clamping: bytes.count), copying)
        }
    }
}

extension Optional: SQLValue where Wrapped: SQLValue {
    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt {
        switch self {
        case .some(let value): value.bind(to: statement, at: place)
        case .none: sqlite3_bind_null(statement, place)
        }
    }
}

/// UTF-8 that is kept as text, without the way over `String`.
public struct SQLText: SQLValue {
    private let bytes: [UInt8]

    public init(utf8 bytes: [UInt8]) {
        self.bytes = bytes
    }

    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, place, "", 0, nil) }
            let characters = start.assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text(statement, place, characters, CInt(clamping: bytes.count), copying)
        }
    }
}

/// Sixteen bytes, a blob of two big-endian words.
public struct SQLWords: SQLValue {
    private let words: (UInt64, UInt64)

    public init(_ high: UInt64, _ low: UInt64) {
        words = (high.bigEndian, low.bigEndian)
    }

    public func bind(to statement: OpaquePointer, at place: CInt) -> CInt {
        withUnsafeBytes(of: words) { sqlite3_bind_blob(statement, place, $0.baseAddress, 16, copying) }
    }
}
