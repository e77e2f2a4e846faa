internal import JSONDocument

extension Codec where Value: FixedWidthInteger {
    /// A whole number, whatever form a document gives it: JSON's `1e3` is one too, as JSON Schema has it.
    public static func integer(_ range: ClosedRange<Value>) -> Codec {
        Codec(
            schema: [
                .init("type", .string("integer")), .init("minimum", JSON(range.lowerBound)),
                .init("maximum", JSON(range.upperBound)),
            ],
            read: { node, reading in
                if let value = node.whole(Value.self), range.contains(value) { return value }
                reading.report(
                    .wrongType, at: node.mark,
                    "must be a whole number from \(range.lowerBound) to \(range.upperBound), and is \(node.found)")
                return nil
            },
            write: { .integer($0) })
    }
}

extension Codec where Value == Double {
    /// A number in decimal digits.
    public static func number(_ range: ClosedRange<Double>) -> Codec {
        Codec(
            schema: [
                .init("type", .string("number")), .init("minimum", .number(range.lowerBound)),
                .init("maximum", .number(range.upperBound)),
            ],
            read: { node, reading in
                if case .scalar(let text, let kind) = node.content, [.plain, .integer, .float].contains(kind),
                    let value = decimalNumber(text), range.contains(value)
                {
                    return value
                }
                reading.report(
                    .wrongType, at: node.mark,
                    "must be a number from \(range.lowerBound) to \(range.upperBound), and is \(node.found)")
                return nil
            },
            write: { .number($0) })
    }
}

extension Codec where Value == UInt64 {
    /// A number of bytes, with a unit or without: `500 MB`, `1.5 GiB`, `1048576`.
    public static var byteCount: Codec {
        quantity("a size such as 500 MB or 1.5 GiB") { text in
            guard let bytes = ByteCount.parse(text) else {
                throw BadText(message: "is not a size", advice: "write 500 MB, 1.5 GiB, or a number of bytes")
            }
            return bytes
        } print: {
            ByteCount.print($0)
        }
    }
}

extension Codec where Value == Int64 {
    /// A span of time in milliseconds: `90s`, `15m`, `1h30m`, `7d`, `500ms`, or a number of seconds.
    ///
    /// - Parameter range: in milliseconds.
    public static func duration(_ range: ClosedRange<Int64> = 0...Int64.max) -> Codec {
        quantity("a duration such as 90s or 1h30m", pattern: TimeSpan.pattern) { text in
            guard let span = TimeSpan.parse(text) else {
                throw BadText(message: "is not a duration", advice: "write 500ms, 90s, 15m, 1h30m, 7d, or seconds")
            }
            return try span.within(range, TimeSpan.print)
        } print: {
            TimeSpan.print($0)
        }
    }

    /// Processor time in thousandths of a core: `2`, `0.5`, or `500m` as Kubernetes writes it.
    ///
    /// - Parameter range: in thousandths.
    public static func cores(_ range: ClosedRange<Int64> = 0...Int64.max) -> Codec {
        let text = quantity("a number of cores such as 2, 0.5 or 500m", pattern: CoreCount.pattern) { text in
            guard let cores = CoreCount.parse(text) else {
                throw BadText(message: "is not a number of cores", advice: "write 2, 0.5 or 500m")
            }
            return try cores.within(range, CoreCount.print)
        } print: {
            CoreCount.print($0)
        }
        return Codec(
            schema: text.schema, read: text.read,
            write: { $0 % 1000 == 0 ? .integer($0 / 1000) : .number(Double($0) / 1000) })
    }

    /// A size of memory in bytes, as the JVM and Spark write it: `512m`, `4g`, `1.5 GiB`, or a number of MiB.
    ///
    /// - Parameter range: in bytes.
    public static func memory(_ range: ClosedRange<Int64> = 0...Int64.max) -> Codec {
        quantity("a size of memory such as 512m or 4g", pattern: MemorySize.pattern) { text in
            guard let bytes = MemorySize.parse(text) else {
                throw BadText(message: "is not a size of memory", advice: "write 512m, 4g, 1.5 GiB, or a number of MiB")
            }
            return try bytes.within(range, MemorySize.print)
        } print: {
            MemorySize.print($0)
        }
    }
}

extension Codec {
    /// Text with a unit, or a number that has one by custom.
    private static func quantity(
        _ what: String, pattern: String? = nil, parse: @escaping @Sendable (String) throws -> Value,
        print: @escaping @Sendable (Value) -> String
    ) -> Codec {
        let text = parsed(what, isNumeric: true, pattern: pattern, parse: parse, print: print)
        return Codec(
            schema: text.schema,
            read: { node, reading in
                guard case .scalar(let digits, let kind) = node.content, kind == .integer || kind == .float else {
                    return text.read(node, &reading)
                }
                let number = node.whole(Int64.self).map { String($0) } ?? digits
                return text.read(SourceNode(.scalar(number, .plain), at: node.mark), &reading)
            },
            write: text.write)
    }
}

extension Int64 {
    fileprivate func within(_ range: ClosedRange<Int64>, _ print: (Int64) -> String) throws(BadText) -> Int64 {
        if self < range.lowerBound {
            throw BadText(message: "is too little", advice: "\(print(range.lowerBound)) or more")
        }
        if self > range.upperBound {
            throw BadText(message: "is too much", advice: "\(print(range.upperBound)) or less")
        }
        return self
    }
}

extension SourceNode {
    /// The whole number that the node is.
    fileprivate func whole<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        guard case .scalar(let text, let kind) = content else { return nil }
        return switch kind {
        case .plain, .integer: Value(text)
        case .float: decimalNumber(text).flatMap { Value(exactly: $0) }
        default: nil
        }
    }

    /// What the node is, numbers by their digits.
    fileprivate var found: String {
        if case .scalar(let text, let scalar) = content, scalar == .integer || scalar == .float { return "`\(text)`" }
        return kind
    }
}
