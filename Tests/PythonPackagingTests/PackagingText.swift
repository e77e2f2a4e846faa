import TestSupport

/// Makes packaging text at random: mostly valid, in every spelling that the standards allow, and sometimes broken.
struct PackagingText {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed) }

    /// A few small numbers come up often, so that versions meet; leading zeros and huge numbers now and then.
    mutating func number() -> String {
        switch random.number(0...39) {
        case 0: "0" + String(random.number(0...20))
        case 1: String(random.number(0...100_000))
        case 2:
            random.pick(["20240229", "202402291230", "99999999999999999999999", "18446744073709551616", "268435456"])
        default: String(random.pick([0, 0, 1, 1, 2, 3, 9, 10, 11]))
        }
    }

    mutating func release(atLeast least: Int = 1) -> String {
        (0..<max(least, random.pick([1, 1, 2, 2, 2, 3, 3, 4, 5]))).map { _ in number() }.joined(separator: ".")
    }

    mutating func separator() -> String { random.pick(["", "", "", ".", "-", "_"]) }

    mutating func cased(_ text: String) -> String {
        random.chance(90)
            ? text : random.chance(50) ? text.uppercased() : text.prefix(1).uppercased() + text.dropFirst()
    }

    mutating func preRelease() -> String {
        let kind = cased(random.pick(["a", "b", "rc", "c", "alpha", "beta", "pre", "preview"]))
        return separator() + kind + separator() + (random.chance(85) ? number() : "")
    }

    mutating func post() -> String {
        if random.chance(15) { return "-" + number() }
        let kind = cased(random.pick(["post", "post", "post", "rev", "r"]))
        return separator() + kind + separator() + (random.chance(85) ? number() : "")
    }

    mutating func development() -> String {
        separator() + cased("dev") + separator() + (random.chance(85) ? number() : "")
    }

    mutating func local() -> String {
        let parts = (0..<random.pick([1, 1, 2, 3])).map { _ in
            random.pick(["cpu", "cu118", "ubuntu", "1", "5", "007", "abc", "Abc", "1a", "99999999999999999999999"])
        }
        return "+" + parts.joined(separator: random.pick([".", ".", "-", "_"]))
    }

    /// A version without whitespace around it.
    mutating func plainVersion(local allowsLocal: Bool = true, atLeast least: Int = 1) -> String {
        var text = random.chance(4) ? random.pick(["v", "V"]) : ""
        if random.chance(6) { text += number() + "!" }
        text += release(atLeast: least)
        if random.chance(30) { text += preRelease() }
        if random.chance(20) { text += post() }
        if random.chance(20) { text += development() }
        if allowsLocal, random.chance(12) { text += local() }
        return text
    }

    mutating func version() -> String {
        var text = plainVersion()
        if random.chance(5) { text = random.pick([" ", "\n", "\t ", "\u{A0}", "\u{2003}"]) + text }
        if random.chance(5) { text += random.pick([" ", "\n", "\r\n", "\u{85}", "\u{200B}"]) }
        return random.chance(20) ? broken(text) : text
    }

    /// The text with a character or two inserted, dropped or replaced.
    mutating func broken(_ text: String, with alphabet: String = "0123456789.abcdevprostl-_+!* v,") -> String {
        var characters = Array(text)
        for _ in 0..<random.pick([1, 1, 2]) {
            let place = random.number(0...characters.count)
            switch random.number(0...2) {
            case 0: characters.insert(random.pick(Array(alphabet)), at: place)
            case 1: if place < characters.count { characters.remove(at: place) }
            default: if place < characters.count { characters[place] = random.pick(Array(alphabet)) }
            }
        }
        return String(characters)
    }

    mutating func blank() -> String { random.pick(["", "", "", "", " ", "  ", "\t"]) }

    mutating func specifier() -> String {
        let comparison = random.pick(["==", "!=", ">=", "<=", ">", "<", "~=", "~=", "==", "!=", "==="])
        var text = comparison + blank()
        switch comparison {
        case "==", "!=":
            text += random.chance(35) ? release() + ".*" : plainVersion()
        case "~=":
            text += plainVersion(local: random.chance(3), atLeast: random.chance(95) ? 2 : 1)
        case "===":
            text += random.chance(60) ? plainVersion() : random.pick(["", "foo", "1.0.x", "whatever!"])
        default:
            text += plainVersion(local: random.chance(3))
        }
        return random.chance(6) ? broken(text) : text
    }

    mutating func specifierSet() -> String {
        var clauses = (0..<random.pick([0, 1, 1, 1, 2, 2, 3])).map { _ in specifier() }
        if random.chance(4) { clauses.append("") }
        return clauses.map { blank() + $0 + blank() }.joined(separator: ",")
    }

    mutating func name() -> String {
        random.pick([
            "foo", "Foo", "foo-bar", "Foo_Bar", "foo.bar", "foo--bar", "foo-._bar", "a", "9", "zope.interface", "Foo_",
            "foo-", "-foo", "A-1", "typing_extensions", "foo._-", "x_y.z-1",
        ])
    }
}

extension SeededGenerator {
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
