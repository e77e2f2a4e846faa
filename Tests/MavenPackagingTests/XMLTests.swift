import Testing

@testable import MavenPackaging

@Suite("The XML reader")
struct XMLTests {
    private func read(_ text: String) throws -> XMLElement { try XMLReader.read(Array(text.utf8), subject: "x.xml") }

    private func failure(_ bytes: [UInt8], _ limits: XMLLimits = XMLLimits()) -> MavenPackagingError? {
        do {
            _ = try XMLReader.read(bytes, subject: "x.xml", limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test("elements, text, attributes, references, CDATA, comments and instructions are read")
    func everything() throws {
        let root = try read(
            """
            <?xml version="1.0"?><!-- c --><a x='1 &lt; 2' y="q">&#65;&#x42;&amp;&eacute;&Omega;<!-- <no> --><b/>\
            <![CDATA[<raw> & ]]> <c> t </c><?pi?></a>
            """)
        #expect(root.name == "a")
        #expect(root.attributes.map(\.value) == ["1 < 2", "q"])
        #expect(root.text == "AB&éΩ<raw> &  ")
        #expect(root.children.map(\.name) == ["b", "c"])
        #expect(root["c"]?.trimmedText == "t")
    }

    @Test("encodings are told by the byte order mark or the declaration")
    func encodings() throws {
        let latin = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>J".utf8) + [0xF6] + Array("rg</a>".utf8)
        #expect(try XMLReader.read(latin, subject: "x").text == "Jörg")
        let wide = "<a>Jörg</a>".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        #expect(try XMLReader.read([0xFE, 0xFF] + wide, subject: "x").text == "Jörg")
        let narrow = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>Jörg</a>".utf16.flatMap {
            [UInt8($0 & 255), UInt8($0 >> 8)]
        }
        #expect(try XMLReader.read(narrow, subject: "x").text == "Jörg")
        #expect(try XMLReader.read([0xEF, 0xBB, 0xBF] + Array("<a/>".utf8), subject: "x").name == "a")
        // Old POMs lie about it in their authors' names.
        #expect(
            try XMLReader.read(Array("<a>J".utf8) + [0xF6] + Array("rg</a>".utf8), subject: "x").text == "J\u{FFFD}rg")
        #expect(failure(Array("<?xml version='1.0' encoding='EBCDIC'?><a/>".utf8))?.message.contains("EBCDIC") == true)
    }

    @Test(
        "a type declaration is refused: nothing is read from elsewhere, nothing grows",
        arguments: [
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM \"http://127.0.0.1/evil.dtd\"><a/>",
            "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><l>&b;</l>",
            "<a><!DOCTYPE b></a>",
        ])
    func doctype(_ text: String) {
        let error = failure(Array(text.utf8))
        #expect(error?.code == .hasDoctype)
        #expect(error?.message.contains("line 1, column") == true)
    }

    @Test(
        "what is not well-formed is told with its place",
        arguments: [
            ("<a>\n <b></c>\n</a>", "line 2, column 5"), ("<a>&nope;</a>", "line 1, column 4"),
            ("<a>é & b</a>", "line 1, column 6"),
            ("<a", "line 1, column 3"), ("<a><b></a>", "line 1, column 7"), ("<a/><b/>", "line 1, column 5"),
            ("text", "line 1, column 1"), ("", "line 1, column 1"), ("<a/>x", "line 1, column 5"),
            ("<a>&#0;</a>", "line 1, column 4"),
            ("<a>&#xD800;</a>", "line 1, column 4"), ("<a x=1/>", "line 1, column 6"),
            ("<a x='1' x='2'/>", "line 1, column 13"),
            ("<a><!-- x</a>", "line 1, column 4"), ("<a><![CDATA[x</a>", "line 1, column 4"),
            ("<1/>", "line 1, column 2"),
            ("<a>", "line 1, column 4"), ("</a>", "line 1, column 1"),
        ])
    func malformed(_ text: String, _ place: String) {
        let error = failure(Array(text.utf8))
        #expect(error?.code == .badXML, "\(text)")
        #expect(error?.message.contains(place) == true, "\(text): \(error?.message ?? "")")
    }

    @Test("depth, size and number have limits")
    func limits() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(failure(Array(deep.utf8))?.message.contains("deep") == true)
        var limits = XMLLimits()
        limits.size = 10
        #expect(failure(Array("<aaaaaaaaaaa/>".utf8), limits)?.message.contains("limit") == true)
        limits = XMLLimits()
        limits.elements = 3
        #expect(failure(Array("<a><b/><b/><b/></a>".utf8), limits)?.message.contains("elements") == true)
    }

    @Test("no bytes end the program")
    func noise() {
        var state: UInt64 = 42
        let alphabet = Array("<>&;/!?-[]= \"'ab#x\n".utf8) + [0xC3, 0xFF, 0]
        for _ in 0..<3000 {
            var bytes = Array("<a>".utf8)
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            _ = failure(bytes)
        }
    }
}
