public import Cryptography

/// A distribution's RECORD (PEP 376, PEP 427): its files with their hashes and sizes, as comma-separated values.
public struct WheelRecord: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        /// Relative to the folder that holds the `.dist-info`, `/` between parts; as written, so not to be trusted.
        public var path: String
        public var sha256: SHA256Digest?
        /// A hash by another algorithm, as written: `sha512=…`.
        public var otherHash: String?
        /// In bytes.
        public var size: UInt64?

        public init(path: String, sha256: SHA256Digest? = nil, otherHash: String? = nil, size: UInt64? = nil) {
            self.path = path
            self.sha256 = sha256
            self.otherHash = otherHash
            self.size = size
        }
    }

    public var entries: [Entry]

    public init(entries: [Entry]) { self.entries = entries }

    /// Reads a RECORD. Rows may end in `\n` or `\r\n`, fields may be quoted; empty rows are passed over.
    ///
    /// - Parameter subject: the wheel's file name, for errors.
    /// - Throws: `PythonPackagingError.Code.invalidRecord` with the row.
    public init(_ bytes: [UInt8], of subject: String) throws(PythonPackagingError) {
        entries = try bytes.withUnsafeBufferPointer { buffer -> Result<[Entry], PythonPackagingError> in
            var reader = WheelRecordReader(buffer)
            do throws(WheelRecordReader.Problem) {
                return .success(try reader.entries())
            } catch {
                return .failure(
                    PythonPackagingError(
                        code: .invalidRecord, subject: subject,
                        message: "has a RECORD whose row \(error.row) \(error.message)",
                        advice: "the wheel is broken; choose another version of it"))
            }
        }.get()
    }

    /// The RECORD's text: a row for each entry in order, ended by `\n`, fields quoted only where they must be.
    public var text: String {
        var text = ""
        for entry in entries {
            WheelRecord.append(field: entry.path, to: &text)
            text += ","
            if let sha256 = entry.sha256 {
                text += "sha256=" + sha256.base64URL
            } else if let other = entry.otherHash {
                WheelRecord.append(field: other, to: &text)
            }
            text += ","
            if let size = entry.size { text += String(size) }
            text += "\n"
        }
        return text
    }

    private static func append(field: String, to text: inout String) {
        let mustBeQuoted = field.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard mustBeQuoted else {
            text += field
            return
        }
        text += "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        text += "\""
    }
}
