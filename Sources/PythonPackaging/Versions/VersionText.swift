/// Prints versions in PEP 440's normal form.
enum VersionText {
    static func append(_ version: Version, to text: inout String) {
        if let wide = version.wide {
            append(wide, to: &text)
            return
        }
        for index in 0..<version.releaseCount {
            if index > 0 { text.append(".") }
            text.append(String(version.release(index)))
        }
        switch version.suffix {
        case Version.Suffix.development: text.append(".dev")
        case Version.Suffix.alpha: text.append("a")
        case Version.Suffix.beta: text.append("b")
        case Version.Suffix.candidate: text.append("rc")
        case Version.Suffix.post: text.append(".post")
        default: return
        }
        text.append(String(version.suffixNumber))
    }

    private static func append(_ wide: WideVersion, to text: inout String) {
        if !wide.epoch.isZero { text.append("\(wide.epoch.text)!") }
        for (index, number) in wide.release.enumerated() {
            if index > 0 { text.append(".") }
            text.append(number.text)
        }
        if let preRelease = wide.preRelease { text.append("\(preRelease.kind.text)\(preRelease.number.text)") }
        if let post = wide.post { text.append(".post\(post.text)") }
        if let development = wide.development { text.append(".dev\(development.text)") }
        if !wide.local.isEmpty {
            text.append("+")
            append(local: wide.local, to: &text)
        }
    }

    static func append(local segments: [WideVersion.LocalSegment], to text: inout String) {
        for (index, segment) in segments.enumerated() {
            if index > 0 { text.append(".") }
            switch segment {
            case .word(let word): text.append(word)
            case .number(let number): text.append(number.text)
            }
        }
    }
}

extension Version: CustomStringConvertible {
    /// The normal form of PEP 440: `1!1.0rc1.post2.dev3+ubuntu.1`.
    public var description: String {
        var text = ""
        VersionText.append(self, to: &text)
        return text
    }
}
