internal import FileSystem
internal import SystemPackage

/// Text files that people write: read whole within a bound, written by rename.
enum TextFile {
    /// More than any recipe, lock or requirements file has; bounds memory on a mistaken path.
    static let limit = 64 << 20

    /// - Throws: ``BuilderError`` (`unreadable`) naming the path and the reason.
    static func read(_ path: FilePath) throws -> String {
        guard let text = try readIfPresent(path) else {
            throw BuilderError(
                .unreadable, subject: path.string, message: "cannot be read: \(Errno.noSuchFileOrDirectory)",
                advice: "check the path; it is taken from the current folder")
        }
        return text
    }

    /// `nil` where there is no such file, and for no other reason: a lock that cannot be read now is not to be made anew.
    ///
    /// - Throws: as ``read(_:)``.
    static func readIfPresent(_ path: FilePath) throws -> String? {
        let bytes: [UInt8]
        do {
            bytes = try path.fileContents(limit: limit)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .fileTooLarge {
            throw BuilderError(.unreadable, subject: path.string, message: "is larger than \(limit >> 20) MiB")
        } catch {
            throw BuilderError(.unreadable, subject: path.string, message: "cannot be read: \(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BuilderError(
                .unreadable, subject: path.string, message: "is not UTF-8 text",
                advice: "name a recipe, a lock or a requirements file")
        }
        return text
    }

    /// Puts a text in the place of the old one, so that a reader sees the one or the other, also after a power cut.
    ///
    /// - Parameter isPrivate: whether it is for its owner alone.
    /// - Throws: ``BuilderError`` (`unwritable`).
    static func write(_ text: String, to path: FilePath, isPrivate: Bool = false) throws {
        do {
            try path.replaceFile(with: Array(text.utf8), isPrivate: isPrivate)
        } catch {
            throw BuilderError(
                .unwritable, subject: path.string, message: "cannot be written: \(error)",
                advice: "check that the folder exists, can be written to, and has room")
        }
    }

    /// The names in a folder, sorted.
    static func names(in folder: FilePath) throws -> [String] {
        do {
            return try folder.folderNames()
        } catch {
            throw BuilderError(.unreadable, subject: folder.string, message: "cannot be listed: \(error)")
        }
    }
}
