internal import Archive
internal import PythonPackaging
internal import Transfer

/// A wheel on a server, of which parts are read: the end, the directory before it, and METADATA's own bytes.
///
/// One request does for small wheels, two for most, three for the rest.
struct RemoteWheel {
    let wheel: WheelFilename
    let url: ResourceURL
    let transfer: Transfer

    /// What is asked for first: enough for a directory of a few hundred members and the METADATA before it.
    private static let firstTail: UInt64 = 32 << 10
    /// How much is asked for before a directory of so many bytes: tools write METADATA last, RECORD alone behind it,
    /// whose digests do not compress and which has a line for each of the directory's entries.
    private static func margin(_ directory: Int) -> UInt64 { 16 << 10 + UInt64(directory) * 3 / 4 }
    /// What a local header and a data descriptor may add to a member's bytes.
    private static let framing: UInt64 = 64 << 10

    /// The server gives no parts, or not in a way that helps.
    struct NoParts: Error {}

    /// The last bytes of the file.
    private struct Tail {
        var bytes: [UInt8]
        var size: UInt64
        var start: UInt64 { size - UInt64(bytes.count) }
    }

    /// - Throws: `NoParts`; `ArchiveError` for a broken zip; `PythonIndexError.Code.noMetadata`; `TransferError`.
    func metadata() async throws -> [UInt8] {
        var tail = try await last(Self.firstTail)
        let end: ZipEnd
        do {
            end = try ZipEnd(tail: tail.bytes, fileSize: tail.size, name: wheel.filename)
        } catch let error as ArchiveError where error.code == .tailTooShort {
            tail = try await last(UInt64(ZipEnd.longestTail))
            end = try ZipEnd(tail: tail.bytes, fileSize: tail.size, name: wheel.filename)
        }
        let directory = try await directory(end, &tail)
        let member = try WheelMember.metadata(of: wheel, in: directory)

        var source = PartialSource(tail.bytes, at: tail.start, of: tail.size, name: wheel.filename)
        if member.extent.lowerBound < tail.start {
            guard member.compressedSize <= UInt64(WheelMember.limit) else {
                throw ArchiveError(.tooLarge, wheel.filename, "has a METADATA of \(member.compressedSize) bytes")
            }
            let start = member.extent.lowerBound
            // A member's extent may hold more than the member; that much more is not wanted.
            let end = min(member.extent.upperBound, start + member.compressedSize + Self.framing)
            source = PartialSource(
                try await part(start..<end, of: tail.size), at: start, of: tail.size, name: wheel.filename)
        }
        return try ZipArchive(source: source, directory: directory).contents(of: member, limit: WheelMember.limit)
    }

    /// The wheel's directory; what had to be asked for is put before the tail.
    private func directory(_ end: ZipEnd, _ tail: inout Tail) async throws -> ZipDirectory {
        let limits = ZipLimits()
        let wanted = end.directory
        guard UInt64(wanted.count) <= limits.directorySize else {
            throw ArchiveError(
                .tooLarge, wheel.filename,
                "has a directory of \(wanted.count) bytes; the limit is \(limits.directorySize)")
        }
        if wanted.lowerBound < tail.start {
            let start = wanted.lowerBound - min(Self.margin(wanted.count), wanted.lowerBound)
            tail.bytes = try await part(start..<tail.start, of: tail.size) + tail.bytes
        }
        let offset = Int(wanted.lowerBound - tail.start)
        return try ZipDirectory(
            bytes: Array(tail.bytes[offset..<offset + wanted.count]), end: end, limits: limits, name: wheel.filename)
    }

    /// The last bytes. A server may answer with the whole where that is no more.
    private func last(_ count: UInt64) async throws -> Tail {
        let answer = try await ask(.last(count), limit: count)
        if answer.status == 200 { return Tail(bytes: answer.body, size: UInt64(answer.body.count)) }
        guard let part = answer.part, let size = part.size, part.bytes.upperBound == size,
            answer.body.count == part.bytes.count
        else { throw NoParts() }
        return Tail(bytes: answer.body, size: size)
    }

    private func part(_ range: Range<UInt64>, of size: UInt64) async throws -> [UInt8] {
        let answer = try await ask(.bytes(range), limit: UInt64(range.count))
        guard let part = answer.part, part.bytes == range, part.size == size, answer.body.count == range.count else {
            throw NoParts()
        }
        return answer.body
    }

    private func ask(_ range: ByteRange, limit: UInt64) async throws -> Response {
        do {
            let answer = try await transfer.send(Request(url, range: range, bodyLimit: Int(limit)))
            switch answer.status {
            case 200, 206: return answer
            case 401, 403, 404, 410: throw TransferError(status: answer.status, url)
            default: throw NoParts()
            }
        } catch let error as TransferError where error.code == .tooLarge {
            // The whole file, where a part was asked for.
            throw NoParts()
        }
    }
}
