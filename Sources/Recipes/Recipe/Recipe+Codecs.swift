internal import Cryptography
internal import PythonPackaging

extension Codec where Value == String {
    static var recipeName: Codec {
        parsed("a name", pattern: "^[a-z0-9]+([._-][a-z0-9]+)*$") { text in
            let bytes = Array(text.utf8)
            let isWord = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
            var wasWord = false
            for byte in bytes {
                guard isWord(byte) || (wasWord && ".-_".utf8.contains(byte)) else { throw notAName }
                wasWord = isWord(byte)
            }
            guard wasWord, bytes.count <= 100 else { throw notAName }
            return text
        } print: {
            $0
        }
    }

    private static var notAName: BadText {
        BadText(
            message: "is no name that images can have",
            advice: "use lower-case letters and digits, with single `.`, `_` or `-` between them")
    }

    static var indexURL: Codec {
        parsed("a URL") { text in
            for scheme in ["https://", "http://", "file://"] where text.hasPrefix(scheme) && text != scheme {
                return text
            }
            throw BadText(
                message: "is no URL of an index", advice: "start it with https://, http:// or file://")
        } print: {
            withoutCredentials($0)
        }
    }
}

extension Codec where Value == PythonVersion {
    static var pythonVersion: Codec {
        parsed("a Python version", isNumeric: true, pattern: #"^3\.[0-9]+(\.[0-9]+)?t?$"#) { text in
            let version = try PythonVersion(text)
            guard (version.major, version.minor) >= (3, 8), version.major == 3 else {
                throw BadText(
                    message: "is a Python that environments cannot be made for", advice: "3.8 or later")
            }
            return version
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == TargetPlatform {
    static var platform: Codec {
        parsed("a platform") {
            try TargetPlatform($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == PackageName {
    static var packageName: Codec {
        parsed("a project's name") {
            try PackageName($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == Requirement {
    static var requirement: Codec {
        parsed("a requirement (PEP 508)") {
            try Requirement($0)
        } print: { requirement in
            var requirement = requirement
            requirement.url = requirement.url.map(withoutCredentials)
            return requirement.description
        }
    }
}

extension Codec where Value == Requirement {
    /// A requirement that asks for nothing by itself, so for no extras either (as in pip).
    static var constraint: Codec {
        let requirement = Codec.requirement
        return Codec(
            schema: requirement.schema,
            read: { node, reading in
                guard let read = requirement.read(node, &reading) else { return nil }
                if read.extras.isEmpty { return read }
                reading.report(
                    .badValue, at: node.mark, "`\(read)` is a constraint and has extras",
                    advice: "ask for extras under `packages`")
                return nil
            },
            write: requirement.write)
    }
}

extension Codec where Value == SHA256Digest {
    static var digest: Codec {
        parsed("a digest such as sha256:9f86…", pattern: "^sha256:[0-9a-fA-F]{64}$") { text in
            guard let digest = SHA256Digest(prefixed: text) else {
                throw BadText(
                    message: "is no SHA-256 digest", advice: "write sha256: and 64 hexadecimal digits")
            }
            return digest
        } print: {
            $0.prefixed
        }
    }
}
