internal import DriverProvider
internal import FileSystem
internal import Glibc
internal import JobModel
internal import Supervision
internal import SystemPackage

/// The highest token that was seen for a task, in the job's folder: who comes with a lower one is out of date. It need
/// not survive the machine's end, which nobody who is out of date survives either.
final class Fence {
    private let path: FilePath
    private let descriptor: CInt

    /// Waits until nobody else starts or adopts an attempt of the task.
    init(of attempt: AttemptFolder) throws {
        path = Self.path(attempt)
        do throws(Errno) {
            let path = path
            try attempt.root.makeFolders(durably: true)
            try path.removingLastComponent().makeFolders()
            descriptor = try uninterrupted {
                path.withPlatformString { Glibc.open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) }
            }
        } catch {
            throw DriverProviderError(.unavailable, path.string, "cannot be opened: \(error)", cause: error)
        }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    }

    deinit {
        close(descriptor)
    }

    /// `JOB/GROUP.INDEX.token`, beside `JOB/GROUP.INDEX.NUMBER`.
    static func path(_ attempt: AttemptFolder) -> FilePath {
        var path = attempt.path
        path.extension = "token"
        return path
    }

    /// Lets others pass.
    func open() {
        flock(descriptor, LOCK_UN)
    }

    /// - Throws: ``DriverProviderError`` with `.fenced` where a higher token was here.
    func pass(_ token: FencingToken) throws {
        do throws(Errno) {
            var digits = [UInt8](repeating: 0, count: 20)
            let count = try uninterrupted { pread(descriptor, &digits, digits.count, 0) }
            let seen = Int64(String(decoding: digits[..<count].drop { $0 == UInt8(ascii: "0") }, as: UTF8.self)) ?? 0
            guard token.value != seen || count == 0 else { return }
            guard token.value >= seen else { throw Errno.permissionDenied }
            // Always as long: one write in one sector takes the old one's place.
            let text = "\(token.value)"
            let padded = Array((String(repeating: "0", count: max(0, 20 - text.utf8.count)) + text).utf8)
            try uninterrupted { pwrite(descriptor, padded, padded.count, 0) }
        } catch .permissionDenied {
            throw DriverProviderError(
                .fenced, path.string, "has seen a newer token than \(token.value): somebody else runs the task now")
        } catch {
            throw DriverProviderError(.unavailable, path.string, "cannot be written: \(error)", cause: error)
        }
    }
}
