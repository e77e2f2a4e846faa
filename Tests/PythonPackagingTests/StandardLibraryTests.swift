import TestSupport
import Testing

@testable import PythonPackaging

/// Generated documents are read as Python's own library reads them.
@Suite("The same answers as Python's library", .serialized)
struct StandardLibraryTests {
    private static var cases: Int { Peer.deep ? 20_000 : 1_000 }

    private func report(_ differences: [String]) {
        let shown = differences.prefix(15).joined(separator: "\n")
        #expect(differences.isEmpty, "\(differences.count) differences:\n\(shown)")
    }

    @Test("headers are those of email.parser")
    func headers() async throws {
        var random = SeededGenerator(20)
        let texts = (0..<Self.cases).map { _ in
            var text = ""
            for _ in 0..<random.number(1...8) {
                text += random.pick(["Name", "version", "Requires-Dist", "X", "A-b_c", "Dynamic"])
                text += random.pick([":", ": ", ":  ", ":\t"])
                text += random.pick(["", "foo", "a: b", "x >=1 ; y", "ümlaut", "tail  "])
                while random.chance(20) {
                    text +=
                        random.pick(["\n", "\r\n"]) + random.pick([" ", "\t", "        |"])
                        + random.pick(["more", "", "k: v"])
                }
                text += random.pick(["\n", "\n", "\n", "\r\n"])
                if random.chance(5) { text += random.pick(["\n", "no header\n", ": x\n", "\r\n"]) }
            }
            return text + random.pick(["", "\nName: body\n"])
        }
        let answers = try await PackagingPeer.answers("headers", to: texts, as: [[String]].self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let own = Array(text.utf8).withUnsafeBufferPointer { bytes in
                var reader = HeaderReader(bytes)
                var found: [[String]] = []
                while let header = reader.next() {
                    let words = header.line.split(whereSeparator: \.isWhitespace)
                    found.append([
                        String(decoding: header.key, as: UTF8.self).lowercased(), words.joined(separator: " "),
                    ])
                }
                return found
            }
            if own != answer { differences.append("\(text.debugDescription): \(own), not \(answer ?? [])") }
        }
        report(differences)
    }

    @Test("RECORD's rows are those of csv, read and written")
    func records() async throws {
        var random = SeededGenerator(21)
        let rows = (0..<Self.cases).map { _ in
            (0..<random.number(1...4)).map { _ in
                let path = (0..<random.number(1...3)).map { _ in
                    random.pick(["a", "b/c.py", ",", "\"", " ", "ü", "\n", "x;y", "'"])
                }.joined()
                let hash = random.pick(["", "sha512=abc-_"])
                return [path, hash, random.pick(["", "0", "123"])]
            }
        }
        let texts = try await PackagingPeer.answers("record_text", to: rows, as: String.self).map { try #require($0) }
        var differences: [String] = []
        for (rows, text) in zip(rows, texts) {
            let record = try WheelRecord(Array(text.utf8), of: "x.whl")
            let own = record.entries.map { [$0.path, $0.otherHash ?? "", $0.size.map(String.init) ?? ""] }
            if own != rows { differences.append("\(text.debugDescription): \(own), not \(rows)") }
            if record.text != text {
                differences.append("\(text.debugDescription) is written \(record.text.debugDescription)")
            }
        }
        report(differences)
    }

    /// Without empty parts of paths, which `urljoin` drops against RFC 3986.
    @Test("links are resolved as urllib.parse.urljoin resolves them")
    func links() async throws {
        var random = SeededGenerator(22)
        func path(_ random: inout SeededGenerator) -> String {
            (0..<random.number(0...5)).map { _ in random.pick(["a", "b.zip", "..", ".", "c", "d%20e"]) }.joined(
                separator: "/")
        }
        let questions = (0..<Self.cases).map { _ in
            let origin = random.pick(["https://x.example", "http://u:p@x.example:80", "file://"])
            let base = origin + "/" + path(&random) + "z" + random.pick(["", "/", "?q=1", "?q=a/../b"])
            let prefix = random.pick(["", "", "", "/", "//y.example/", "https://z.example/"])
            return [base, prefix + path(&random) + random.pick(["", "", "?k=v", "?a/b/../c"])]
        }
        let answers = try await PackagingPeer.answers("link", to: questions, as: String.self)
        var differences: [String] = []
        for (question, answer) in zip(questions, answers) {
            let own = URLReference(base: question[0]).resolve(question[1])
            if own != answer { differences.append("\(question): \(own), not \(answer ?? "")") }
        }
        report(differences)
    }

    @Test("anchors are those of html.parser")
    func anchors() async throws {
        var random = SeededGenerator(23)
        let texts = (0..<Self.cases).map { _ in
            "<html>" + (0..<random.number(1...6)).map { number in Self.markup(number, &random) }.joined()
        }
        let answers = try await PackagingPeer.answers("anchors", to: texts, as: [[String: String]].self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let page = try SimplePage(Array(text.utf8), contentType: "text/html", url: "https://x.example/")
            let own = page.files.map { file -> [String: String] in
                var found = ["href": file.filename]
                if case .yes(let reason) = file.yanked { found["data-yanked"] = reason }
                if file.metadata != .none { found["data-core-metadata"] = "true" }
                if let python = file.requiresPython { found["data-requires-python"] = python.description }
                return found
            }
            let peer = try #require(answer).filter { $0["href"]?.isEmpty == false }.map { anchor in
                anchor.filter { $0.key != "class" && !($0.key == "data-requires-python" && $0.value.isEmpty) }
            }
            if own != peer { differences.append("\(text.debugDescription): \(own), not \(peer)") }
        }
        report(differences)
    }

    /// A piece of a page: an anchor in one of many spellings, or something that is none.
    private static func markup(_ number: Int, _ random: inout SeededGenerator) -> String {
        if random.chance(25) {
            return random.pick([
                "text", "<br/>", "<!-- <a href='no.zip'> -->", "<p class=\"a>b\">", "</p>", "<abbr href='no.zip'>",
                "<script>if (1<2) '<a href=no.zip>'</script>", "<style>a<b</style>", "<img src=x>", "&amp;", "\n",
            ])
        }
        var attributes = [("href", "f-\(number).zip")]
        if random.chance(40) {
            attributes.append(("data-requires-python", random.pick([">=3", "<4,>=3.8", "!=3.1.*"])))
        }
        if random.chance(30) {
            attributes.append(("data-yanked", random.pick(["", "a & b", "it's \"bad\"", "x>y", "ü"])))
        }
        if random.chance(20) { attributes.append(("data-core-metadata", "true")) }
        if random.chance(20) { attributes.append(("class", "x y")) }
        if random.chance(10) { attributes.append(("href", "second.zip")) }
        if attributes.count < 3 || attributes.last?.0 != "href" { attributes.shuffle(using: &random) }
        let written = attributes.map { name, value -> String in
            let key = random.chance(20) ? name.uppercased() : name
            let equals = random.pick(["=", "=", " = ", "=\n"])
            let quote: Character = random.chance(70) ? "\"" : "'"
            var text = ""
            for scalar in value.unicodeScalars {
                switch scalar {
                case "&": text += random.pick(["&amp;", "&#38;"])
                case "<": text += random.pick(["&lt;", "&#60;", "<"])
                case ">": text += random.pick(["&gt;", "&#x3E;", ">"])
                case "\"": text += random.pick(["&quot;", "&#34;"])
                case "'": text += random.pick(["&#39;", "&apos;", "&#x27;"])
                default: text.unicodeScalars.append(scalar)
                }
            }
            let isBare = value.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "-" || $0 == "." }
            if isBare, !value.isEmpty, random.chance(20) { return key + "=" + text }
            if value.isEmpty, random.chance(50) { return key }
            return "\(key)\(equals)\(quote)\(text)\(quote)"
        }
        let space = random.pick([" ", "\n", "\t "])
        return "<" + random.pick(["a", "a", "A"]) + space + written.joined(separator: space)
            + random.pick([">", " >", "\n>"]) + "f</a>"
    }
}
