/// A version as repositories keep it. Every build of a snapshot lies in one folder, and has its time and number in its files'
/// names: `1.0-20260102.030405-7` lies in `1.0-SNAPSHOT`.
public struct RepositoryVersion: Hashable, Sendable {
    /// As it is asked for: a release's version, a snapshot's base, or one build of a snapshot.
    public let text: String
    /// What its folder is called.
    public let base: String

    private static let suffix = "SNAPSHOT"

    public init(_ text: String) {
        self.text = text
        base = Self.prefix(ofBuild: text).map { $0 + Self.suffix } ?? text
    }

    /// Whether it is a snapshot or a build of one: what a repository's policy for snapshots is about.
    public var isSnapshot: Bool { base.hasSuffix(Self.suffix) }

    /// Whether it stands for the last build, and may be another file tomorrow.
    public var isMoving: Bool { isSnapshot && base == text }

    /// A build of the snapshot, as its files' names have it.
    public func build(_ timestamp: String, _ number: Int) -> String? {
        isSnapshot ? base.dropLast(Self.suffix.count) + "\(timestamp)-\(number)" : nil
    }

    /// What stands before `20260102.030405-7`; `nil` where the version does not end so.
    private static func prefix(ofBuild text: String) -> Substring? {
        let bytes = Array(text.utf8)
        let number = bytes.reversed().prefix { (0x30...0x39).contains($0) }.count
        // `yyyyMMdd.HHmmss-`
        let start = bytes.count - number - 16
        guard number > 0, start == 0 || start > 1 && bytes[start - 1] == UInt8(ascii: "-") else { return nil }
        for (index, byte) in bytes[start..<start + 16].enumerated() {
            switch index {
            case 8: guard byte == UInt8(ascii: ".") else { return nil }
            case 15: guard byte == UInt8(ascii: "-") else { return nil }
            default: guard (0x30...0x39).contains(byte) else { return nil }
            }
        }
        return text.dropLast(number + 16)
    }
}
