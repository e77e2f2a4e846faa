internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A piece of what an attempt has printed.
public struct OutputPiece: Sendable, Hashable {
    public var bytes: [UInt8]
    /// Where the piece begins in all that was printed.
    public var offset: Int64
    /// How much was printed so far.
    public var end: Int64
}

extension AttemptFolder {
    /// A piece of what the program has printed, both streams as one.
    ///
    /// - Parameters:
    ///   - offset: bytes from the beginning of all that was printed; negative counts from the end. Where that is kept no
    ///     longer, the piece begins with the oldest byte that is.
    ///   - limit: bytes at most.
    public func output(from offset: Int64, limit: Int) throws(SupervisionError) -> OutputPiece {
        // While files are looked at, one more may become full: then all of them are looked at again.
        while true {
            let before = try fullFiles()
            if let piece = try output(from: offset, limit: limit, full: before) { return piece }
        }
    }

    /// The numbers of the files that are full, in their order.
    private func fullFiles() throws(SupervisionError) -> [Int] {
        let prefix = OutputLog.name + "."
        let names: [FolderEntry] = try told("list it", path) { () throws(Errno) in
            do throws(Errno) {
                return try path.folderEntries()
            } catch .noSuchFileOrDirectory {
                return []
            }
        }
        return names.compactMap { entry in
            entry.name.hasPrefix(prefix) ? Int(entry.name.dropFirst(prefix.count)) : nil
        }.sorted()
    }

    /// - Returns: `nil` where the files have changed meanwhile.
    private func output(
        from offset: Int64, limit: Int, full: [Int]
    ) throws(SupervisionError) -> OutputPiece? {
        let current = path.appending(OutputLog.name)
        // Between one file and the next, and before the first, there is none.
        let (descriptor, size) = try open(current) ?? (-1, 0)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard try fullFiles() == full else { return nil }
        var segment: Int64 = 0
        if let last = full.last {
            guard let (file, size) = try open(path.appending("\(OutputLog.name).\(last)")) else { return nil }
            close(file)
            segment = size
        }
        let begin = Int64((full.first ?? 1) - 1) * segment
        let currentBegin = Int64(full.last ?? 0) * segment
        let end = currentBegin + size
        var at = min(max(offset < 0 ? end + offset : offset, begin), end)
        var piece = OutputPiece(bytes: [], offset: at, end: end)
        while piece.bytes.count < limit, at < end {
            let room = limit - piece.bytes.count
            if at >= currentBegin {
                let bytes = try read(descriptor, current, at: at - currentBegin, Int(min(Int64(room), end - at)))
                guard !bytes.isEmpty else { break }
                piece.bytes += bytes
                at += Int64(bytes.count)
            } else {
                let path = path.appending("\(OutputLog.name).\(at / segment + 1)")
                guard let (file, _) = try open(path) else { return nil }
                defer { close(file) }
                let most = Int(min(Int64(room), segment - at % segment))
                let bytes = try read(file, path, at: at % segment, most)
                guard !bytes.isEmpty else { return nil }
                piece.bytes += bytes
                at += Int64(bytes.count)
            }
        }
        return piece
    }

    private func open(_ path: FilePath) throws(SupervisionError) -> (CInt, Int64)? {
        do throws(Errno) {
            let descriptor = try uninterrupted {
                path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
            }
            return (descriptor, Int64(lseek(descriptor, 0, SEEK_END)))
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .folder(path, "read it", error)
        }
    }

    private func read(
        _ descriptor: CInt, _ path: FilePath, at offset: Int64, _ count: Int
    ) throws(SupervisionError) -> [UInt8] {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(Errno) {
                filled = try uninterrupted { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
            } catch {
                failure = error
            }
        }
        if let failure { throw .folder(path, "read it", failure) }
        return bytes
    }
}
