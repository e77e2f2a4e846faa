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
        var writer = CompactWriter()
        writer.number(ChosenFiles.format)
        writer.text(page)
        writer.number(UInt32(files.count))
        for (place, chosen) in files.sorted(by: { $0.key < $1.key }) {
            writer.number(UInt32(place))
            writer.number(chosen.source.map { $0.kind.rawValue + 1 } ?? 0)
            writer.text(chosen.source?.url ?? "")
            let file = chosen.file
            for text in [file.filename, file.url, file.sha256?.hex ?? "", file.requiresPython?.description ?? ""] {
                writer.text(text)
            }
            writer.text(
                file.otherHashes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&"))
            switch file.yanked {
            case .no: writer.number(UInt8(0))
            case .yes(let reason):
                writer.number(UInt8(1))
                writer.text(reason)
            }
            switch file.metadata {
            case .none: writer.number(UInt8(0))
            case .available(let digest):
                writer.number(UInt8(1))
                writer.text(digest?.hex ?? "")
            }
            writer.number(file.size.map { $0 + 1 } ?? 0)
            writer.number(file.uploadTime?.microseconds ?? Int64.min)
        }
        return writer.bytes
    }

    init?(encoded bytes: [UInt8]) {
        let read = bytes.withUnsafeBytes { source -> ChosenFiles? in
            var reader = CompactReader(source)
            guard reader.number(UInt32.self) == ChosenFiles.format, let page = reader.text(),
                let count = reader.number(UInt32.self)
            else { return nil }
            var files = ChosenFiles(page: page)
            for _ in 0..<count {
                guard let place = reader.number(UInt32.self), let chosen = ChosenFiles.file(&reader) else { return nil }
                files.files[Int(place)] = chosen
            }
            return reader.isAtEnd ? files : nil
        }
        guard let read else { return nil }
        self = read
    }

    private static func file(_ reader: inout CompactReader) -> ChosenFile? {
        guard let kind = reader.number(UInt8.self), let origin = reader.text(), let filename = reader.text(),
            let url = reader.text(), let digest = reader.text(), let python = reader.text(),
            let hashes = reader.text(), let isYanked = reader.number(UInt8.self)
        else { return nil }
        var file = IndexFile(filename: filename, url: url)
        file.sha256 = SHA256Digest(hex: digest)
        file.requiresPython = python.isEmpty ? nil : try? SpecifierSet(python)
        for pair in hashes.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { file.otherHashes[String(parts[0])] = String(parts[1]) }
        }
        if isYanked == 1 {
            guard let reason = reader.text() else { return nil }
            file.yanked = .yes(reason: reason)
        }
        guard let hasMetadata = reader.number(UInt8.self) else { return nil }
        if hasMetadata == 1 {
            guard let digest = reader.text() else { return nil }
            file.metadata = .available(sha256: SHA256Digest(hex: digest))
        }
        guard let size = reader.number(UInt64.self), let time = reader.number(Int64.self) else { return nil }
        file.size = size == 0 ? nil : size - 1
        file.uploadTime = time == Int64.min ? nil : UploadTime(microseconds: time)
        guard kind > 0 else { return ChosenFile(file: file, source: nil) }
        guard let known = ProjectPage.Source.Kind(rawValue: kind - 1) else { return nil }
        return ChosenFile(file: file, source: ProjectPage.Source(known, url: origin))
    }
}
