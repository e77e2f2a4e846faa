import Foundation
public import SystemPackage

/// A file system in memory that holds a few megabytes, as long as the object lives.
public final class SmallDisk: Sendable {
    public let path: FilePath
    private let scratch: Scratch

    /// Whether this process may mount one.
    public static let isPossible = Task { (try? await SmallDisk(kilobytes: 64)) != nil }

    public init(kilobytes: Int) async throws {
        scratch = try Scratch("disk")
        path = scratch.file("small")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        try await Command("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "chidori-test", path.string]).run()
    }

    deinit {
        let unmount = Process()
        unmount.executableURL = URL(filePath: "/bin/umount")
        unmount.arguments = ["-l", path.string]
        guard (try? unmount.run()) != nil else { return }
        unmount.waitUntilExit()
    }

    /// Makes room.
    public func grow(toMegabytes size: Int) async throws {
        try await Command("mount", ["-o", "remount,size=\(size)m", path.string]).run()
    }
}
