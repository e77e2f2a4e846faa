internal import Glibc
internal import SystemPackage

/// Room that is set aside on the data folder's disk, so that there is some to free more with when it is full: to delete
/// anything, it is first noted in the index, and an index cannot even be opened where nothing at all can be written.
struct Ballast {
    let path: FilePath

    /// What opening the index, its log and some thousand notes take.
    private static let size: off_t = 1 << 20

    /// Sees to it that it is there. Where the disk has no room for it, it is not.
    func load() {
        if let status = try? path.status(), status.size == UInt64(Self.size) { return }
        let descriptor = path.withPlatformString { open($0, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, Self.size) != 0 { _ = try? path.unlink() }
    }

    /// Gives its room up.
    ///
    /// - Returns: whether there was any.
    func drop() throws -> Bool { try path.unlink() }
}

extension ContentStore {
    /// Runs what makes room on the disk. Where the disk is so full that not even that can be written down, the room that
    /// was set aside is given up, and it runs once more.
    ///
    /// - Throws: `.diskFull` where that was too little, or is gone; what `body` throws.
    public func freeing<Result>(_ body: () throws -> Result) throws -> Result {
        let ballast = Ballast(path: paths.ballast)
        defer { ballast.load() }
        do {
            return try body()
        } catch let error as StoreError where error.code == .diskFull {
            guard try ballast.drop() else { throw error }
            return try body()
        }
    }
}
