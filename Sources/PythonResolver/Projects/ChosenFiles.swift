internal import ContentStore
internal import Cryptography
public import PythonIndex
public import PythonPackaging

/// A file that was chosen, and where it was found.
public struct ChosenFile: Sendable, Hashable {
    public var file: IndexFile
    /// `nil` for a wheel that the recipe names by URL.
    public var source: ProjectPage.Source?

    public init(file: IndexFile, source: ProjectPage.Source?) {
        self.file = file
        self.source = source
    }
}

/// The details of the files of one page that were chosen so far, so that the same choice need not read the page.
struct ChosenFiles: Equatable {
    /// The page's digest.
    var page: String
    /// By their places on the page.
    var files: [Int: ChosenFile] = [:]

    private static let format: UInt32 = 0x4346_0001

    init(page: String) {
        self.page = page
    }

    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.number(ChosenFiles.format)
        writer.longText(page)
        writer.number(UInt32(files.count))
        for (place, chosen) in files.sorted(by: { $0.key < $1.key }) {
            writer.number(UInt32(place))
            writer.number(chosen.source.map { $0.kind.rawValue + 1 } ?? 0)
            writer.longText(chosen.source?.url ?? "")
            let file = chosen.file
            for text in [file.filename, file.url, file.sha256?.hex ?? "", file.requiresPython?.description ?? ""] {
                writer.longText(text)
            }
            writer.longText(
                file.otherHashes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&"))
            switch file.yanked {
            case .no: writer.number(UInt8(0))
            case .yes(let reason):
                writer.number(UInt8(1))
                writer.longText(reason)
            }
            switch file.metadata {
            case .none: writer.number(UInt8(0))
            case .available(let digest):
                writer.number(UInt8(1))
                writer.longText(digest?.hex ?? "")
            }
            writer.number(file.size.map { $0 + 1 } ?? 0)
            writer.number(file.uploadTime?.microseconds ?? Int64.min)
        }
        return writer.bytes
    }

    init?(encoded bytes: [UInt8]) {
        var reader = RecordReader(bytes)
        guard let read = try? ChosenFiles.read(&reader) else { return nil }
        self = read
    }

    private static func read(_ reader: inout RecordReader) throws(RecordDamage) -> ChosenFiles {
        guard try reader.number(UInt32.self) == format else { throw reader.damage }
        var files = ChosenFiles(page: try reader.longText())
        for _ in 0..<(try reader.number(UInt32.self)) {
            let place = Int(try reader.number(UInt32.self))
            files.files[place] = try file(&reader)
        }
        try reader.expectEnd()
        return files
    }

    private static func file(_ reader: inout RecordReader) throws(RecordDamage) -> ChosenFile {
        let kind = try reader.number(UInt8.self)
        let origin = try reader.longText()
        var file = IndexFile(filename: try reader.longText(), url: try reader.longText())
        file.sha256 = SHA256Digest(hex: try reader.longText())
        let python = try reader.longText()
        file.requiresPython = python.isEmpty ? nil : try? SpecifierSet(python)
        for pair in try reader.longText().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { file.otherHashes[String(parts[0])] = String(parts[1]) }
        }
        if try reader.number(UInt8.self) == 1 { file.yanked = .yes(reason: try reader.longText()) }
        if try reader.number(UInt8.self) == 1 {
            file.metadata = .available(sha256: SHA256Digest(hex: try reader.longText()))
        }
        let (size, time) = (try reader.number(UInt64.self), try reader.number(Int64.self))
        file.size = size == 0 ? nil : size - 1
        file.uploadTime = time == Int64.min ? nil : UploadTime(microseconds: time)
        guard kind > 0 else { return ChosenFile(file: file, source: nil) }
        guard let known = ProjectPage.Source.Kind(rawValue: kind - 1) else { throw reader.damage }
        return ChosenFile(file: file, source: ProjectPage.Source(known, url: origin))
    }
}
