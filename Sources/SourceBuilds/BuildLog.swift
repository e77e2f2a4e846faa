internal import FileSystem
internal import SystemPackage

/// What a build prints, in a file that stays, and the end of it for messages.
final class BuildLog {
    let path: FilePath
    private let file: FileDescriptor
    private var size: UInt64 = 0
    private var end: [UInt8] = []

    private static let tail = 16 << 10

    /// Begins a new log, in place of an earlier one.
    init(_ path: FilePath) throws {
        self.path = path
        try path.removingLastComponent().makeFolders()
        file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: FilePermissions(rawValue: 0o644)
        )
    }

    deinit {
        try? file.close()
    }

    /// - Returns: how much was printed so far, in bytes.
    func append(_ bytes: some Collection<UInt8>) throws -> UInt64 {
        _ = try file.writeAll(Array(bytes))
        size += UInt64(bytes.count)
        end.append(contentsOf: bytes)
        if end.count > 2 * Self.tail { end.removeFirst(end.count - Self.tail) }
        return size
    }

    /// A line of ours among what the build prints.
    func note(_ line: String) throws {
        _ = try append("-- \(line)\n".utf8)
    }

    /// The last lines that were printed, each on a line of its own behind an indent.
    var lastLines: String {
        let text = withoutControls(String(decoding: end.suffix(Self.tail), as: UTF8.self))
        return text.split(separator: "\n").filter { !$0.hasPrefix("-- ") }.suffix(15).map { "\n    \($0.prefix(300))" }
            .joined()
    }

    /// Whether the last lines hold a text.
    func mentions(_ text: String) -> Bool {
        String(decoding: end.suffix(Self.tail), as: UTF8.self).contains(text)
    }
}
