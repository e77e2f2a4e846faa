import Recipes
import TestSupport
import Testing

/// TOML texts, good and bad, and the canonical form in which two readers are compared.
enum TOMLSamples {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var code: RecipesError.Code
        var line: Int
        var column: Int
        var says: String
        var testDescription: String { text.debugDescription }
    }

    static let mistakes: [Mistake] = [
        Mistake(text: "a = 1\na = 2", code: .duplicateKey, line: 2, column: 1, says: "first at 1:1"),
        Mistake(text: "[a]\n[a]", code: .duplicateKey, line: 2, column: 2, says: "stands already"),
        Mistake(text: "a.b = 1\n[a]", code: .duplicateKey, line: 2, column: 2, says: "stands already"),
        Mistake(text: "[a]\nb = 1\n[[a]]", code: .duplicateKey, line: 3, column: 3, says: "array of tables"),
        Mistake(text: "a = ", code: .syntax, line: 1, column: 5, says: "the end of the file"),
        Mistake(text: "a = 1 b = 2", code: .syntax, line: 1, column: 7, says: "the end of the line"),
        Mistake(text: "version = 3.10.1", code: .syntax, line: 1, column: 11, says: "`3.10.1` is no value"),
        Mistake(text: "name = numpy", code: .syntax, line: 1, column: 8, says: "`numpy` is no value"),
        Mistake(text: "a = \"x", code: .syntax, line: 1, column: 5, says: "no closing quote"),
        Mistake(text: "a = [1, 2\nb = 3", code: .syntax, line: 2, column: 1, says: "array of line 1"),
        Mistake(text: "a = [1,\n", code: .syntax, line: 2, column: 1, says: "has no end"),
        Mistake(text: "a = {b = 1,}", code: .syntax, line: 1, column: 12, says: "without a comma"),
        Mistake(text: "a = \"\\x\"", code: .syntax, line: 1, column: 6, says: "escape"),
        Mistake(text: "a b = 1", code: .syntax, line: 1, column: 3, says: "expected `=`"),
        Mistake(text: "[a", code: .syntax, line: 1, column: 3, says: "expected `]`"),
        Mistake(text: "= 1", code: .syntax, line: 1, column: 1, says: "expected a key"),
        Mistake(text: "a = \"\u{1}\"", code: .syntax, line: 1, column: 6, says: "control character"),
    ]

    /// Whole documents with the corners of the language.
    static let all: [String] = [
        "", "# only a comment", "\n\r\n", "a = 1\r\nb = 2", "a = 1\rb = 2", "a=1#c", "\"a.b\".'c d'.e = true",
        "a = \"\"\"\nfirst\n  second \\\n   third\"\"\"", "a = '''\nno \\ escape\n'''", "a = \"\"\"\"quoted\"\"\"\"\"",
        "a = ''''quoted'''''", "a = \"\"\"\"\"\"\"\"\"", "a = \"\\u00e9\\U0001F9C0\\b\\t\\n\\f\\r\\\"\\\\\"",
        "a = \"\\ud800\"",
        "a = 1_000", "a = 1__0", "a = _1", "a = 1_", "a = 0x_1", "a = 0xDEAD_beef", "a = 0o17", "a = 0b101", "a = +0x1",
        "a = 007", "a = -0", "a = +0", "a = +1.0e+1_0", "a = 1.", "a = .1", "a = 1e", "a = 1.e1", "a = 01.0",
        "a = 1e06",
        "a = inf", "a = -inf", "a = +nan", "a = infinity", "a = True",
        "a = 1979-05-27T07:32:00Z", "a = 1979-05-27 07:32:00.999999-07:00", "a = 1979-05-27t00:32:00z",
        "a = 1979-02-29", "a = 2000-02-29", "a = 1900-02-29", "a = 07:32:00", "a = 07:32", "a = 24:00:00",
        "a = 1979-05-27 # date", "a = 1979-05-27 x", "a = 1979-05-27T", "a = 1979-13-01",
        "a = [1, \"x\", [true,], {b = 1}, ]", "a = [,]", "a = [1,,2]", "a = [\n# c\n1\n# d\n,\n2]", "a = {}", "a = { }",
        "a = {b.c = 1, b.d = 2}", "a = {b = 1, b.c = 2}", "a = {b.c = 1, b = 2}", "a = {b = 1\n}",
        "a = {b = {c = 1}, b.d = 2}",
        "[a.b.c]\nx=1\n[a]\ny=2", "[a]\nb.c=1\n[a.b]", "[a]\nb.c=1\n[a.b.d]", "[a.b]\n[a]\nb.c=1",
        "[a.b.c]\n[a]\nb.c.d=1",
        "a.b=1\na.c=2\nb=1\na.d=3", "a.b=1\na.b.c=2", "a={b=1}\na.c=2", "a={b=1}\n[a.c]", "a=[{b=1}]\n[[a]]",
        "a=[]\n[[a]]",
        "[[a]]\nb=1\n[[a]]\nb=2\n[a.c]\nd=1\n[[a.e]]", "[[a]]\n[a]", "[a]\n[[a]]", "[[a.b]]\n[a]\nc=1",
        "[[a.b]]\n[a.b.c]\n[[a.b]]\n[a.b.c]",
        "[ a . \"b\" ]\nc=1", "[[ a ]]\n", "[ [a]]", "[[a] ]", "[]", "[a.]", "[.a]", "[a]b=1", "[a] # c", "a.\"\"=1",
        "''=1",
        "a = \"tab\there\"", "a = 'tab\there'", "a = \"\u{7F}\"", "# \u{7F}", "# ü", "ü = 1", "\"ü\" = 1", "a = 'x\ny'",
        "1 = 1", "-=1", "1.2 = 3",
        "true = 1", "a = 1 \t # x\n\n\n[b]", "a = \"\"\"x\\  \n  \n y\"\"\"", "a = \"\"\"x\\ y\"\"\"",
        "a = \"\"\"\r\nx\r\ny\"\"\"", "a =\n1", "a\n= 1",
        "[a]\n[b]\n[a.c]\n[a]", "[x.y]\n[x]\n[x.y]", "a = 0", "a = 00", "a = -01", "a = 9223372036854775807",
        "a = -9223372036854775808",
    ]

    private static let keys = ["a", "b", "c", "\"d e\"", "a.b", "b.a", "a.b.c", "'x'", "a-b", "3"]
    private static let values = [
        "1", "-17", "1_0", "3.5", "1e3", "true", "false", "\"text\"", "'lit\\eral'", "\"e\\tscape\"", "[]", "[1, 2]",
        "[\n 1,\n 2,\n]", "{}", "{a = 1}", "{a.b = 1, c = [true]}", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z",
        "\"\"\"a\nb\"\"\"", "'''x'''", "nan", "0x1f", "[{a = 1}, {b = 2}]",
    ]

    /// A few statements, and now and then a broken byte.
    static func document(_ random: inout SeededGenerator) -> String {
        var lines: [String] = []
        for _ in 0..<(1 + random.below(6)) {
            switch random.below(10) {
            case 0..<6: lines.append("\(random.pick(keys)) = \(random.pick(values))")
            case 6..<8: lines.append("[\(random.pick(keys))]")
            case 8: lines.append("[[\(random.pick(keys))]]")
            default: lines.append("# comment")
            }
        }
        var text = Array(lines.joined(separator: "\n").utf8)
        if random.chance(40), !text.isEmpty {
            let place = random.below(text.count)
            switch random.below(3) {
            case 0: text.remove(at: place)
            case 1: text.insert(random.pick(Array("[]{}=.,\"'#\\\n _-1aex".utf8)), at: place)
            default: text[place] = random.pick(Array("[]{}=.,\"'#\\\n _-1aex".utf8))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// One line that is equal for equal values.
    static func canonical(_ node: SourceNode) -> String {
        switch node.content {
        case .sequence(let items): return "[" + items.map(canonical).joined(separator: ",") + "]"
        case .mapping(let entries):
            let sorted = entries.map { (hex($0.key), canonical($0.value)) }.sorted { $0.0 < $1.0 }
            return "{" + sorted.map { "\($0.0):\($0.1)" }.joined(separator: ",") + "}"
        case .scalar(let text, let kind):
            let plain = text.filter { $0 != "_" }
            switch kind {
            case .plain, .text, .block: return "s" + hex(text)
            case .boolean: return text
            case .time: return "t"
            case .float:
                let value = Double(plain) ?? .nan
                return value.isNaN ? "fnan" : "f\(String(value.bitPattern, radix: 16))"
            case .integer:
                for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where plain.hasPrefix(prefix) {
                    return "i" + (Int64(plain.dropFirst(2), radix: radix).map(String.init) ?? "?")
                }
                return "i" + (Int64(plain).map(String.init) ?? "?")
            }
        }
    }

    private static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The same by Python's own reader.
    static let judge = """
        import math, struct, tomllib
        def canonical(value):
            if isinstance(value, bool): return "true" if value else "false"
            if isinstance(value, int): return f"i{value}"
            if isinstance(value, float):
                return "fnan" if math.isnan(value) else "f" + format(struct.unpack(">Q", struct.pack(">d", value))[0], "x")
            if isinstance(value, str): return "s" + value.encode().hex()
            if isinstance(value, list): return "[" + ",".join(map(canonical, value)) + "]"
            if isinstance(value, dict):
                return "{" + ",".join(k + ":" + v for k, v in sorted((k.encode().hex(), canonical(v)) for k, v in value.items())) + "}"
            return "t"
        for document in open("documents", "rb").read().split(b"\\0"):
            try: print(canonical(tomllib.loads(document.decode())))
            except Exception: print("refused")
        """
}
