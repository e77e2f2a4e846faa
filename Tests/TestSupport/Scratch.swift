import Foundation
public import SystemPackage

/// A new empty folder that goes away with its owner.
public final class Scratch: Sendable {
    public let path: FilePath

    /// - Parameter parent: where to make it; the system's temporary folder if `nil`.
    public init(_ name: String = "test", in parent: FilePath? = nil) throws {
        let parent = parent ?? FilePath(FileManager.default.temporaryDirectory.path)
        path = parent.appending("chidori-\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit {
        // Folders that a test made read-only would keep their files.
        let files = FileManager.default.enumerator(atPath: path.string)
        while let file = files?.nextObject() as? String {
            if files?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                try? FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: path.appending(file).string)
            }
        }
        try? FileManager.default.removeItem(atPath: path.string)
    }

    public func file(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a file, making the folders above it, and gives its path.
    @discardableResult
    public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> FilePath {
        let target = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target.string))
        return target
    }

    @discardableResult
    public func write(_ name: String, _ text: String) throws -> FilePath { try write(name, text.utf8) }
}
