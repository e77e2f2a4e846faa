import Diagnostics
import Documents
import JSONDocument
import Testing

@Suite("Shapes")
struct ShapeTests {
    struct Order: Sendable, Equatable {
        var name = ""
        var size = Size.small
        var count = 1
        var weight = 0.5
        var wait: Int64 = 60_000
        var memory: Int64 = 1 << 30
        var note: String?
        var settings: [String: String] = [:]
        var inner = Inner()
    }

    struct Inner: Sendable, Equatable {
        var tags: [String] = []
    }

    enum Size: String, Sendable, CaseIterable { case small, large }

    static let inner = Shape(
        "What lies within.", initial: Inner(),
        fields: [Field("tags", \.tags, .list(of: .text(1...5)), "Words.")])

    static func shape(writesDefaults: Bool = false) -> Shape<Order> {
        Shape(
            "An order.", initial: Order(), writesDefaults: writesDefaults,
            fields: [
                Field("name", \.name, .text(1...10), required: true, examples: ["demo"], "What it is called."),
                Field("size", \.size, .word, synonyms: ["format"], "How large it is."),
                Field("count", \.count, .integer(1...9), "How many."),
                Field("weight", \.weight, .number(0...1), "How heavy."),
                Field("wait", \.wait, .duration(1000...3_600_000), "How long."),
                Field("memory", \.memory, .memory(), "How much."),
                Field("note", \.note, .text, "What else."),
                Field("settings", \.settings, .texts(), "Settings."),
                Field("inner", \.inner, inner.codec, "What lies within."),
                .reserved("colour", "colours come later"),
            ])
    }

    private func read(_ json: JSON) throws(DocumentError) -> Order {
        try Self.shape().value(of: SourceNode(json), in: "body")
    }

    @Test("a JSON object is read, and what it leaves out has its default")
    func reading() throws {
        let order = try read([
            "name": "a", "size": "large", "count": .number(3), "weight": 1, "wait": .number(1.5), "memory": 512,
            "note": nil, "settings": ["x": 1, "y": true, "z": .number(0.6), "w": "t"], "inner": ["tags": ["é"]],
        ])
        var expected = Order(name: "a", size: .large, count: 3, weight: 1, wait: 1500, memory: 512 << 20)
        expected.settings = ["x": "1", "y": "true", "z": "0.6", "w": "t"]
        expected.inner.tags = ["é"]
        #expect(order == expected)
        #expect(try read(["name": "b"]) == Order(name: "b"))
    }

    @Test("what is written is read as the same")
    func writing() throws {
        var order = Order(name: "a", size: .large, count: 3, weight: 0.25, wait: 90_500, memory: 3 << 29)
        order.settings = ["b": "2", "a": ""]
        order.inner.tags = ["x"]
        let json = Self.shape().json(order)
        #expect(
            json.compact
                == #"{"name":"a","size":"large","count":3,"weight":0.25,"wait":"1m30s500ms","memory":"1536m","#
                + #""settings":{"a":"","b":"2"},"inner":{"tags":["x"]}}"#)
        #expect(try read(json) == order)
    }

    @Test("of more mistakes than anybody reads the first are told, and soon")
    func flood() throws {
        let members = (0..<100_000).map { JSON.Member("key-\($0)", .integer(1)) }
        let error = try #require(throws: DocumentError.self) { try read(.object(members)) }
        #expect(error.issues.count == 100)
    }

    @Test("defaults are left out, or all written where a shape says so")
    func defaults() {
        #expect(Self.shape().json(Order(name: "a")).compact == #"{"name":"a"}"#)
        #expect(
            Self.shape(writesDefaults: true).json(Order(name: "a")).compact
                == #"{"name":"a","size":"small","count":1,"weight":0.5,"wait":"1m","memory":"1g","settings":{},"inner":{}}"#
        )
    }

    static let mistakes: [(json: JSON, code: DocumentError.Code, keyPath: String, says: String, advises: String?)] = [
        ([:], .missingKey, "", "`name` is missing", "add `name: demo`"),
        (["name": nil], .missingKey, "name", "has no value", nil),
        ([1], .wrongType, "", "must be a mapping", nil),
        (["name": 5], .wrongType, "name", "must be text, and is a number", "write it in quotes: \"5\""),
        (["name": ""], .badValue, "name", "is empty", nil),
        (["name": "12345678901"], .badValue, "name", "has 11 characters, and 10 are the most", nil),
        (["name": "a\u{0}"], .badValue, "name", "NUL", nil),
        (["name": "a", "nmae": 1], .unknownKey, "", "`nmae` is no key here", "`name`"),
        (["name": "a", "format": 1], .unknownKey, "", "`format`", "`size`"),
        (["name": "a", "tags": 1], .unknownKey, "", "`tags`", "its place is `inner.tags`"),
        (["name": "a", "colour": 1], .unsupported, "colour", "colours come later", "take the key out"),
        (["name": "a", "size": "lage"], .badValue, "size", "`lage` is none of `small`, `large`", "`large`"),
        (["name": "a", "count": 10], .wrongType, "count", "whole number from 1 to 9, and is `10`", nil),
        (["name": "a", "count": .number(1.5)], .wrongType, "count", "and is `1.5`", nil),
        (["name": "a", "count": "1"], .wrongType, "count", "and is text", nil),
        (["name": "a", "weight": 2], .wrongType, "weight", "must be a number from 0.0 to 1.0, and is `2`", nil),
        (["name": "a", "weight": true], .wrongType, "weight", "and is a boolean", nil),
        (["name": "a", "wait": "soon"], .badValue, "wait", "`soon` is not a duration", "write 500ms, 90s"),
        (["name": "a", "wait": "2h"], .badValue, "wait", "`2h` is too much", "1h or less"),
        (["name": "a", "wait": .number(0.5)], .badValue, "wait", "`0.5` is too little", "1s or more"),
        (["name": "a", "wait": true], .wrongType, "wait", "must be a duration", nil),
        (["name": "a", "memory": "4 apples"], .badValue, "memory", "is not a size of memory", nil),
        (["name": "a", "settings": ["x": [1]]], .wrongType, "settings.x", "must be text, and is a list", nil),
        (["name": "a", "inner": ["tags": ["a", 1]]], .wrongType, "inner.tags[1]", "must be text", nil),
    ]

    @Test("each mistake has its keys, and what to do", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let sample = Self.mistakes[index]
        let error = try #require(throws: DocumentError.self) { try read(sample.json) }
        #expect(error.issues.count == 1, "\(error)")
        #expect(error.code == sample.code, "\(error)")
        #expect(error.issues[0].keyPath == sample.keyPath, "\(error)")
        #expect(error.issues[0].mark == nil)
        #expect(error.message.contains(sample.says), "\(error)")
        if let advises = sample.advises { #expect(error.issues[0].advice?.contains(advises) == true, "\(error)") }
    }

    @Test("several mistakes are told at once")
    func several() throws {
        let error = try #require(throws: DocumentError.self) { try read(["count": 0, "size": 1, "wait": "x"]) }
        #expect(error.issues.count == 4)
    }

    /// Key words that mean the same in JSON Schema's draft 7 and in 2020-12, which OpenAPI 3.1 takes.
    static let words: Set<String> = [
        "type", "description", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "pattern",
        "minimum", "maximum", "minLength", "maxLength", "default", "examples",
    ]

    private func check(_ schema: JSON) throws {
        let fields = try #require(schema.fields)
        #expect(Set(fields.keys).subtracting(Self.words) == [])
        for property in fields["properties"]?.fields?.values ?? [:].values { try check(property) }
        for name in ["items", "additionalProperties"] {
            if let inner = fields[name], inner != .bool(false) { try check(inner) }
        }
    }

    @Test("the schema says what is read, in words of both JSON Schemas in use")
    func schema() throws {
        let schema = JSON.object(Self.shape().schema)
        try check(schema)
        #expect(schema.fields?["required"] == ["name"])
        let properties = try #require(schema.fields?["properties"]?.fields)
        #expect(properties["colour"] == nil)
        #expect(
            properties["weight"]?.compact
                == #"{"description":"How heavy.","type":"number","minimum":0.0,"maximum":1.0,"default":0.5}"#)
        #expect(
            properties["name"]?.compact
                == #"{"description":"What it is called.","type":"string","minLength":1,"maxLength":10,"examples":["demo"]}"#
        )
        #expect(properties["wait"]?.fields?["default"] == "1m")
    }
}
