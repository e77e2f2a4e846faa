public import MavenPackaging
public import PythonPackaging

/// What names a package in every ecosystem: a package URL (purl-spec).
public struct PackageURL: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let description: String

    private init(type: String, path: [String], version: String?, qualifiers: [(String, String)] = []) {
        var text = "pkg:\(type)/" + path.map { Self.escaped($0) }.joined(separator: "/")
        if let version { text += "@" + Self.escaped(version) }
        let given = qualifiers.sorted { $0.0 < $1.0 }.map { "\($0.0)=\(Self.escaped($0.1))" }
        if !given.isEmpty { text += "?" + given.joined(separator: "&") }
        description = text
    }

    /// `pkg:pypi/numpy@2.1.0`, and which of its files it is.
    public static func python(_ name: PackageName, _ version: String?, file: String? = nil) -> PackageURL {
        PackageURL(
            type: "pypi", path: [name.description], version: version, qualifiers: file.map { [("file_name", $0)] } ?? []
        )
    }

    /// `pkg:maven/org.example/library@1.2?type=jar`.
    public static func maven(_ coordinate: ArtifactCoordinate) -> PackageURL {
        var qualifiers = [("type", coordinate.key.fileExtension)]
        if !coordinate.key.classifier.isEmpty { qualifiers.append(("classifier", coordinate.key.classifier)) }
        return PackageURL(
            type: "maven", path: [coordinate.module.group, coordinate.module.artifact], version: coordinate.version,
            qualifiers: qualifiers)
    }

    /// `pkg:deb/debian/libc6@2.36-9?arch=amd64`.
    public static func debian(_ name: String, _ version: String, architecture: String) -> PackageURL {
        PackageURL(type: "deb", path: ["debian", name], version: version, qualifiers: [("arch", architecture)])
    }

    public static func < (a: Self, b: Self) -> Bool { a.description < b.description }

    /// Percent-encoded but for what purl-spec lets stand.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = Array("0123456789ABCDEF")
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
