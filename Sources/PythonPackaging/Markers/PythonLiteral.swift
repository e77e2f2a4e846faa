/// The escapes of Python's string literals, which markers may use in their values.
enum PythonLiteral {
    /// The value of a literal's inside; `nil` where Python would refuse it or the value is no Unicode text.
    static func unescaped(_ text: String) -> String? {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var pushedBack: Unicode.Scalar?
        func next() -> Unicode.Scalar? {
            defer { pushedBack = nil }
            return pushedBack ?? scalars.next()
        }
        while let scalar = next() {
            // A line break or a NUL ends a literal before its time.
            if scalar == "\n" || scalar == "\r" || scalar == "\0" { return nil }
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            guard let escape = next() else { return nil }
            switch escape {
            case "\n": break
            case "\r":
                guard let following = next() else { break }
                if following != "\n" { pushedBack = following }
            case "\0": return nil
            case "\\", "'", "\"": result.append(escape)
            case "a": result.append("\u{07}")
            case "b": result.append("\u{08}")
            case "f": result.append("\u{0C}")
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            case "v": result.append("\u{0B}")
            case "x", "u", "U":
                let length = escape == "x" ? 2 : escape == "u" ? 4 : 8
                var value: UInt32 = 0
                for _ in 0..<length {
                    guard let scalar = next(), let digit = hexadecimalValue(scalar) else { return nil }
                    value = value << 4 | digit
                }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                result.append(scalar)
            case "0"..."7":
                var value = escape.value - 0x30
                for _ in 0..<2 {
                    guard let digit = next() else { break }
                    guard digit >= "0", digit <= "7" else {
                        pushedBack = digit
                        break
                    }
                    value = value << 3 | (digit.value - 0x30)
                }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                result.append(scalar)
            case "N": return nil
            default:
                result.append("\\")
                result.append(escape)
            }
        }
        return String(result)
    }

    private static func hexadecimalValue(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }
}
