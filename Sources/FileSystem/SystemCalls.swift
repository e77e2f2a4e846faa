public import Glibc
public import SystemPackage

/// Repeats a system call that a signal interrupted.
///
/// - Parameter call: returns a negative number where it fails, and leaves the reason in `errno`.
/// - Throws: the reason.
@discardableResult
public func uninterrupted<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = Errno(rawValue: errno)
        if error != .interrupted { throw error }
    }
}

extension timespec {
    /// Nanoseconds since the clock's beginning, which for the times of files is 1970.
    public var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
}

/// Writes every byte, however little the system takes at once.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
        let count = try uninterrupted { write(descriptor, rest.baseAddress, rest.count) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
}

/// The C structure, which `FilePath.stat` would hide.
typealias FileStatus = stat
