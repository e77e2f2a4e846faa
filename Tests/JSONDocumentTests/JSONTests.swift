import JSONDocument
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "is written in one form: sorted keys, no space, least escapes",
        arguments: [
            (#" { "b" : 1 , "a" : [ true , null ] } "#, #"{"a":[true,null],"b":1}"#),
            (#"{"aé":"é","\u0061b":"\u00e9\ud83d\ude00\/\n\u0001"}"#, #"{"ab":"é😀/\n\u0001","aé":"é"}"#),
            (#"[-5, 0, 9223372036854775807, false, ""]"#, #"[-5,0,9223372036854775807,false,""]"#),
            (#"{}"#, "{}"), (#"[]"#, "[]"), (#""a\"b\\c\t\r\b\f""#, #""a\"b\\c\t\r\u0008\u000c""#),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let json = try JSON(parsing: Array(text.utf8))
        #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
        #expect(try JSON(parsing: json.bytes).bytes == json.bytes)
    }

    @Test("keeps the order of members where it is written for people and scripts")
    func ordered() throws {
        let json: JSON = ["b": 1, "a": ["x", nil, true], "c": [:], "d": .array([]), "e": .number(0.5)]
        #expect(json.compact == #"{"b":1,"a":["x",null,true],"c":{},"d":[],"e":0.5}"#)
        #expect(
            json.pretty == """
                {
                  "b": 1,
                  "a": [
                    "x",
                    null,
                    true
                  ],
                  "c": {},
                  "d": [],
                  "e": 0.5
                }

                """)
        #expect(JSON.object(["b": 1, "a": 2] as [String: JSON]).compact == #"{"a":2,"b":1}"#)
        #expect(JSON.number(.nan).compact == "null")
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "tru", "nul", "01", "-01",
            "-", "1.", ".5", "1.e3", "1e", "1e+", "0x1", "1e999", "-1e999", "NaN", "00.5", "\"a", "\"\\x\"",
            "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\n\"", "1 2",
            "{\"a\":1,\"a\":2}",
            "'a'", "+1",
        ])
    func refused(_ text: String) {
        let error = #expect(throws: JSONFault.self) { try JSON(parsing: Array(text.utf8)) }
        #expect((error?.position ?? -1) >= 0)
    }

    @Test(
        "has all numbers of RFC 8259, whole ones as such where they fit",
        arguments: [
            ("1.5", .number(1.5)), ("-0.25", .number(-0.25)), ("1e3", .number(1000)), ("1E-2", .number(0.01)),
            ("2.5e+1", .number(25)), ("1.0", .number(1)), ("0", .integer(0)), ("-0", .number(-0.0)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ] as [(String, JSON)])
    func numbers(_ text: String, _ expected: JSON) throws {
        let json = try JSON(parsing: Array(text.utf8))
        #expect(json == expected)
        #expect(try JSON(parsing: json.bytes) == expected)
    }

    @Test(
        "where numbers are integers, has no other",
        arguments: ["1.5", "1e3", "1.0", "-0", "9223372036854775808", "[1, 2.5]"])
    func integers(_ text: String) {
        #expect(throws: JSONFault.self) { try JSON(parsing: Array(text.utf8), numbers: .integers) }
    }

    @Test("that is not UTF-8 or nested without end is refused")
    func hostile() {
        #expect(throws: JSONFault.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONFault.self) { try JSON(parsing: deep) }
    }
}
