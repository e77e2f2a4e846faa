internal import PythonPackaging

extension Codec where Value == Version {
    static var version: Codec {
        parsed("a version") {
            try Version($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == SpecifierSet {
    static var specifiers: Codec {
        parsed("a version specifier") {
            try SpecifierSet($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == Marker {
    static var marker: Codec {
        parsed("an environment marker") {
            try Marker($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == ExtraName {
    static var extraName: Codec {
        parsed("the name of an extra or group") {
            try ExtraName($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == UploadTime {
    /// TOML's own date and time, which PEP 751 wants in UTC.
    static var uploadTime: Codec {
        Codec(
            schema: [],
            read: { node, reading in
                if case .scalar(let text, .time) = node.content, let time = UploadTime(text) { return time }
                reading.report(.wrongType, at: node.mark, "must be a date and time with an offset, and is \(node.kind)")
                return nil
            },
            write: { SourceNode(.scalar($0.description, .time)) })
    }
}

extension Codec where Value == UInt64 {
    /// A number of bytes as locks have it.
    static var size: Codec {
        Codec(
            schema: [],
            read: { node, reading in
                if case .scalar(let text, .integer) = node.content, let size = UInt64(text) { return size }
                reading.report(.wrongType, at: node.mark, "must be a number of bytes, and is \(node.kind)")
                return nil
            },
            write: { .integer($0) })
    }
}
