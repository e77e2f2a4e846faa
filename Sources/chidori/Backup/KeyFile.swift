internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import SystemPackage

/// A file with a secret key, which nobody but its owner may read: here that with which backups are sealed.
enum KeyFile {
    /// - Throws: ``KeyFileError``.
    static func read(_ path: FilePath) throws -> SealingKey {
        try checkPrivacy(of: path, made: "chidori backup key FILE")
        let bytes: [UInt8]
        do {
            bytes = try path.fileContents(limit: 4096)
        } catch {
            throw KeyFileError(.unreadable, path.string, "cannot be read: \(error)", advice: nil, cause: error)
        }
        guard let key = SealingKey(text: bytes) else {
            throw KeyFileError(
                .noKey, path.string, "holds no key: that is 64 hexadecimal digits",
                advice: "name the file that `chidori backup key` has made")
        }
        return key
    }

    /// A secret is for its owner alone.
    ///
    /// - Parameter command: makes such a file.
    /// - Throws: ``KeyFileError`` (`unreadable`, `open`).
    static func checkPrivacy(
        of path: FilePath, made command: String = "chidori image key new FILE"
    ) throws(KeyFileError) {
        let facts: Stat
        do {
            facts = try path.stat()
        } catch {
            throw KeyFileError(
                .unreadable, path.string, "cannot be read: \(error)",
                advice: "name the key's file, or make one with `\(command)`", cause: error)
        }
        guard facts.type != .regular || facts.permissions.rawValue & 0o077 == 0 else {
            let mode = String(facts.permissions.rawValue & 0o777, radix: 8)
            throw KeyFileError(
                .open, path.string, "is open to others than its owner (mode \(mode))",
                advice: "chmod 600 \(path), and make a new key if others can have read it")
        }
    }

    /// Makes a new key in a file that is not there yet.
    ///
    /// - Throws: ``KeyFileError``.
    static func make(_ path: FilePath) throws -> SealingKey {
        let key = SealingKey()
        do throws(Errno) {
            let file = try NewFile(at: path, mode: 0o600)
            try file.write(Array(key.text.utf8))
            try file.synchronize()
            try path.removingLastComponent().synchronizeNames()
            file.keep()
        } catch .fileExists {
            throw KeyFileError(
                .taken, path.string, "is there already, and stays as it is",
                advice: "name another file: what was sealed with a key can be read with that one alone")
        } catch {
            throw KeyFileError(
                .unreadable, path.string, "cannot be made: \(error)", advice: "name a file in a folder of yours",
                cause: error)
        }
        return key
    }
}

typealias KeyFileError = Failure<KeyFileErrorCode>

enum KeyFileErrorCode: FailureCode {
    case unreadable
    /// Others than its owner may read it.
    case open
    case noKey
    case taken

    var category: DiagnosticCategory { .badInput }
}
