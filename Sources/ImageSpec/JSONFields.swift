internal import JSONDocument

/// The fields of a JSON object being read: each is taken out once, and what nobody takes is kept.
///
/// A base image may hold fields that a later edition of the standard knows; they pass through.
struct JSONFields {
    private(set) var rest: [String: JSON]
    let document: String

    /// Throws `malformed` if the value is no object.
    init(_ json: JSON, document: String) throws {
        guard let fields = json.fields else {
            throw ImageSpecError(.malformed, document, "is no JSON object")
        }
        rest = fields
        self.document = document
    }

    mutating func take(_ key: String) -> JSON? {
        guard let value = rest.removeValue(forKey: key), value != .null else { return nil }
        return value
    }

    mutating func string(_ key: String) throws -> String? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value else { throw fault(key, "is no text") }
        return text
    }

    mutating func integer(_ key: String) throws -> Int64? {
        guard let value = take(key) else { return nil }
        guard case .integer(let number) = value else { throw fault(key, "is no integer") }
        return number
    }

    mutating func bool(_ key: String) throws -> Bool? {
        guard let value = take(key) else { return nil }
        guard case .bool(let flag) = value else { throw fault(key, "is neither true nor false") }
        return flag
    }

    mutating func array(_ key: String) throws -> [JSON]? {
        guard let value = take(key) else { return nil }
        guard case .array(let values) = value else { throw fault(key, "is no list") }
        return values
    }

    mutating func strings(_ key: String) throws -> [String]? {
        try array(key)?.map { value in
            guard case .string(let text) = value else { throw fault(key, "is no list of texts") }
            return text
        }
    }

    mutating func texts(_ key: String) throws -> [String: String]? {
        guard let value = take(key) else { return nil }
        guard let fields = value.fields else { throw fault(key, "is no object") }
        return try fields.mapValues { value in
            guard case .string(let text) = value else { throw fault(key, "is no object of texts") }
            return text
        }
    }

    func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else { throw ImageSpecError(.malformed, document, "lacks the field \(key)") }
        return value
    }

    func fault(_ key: String, _ message: String) -> ImageSpecError {
        ImageSpecError(.malformed, document, "has a field \(key) that \(message)")
    }
}

extension [String: JSON] {
    /// Sets a field if there is something to set: `nil`, an empty list and an empty object are left out.
    mutating func set(_ key: String, _ value: JSON?) {
        switch value {
        case nil, .array([]), .object([]): removeValue(forKey: key)
        default: self[key] = value
        }
    }

    mutating func set(_ key: String, _ text: String?) { set(key, text.map(JSON.string)) }
    mutating func set(_ key: String, _ texts: [String]) { set(key, JSON.array(texts.map(JSON.string))) }
    mutating func set(_ key: String, _ texts: [String: String]) { set(key, JSON.object(texts.mapValues(JSON.string))) }
}

extension JSON {
    /// Reads a document of OCI's, whose numbers are integers; `name` is what messages call it.
    ///
    /// - Throws: ``ImageSpecError`` (`notJSON`) with the place.
    init(parsing bytes: [UInt8], name: String) throws {
        do {
            try self.init(parsing: bytes, numbers: .integers)
        } catch {
            throw ImageSpecError(.notJSON, name, "\(error.message) (at byte \(error.position))")
        }
    }
}
