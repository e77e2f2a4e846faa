internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import SystemPackage

/// A small JSON document in an attempt's folder, written whole and durable.
protocol AttemptRecord: Sendable {
    static var fileName: String { get }
    var json: JSON { get }
    init(_ record: RecordFields) throws(RecordFault)
}

/// Why a record cannot be read.
struct RecordFault: Error {
    var message: String
}

extension AttemptRecord {
    /// Writes the record, readable by its owner alone, and makes it and its name durable.
    func write(in folder: FilePath) throws(Errno) {
        let path = folder.appending(Self.fileName)
        let file = try NewFile(beside: path, mode: 0o600)
        try file.write(json.bytes)
        try file.publish(as: path, .contentAndName)
    }

    /// The record in this folder; `nil` where there is none yet.
    static func read(in folder: FilePath) throws(SupervisionError) -> Self? {
        let path = folder.appending(fileName)
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try path.fileContents(limit: 16 << 20)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .folder(path, "read it", error)
        }
        do {
            return try Self(parsing: bytes)
        } catch {
            throw SupervisionError(.record, path.string, error.message)
        }
    }

    init(parsing bytes: [UInt8]) throws(RecordFault) {
        let fields: [String: JSON]?
        do throws(JSONFault) {
            fields = try JSON(parsing: bytes).fields
        } catch {
            throw RecordFault(message: "\(error.message) at byte \(error.position)")
        }
        guard let fields else { throw RecordFault(message: "is no JSON object") }
        try self.init(RecordFields(fields: fields))
    }
}

/// The members of a record.
struct RecordFields {
    let fields: [String: JSON]

    func text(_ name: String) throws(RecordFault) -> String {
        guard let value = optionalText(name) else { throw RecordFault(message: "has no text `\(name)`") }
        return value
    }

    func number(_ name: String) throws(RecordFault) -> Int64 {
        guard let value = optionalNumber(name) else { throw RecordFault(message: "has no number `\(name)`") }
        return value
    }

    func optionalText(_ name: String) -> String? {
        guard case .string(let value) = fields[name] else { return nil }
        return value
    }

    func optionalNumber(_ name: String) -> Int64? {
        guard case .integer(let value) = fields[name] else { return nil }
        return value
    }

    func inner(_ name: String) -> RecordFields? {
        fields[name]?.fields.map { RecordFields(fields: $0) }
    }

    func texts(_ name: String) throws(RecordFault) -> [String] {
        guard case .array(let values) = fields[name] else { throw RecordFault(message: "has no list `\(name)`") }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw RecordFault(message: "has no list of texts `\(name)`") }
            texts.append(text)
        }
        return texts
    }

    func table(_ name: String) throws(RecordFault) -> [String: String] {
        guard let values = fields[name]?.fields else { throw RecordFault(message: "has no table `\(name)`") }
        var table: [String: String] = [:]
        for (key, value) in values {
            guard case .string(let text) = value else { throw RecordFault(message: "has no table of texts `\(name)`") }
            table[key] = text
        }
        return table
    }
}

extension JSON {
    static func optional(_ value: Int64?) -> JSON { value.map { .integer($0) } ?? .null }
}
