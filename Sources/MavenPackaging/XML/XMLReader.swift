/// Reads XML 1.0 as far as Maven's files need it: elements, attributes, text, CDATA, comments, processing
/// instructions, character references and the names of ``XMLEntities``.
///
/// A document type declaration is refused, and with it every entity of a document's own: nothing can be read from
/// elsewhere (XXE) and nothing grows when it is read (billion laughs).
public struct XMLReader {
    private let bytes: [UInt8]
    private let subject: String
    private let limits: XMLLimits
    private var position = 0
    private var elements = 0

    /// Reads a document and gives its root.
    ///
    /// - Parameter subject: what an error is about: the document's file or URL.
    /// - Throws: `MavenPackagingError.Code.badXML`, `.hasDoctype`, with line and column.
    public static func read(
        _ bytes: [UInt8], subject: String, limits: XMLLimits = XMLLimits()
    ) throws(MavenPackagingError) -> XMLElement {
        guard bytes.count <= limits.size else {
            throw MavenPackagingError(
                .badXML, subject, "has \(bytes.count) bytes; the limit is \(limits.size)", advice: nil)
        }
        var reader = XMLReader(
            bytes: try XMLDecoding.utf8(bytes, subject: subject), subject: subject, limits: limits)
        return try reader.document()
    }

    /// Reads a document of Maven's and gives its root.
    ///
    /// - Parameters:
    ///   - name: what the root must be called.
    ///   - what: what a document is that has such a root, for messages: `POM`.
    ///   - code: of the error if it has another one.
    static func read(
        _ bytes: [UInt8], subject: String, root name: String, of what: String, else code: MavenPackagingErrorCode
    ) throws(MavenPackagingError) -> XMLElement {
        let root = try read(bytes, subject: subject)
        guard root.name == name else {
            throw MavenPackagingError(
                code, subject, "is no \(what): its root is <\(root.name)>, not <\(name)>",
                advice: root.name.lowercased() == "html"
                    ? "a web page came in its place: check the URL and the credentials" : nil)
        }
        return root
    }

    private init(bytes: [UInt8], subject: String, limits: XMLLimits) {
        self.bytes = bytes
        self.subject = subject
        self.limits = limits
    }

    private mutating func document() throws(MavenPackagingError) -> XMLElement {
        var root: XMLElement?
        while true {
            skipBlanks()
            guard let byte = peek() else { break }
            guard byte == UInt8(ascii: "<") else {
                throw bad(root == nil ? "does not start with an element" : "has text after its end")
            }
            switch try markup() {
            case .skipped: continue
            case .text: throw bad("has a CDATA section outside its root element")
            case nil: break
            }
            guard root == nil else { throw bad("has a second root element") }
            root = try element()
        }
        guard let root else { throw bad("has no element") }
        return root
    }

    // MARK: - Elements

    /// An element that is open: its children are read.
    private struct Open {
        var name: String
        var place: XMLPlace
        var attributes: [(name: String, value: String)]
        var text: [UInt8] = []
        var children: [XMLElement] = []

        var finished: XMLElement {
            XMLElement(
                name: name, text: String(decoding: text, as: UTF8.self), children: children, attributes: attributes,
                place: place)
        }
    }

    /// Reads an element from its `<` to its end. It nests on the heap, not on the stack.
    private mutating func element() throws(MavenPackagingError) -> XMLElement {
        var line = LineCounter()
        var stack: [Open] = []
        while true {
            if !stack.isEmpty { try text(into: &stack[stack.count - 1].text) }
            guard position < bytes.count else { throw bad("ends within <\(stack.last?.name ?? "")>") }
            // `text` stops at a `<` alone.
            switch try markup() {
            case .skipped: continue
            case .text(let range):
                stack[stack.count - 1].text += bytes[range]
                continue
            case nil: break
            }
            if next(is: "</") {
                guard let open = stack.popLast() else { throw bad("closes an element where none is open") }
                try close(open.name)
                guard let parent = stack.indices.last else { return open.finished }
                stack[parent].children.append(open.finished)
                continue
            }
            let start = position
            position += 1
            let name = try self.name("an element's name")
            let (attributes, isEmpty) = try attributes(of: name)
            elements += 1
            guard elements <= limits.elements else { throw bad("has more than \(limits.elements) elements") }
            let open = Open(
                name: name, place: line.place(of: start, in: bytes), attributes: attributes)
            if !isEmpty {
                guard stack.count < limits.depth else { throw bad("has elements more than \(limits.depth) deep") }
                stack.append(open)
                continue
            }
            guard let parent = stack.indices.last else { return open.finished }
            stack[parent].children.append(open.finished)
        }
    }

    private mutating func close(_ name: String) throws(MavenPackagingError) {
        let start = position
        position += 2
        let found = try self.name("an element's name")
        skipBlanks()
        guard found == name else {
            position = start
            throw bad("closes <\(found)> where <\(name)> is open")
        }
        guard peek() == UInt8(ascii: ">") else { throw bad("does not end </\(name)> with '>'") }
        position += 1
    }

    private mutating func attributes(
        of element: String
    ) throws(MavenPackagingError) -> ([(name: String, value: String)], isEmpty: Bool) {
        var attributes: [(name: String, value: String)] = []
        while true {
            let before = position
            skipBlanks()
            switch peek() {
            case UInt8(ascii: ">"):
                position += 1
                return (attributes, false)
            case UInt8(ascii: "/"):
                guard next(is: "/>") else { throw bad("has a '/' within <\(element)>") }
                position += 2
                return (attributes, true)
            case nil: throw bad("ends within <\(element)>")
            default: break
            }
            guard position > before else { throw bad("has no blank before an attribute of <\(element)>") }
            let name = try self.name("an attribute's name")
            skipBlanks()
            guard peek() == UInt8(ascii: "=") else { throw bad("has no '=' after the attribute '\(name)'") }
            position += 1
            skipBlanks()
            guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw bad("has no quotes around the attribute '\(name)'")
            }
            position += 1
            guard !attributes.contains(where: { $0.name == name }) else {
                throw bad("has the attribute '\(name)' twice in <\(element)>")
            }
            attributes.append((name, try value(until: quote)))
        }
    }

    private mutating func value(until quote: UInt8) throws(MavenPackagingError) -> String {
        var value: [UInt8] = []
        while let byte = peek() {
            if byte == quote {
                position += 1
                return String(decoding: value, as: UTF8.self)
            }
            if byte == UInt8(ascii: "<") { throw bad("has a '<' within an attribute") }
            if byte == UInt8(ascii: "&") {
                try reference(into: &value)
            } else {
                value.append(byte)
                position += 1
            }
        }
        throw bad("ends within an attribute")
    }

    // MARK: - Text

    /// Takes text up to the next `<`.
    private mutating func text(into text: inout [UInt8]) throws(MavenPackagingError) {
        while true {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "<"), bytes[position] != UInt8(ascii: "&") {
                position += 1
            }
            text += bytes[start..<position]
            guard peek() == UInt8(ascii: "&") else { return }
            try reference(into: &text)
        }
    }

    private mutating func reference(into text: inout [UInt8]) throws(MavenPackagingError) {
        let start = position
        let end = bytes[start...].prefix(40).firstIndex(of: UInt8(ascii: ";"))
        guard let end, end > start + 1 else { throw bad("has a '&' that starts no reference; write it as &amp;") }
        let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        let scalar: Unicode.Scalar?
        if name.hasPrefix("#x") {
            scalar = UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        } else if name.hasPrefix("#") {
            scalar = UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
        } else {
            scalar = XMLEntities.scalar(name)
        }
        guard let scalar, scalar.value != 0 else {
            throw bad(
                name.hasPrefix("#")
                    ? "refers to a character that there is not: &\(name);"
                    : "refers to the entity &\(name);, which is none of XML's or HTML's own")
        }
        text += UTF8.encode(scalar).map { Array($0) } ?? []
        position = end + 1
    }

    // MARK: - Markup that says nothing

    private enum Markup {
        /// A comment or a processing instruction.
        case skipped
        /// What a CDATA section holds.
        case text(Range<Int>)
    }

    /// Passes over what is no element; `nil` if an element begins or ends here.
    private mutating func markup() throws(MavenPackagingError) -> Markup? {
        if next(is: "<!--") {
            try skip(past: "-->", from: 4, "a comment")
        } else if next(is: "<?") {
            try skip(past: "?>", from: 2, "a processing instruction")
        } else if next(is: "<![CDATA[") {
            let start = position + 9
            try skip(past: "]]>", from: 9, "a CDATA section")
            return .text(start..<(position - 3))
        } else if next(is: "<!") {
            throw MavenPackagingError(
                .hasDoctype, subject,
                "has a document type declaration, which is not read (\(place(of: position)))",
                advice: "take `<!DOCTYPE …>` and its entities out of the file, or use a version without it")
        } else {
            return nil
        }
        return .skipped
    }

    private mutating func skip(past end: String, from offset: Int, _ what: String) throws(MavenPackagingError) {
        let start = position
        position += offset
        let last = Array(end.utf8)
        while position + last.count <= bytes.count {
            if bytes[position] == last[0], next(is: end) {
                position += last.count
                return
            }
            position += 1
        }
        position = start
        throw bad("has \(what) without an end")
    }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func name(_ what: String) throws(MavenPackagingError) -> String {
        let start = position
        while let byte = peek(), Self.isNameByte(byte) { position += 1 }
        guard position > start, let first = bytes[start..<position].first, first != UInt8(ascii: "-"),
            first != UInt8(ascii: "."), !(0x30...0x39).contains(first)
        else {
            position = start
            throw bad("has no name where \(what) is expected")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...:
            true
        default: false
        }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func next(is text: StaticString) -> Bool {
        text.withUTF8Buffer { matches($0) }
    }

    private func next(is text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private func matches(_ expected: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count - position >= expected.count else { return false }
        for index in 0..<expected.count where bytes[position + index] != expected[index] { return false }
        return true
    }

    private func place(of position: Int) -> XMLPlace {
        var line = LineCounter()
        return line.place(of: position, in: bytes)
    }

    private func bad(_ message: String) -> MavenPackagingError {
        MavenPackagingError(.badXML, subject, "\(message) (\(place(of: position)))")
    }
}

/// Counts lines from where it last was.
private struct LineCounter {
    private var line = 1
    /// In characters: bytes that continue one do not count.
    private var column = 1
    private var counted = 0

    /// Counts on from where it was asked last, so that a document in one long line costs no more than another.
    mutating func place(of position: Int, in bytes: [UInt8]) -> XMLPlace {
        let end = min(position, bytes.count)
        while counted < end {
            if bytes[counted] == 0x0A {
                line += 1
                column = 1
            } else if bytes[counted] & 0xC0 != 0x80 {
                column += 1
            }
            counted += 1
        }
        return XMLPlace(line: line, column: column)
    }
}
