internal import Archive
internal import ContentStore
internal import Cryptography
internal import Diagnostics
public import PythonPackaging
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

extension PythonIndex {
    private static let metadataKind: RecordKind = "metadata.1"
    private static let doubtedKind: RecordKind = "metadata-doubted.1"
    /// What is stored of a file is not its own.
    private static let doubted: [UInt8] = [1]
    /// What is stored was read from the wheel, since what the index says of it is not the wheel's own.
    private static let contradicted: [UInt8] = [2]

    /// The stored metadata of files, in their order; `nil` for those that must be asked for. Blocks.
    ///
    /// What the page says of a file must hold: metadata of another digest than it announces does not serve.
    public func storedMetadata(of files: [IndexFile]) throws -> [MetadataDocument?] {
        let keys = files.map(Self.metadataKey)
        let records = try store.records(kind: Self.metadataKind, keys: keys)
        let marks = try store.records(kind: Self.doubtedKind, keys: keys)
        return zip(files, keys).map { file, key in
            guard let document = records[key].flatMap({ MetadataDocument(record: $0) }) else { return nil }
            let isContradicted = marks[key].map { !$0.isEmpty } ?? false
            return isContradicted || document.isAnnounced(by: file) ? document : nil
        }
    }

    /// The metadata of a wheel or an egg: from the store; else from the file that the index offers beside it (PEP 658), its digest
    /// checked; else from the wheel's own bytes, by ranges where the server gives parts, else from the whole wheel,
    /// which is then kept as an artifact. What comes broken is read at the next of these places.
    ///
    /// - Throws: `PythonIndexError`, `ArchiveError`, `PythonPackagingError` for a file that cannot be used, whoever
    ///   serves it; `TransferError` and `PythonIndexError`'s `.refused`, `.notStored`, `.noSuchFile`, `.cameBroken`
    ///   where it cannot be had.
    public func metadata(of file: IndexFile) async throws -> MetadataDocument {
        let key = Self.metadataKey(file)
        let (stored, mark) = try await blocking {
            (try self.storedMetadata(of: [file])[0], try self.store.record(kind: Self.doubtedKind, key: key) ?? [])
        }
        if let stored, mark != Self.doubted { return stored }
        guard [".whl", ".egg"].contains(where: file.filename.hasSuffix) else {
            throw PythonIndexError(
                .noMetadata, file.filename, "is no wheel, and its metadata is known only when it is built",
                advice: "choose a version that has a wheel for the target")
        }
        let built = try BuiltFilename(file.filename)
        let document = MetadataDocument(of: try await read(built, file, trustingIndex: mark.isEmpty))
        try await blocking {
            try self.store.setRecord(kind: Self.metadataKind, key: key, value: document.record)
            if !mark.isEmpty || !document.isAnnounced(by: file) {
                try self.store.setRecord(kind: Self.doubtedKind, key: key, value: Self.contradicted)
            }
        }
        return document
    }

    /// What is stored as the file's metadata is not the file's own: whoever asks next is told from the wheel itself.
    func doubtMetadata(of file: IndexFile) throws {
        try store.setRecord(kind: Self.doubtedKind, key: Self.metadataKey(file), value: Self.doubted)
    }

    /// Metadata is known by the file's digest, if the index tells it, and by its place: a digest is claimed by a page,
    /// and whoever claims another's must not tell what that other's wheel depends on.
    private static func metadataKey(_ file: IndexFile) -> String {
        let place = (try? ResourceURL(file.url))?.text ?? file.url
        return (file.sha256?.hex ?? "url") + "-" + SHA256Digest(of: place).hex
    }

    private func read(
        _ built: BuiltFilename, _ file: IndexFile, trustingIndex: Bool
    ) async throws -> [UInt8] {
        if let digest = file.sha256, try await blocking({ try self.store.contains(digest) }) {
            do {
                return try await read(built, at: store.blobPath(digest))
            } catch let error as any Diagnostic where error.category == .badArtifact {
                // It was sound when it was stored.
                throw PythonIndexError(
                    .damagedRecord, file.filename, "is damaged in the store: \(error.subject) \(error.message)",
                    advice: "run `chidori store verify`, which fetches it again", cause: error)
            }
        }
        let url = try ResourceURL(file.url)
        if let path = url.filePath {
            do {
                return try await read(built, at: path)
            } catch let error as any Diagnostic where error.category == .badArtifact && !(error is PythonPackagingError)
            {
                throw PythonIndexError(
                    .cameBroken, file.filename, "is broken where it lies, \(path): \(error.subject) \(error.message)",
                    advice: "put it there again, or take it away", cause: error)
            }
        }
        guard policy != .offline else { throw notStored(file.filename) }
        try await takeCredentials()
        // What an egg says of itself is spread over several members: it is read whole.
        if case .wheel(let wheel) = built {
            do {
                if trustingIndex, let bytes = try await unlessBroken({ try await metadataFile(beside: file, wheel) }) {
                    return bytes
                }
                if let bytes = try await unlessBroken({ try await readParts(wheel, url) }) { return bytes }
            } catch let error as TransferError {
                throw refusal(error, file.filename)
            }
        }
        return try await readWhole(built, file, trustingIndex: trustingIndex)
    }

    /// `nil` for what came broken.
    private func unlessBroken(_ body: () async throws -> [UInt8]?) async throws -> [UInt8]? {
        do {
            return try await body()
        } catch let error as any Diagnostic where error.category == .badArtifact {
            return nil
        }
    }

    /// METADATA from the whole file. One that is broken though it has the digest that the index tells is broken at
    /// its publisher's; any other may have been broken on its way.
    private func readWhole(
        _ built: BuiltFilename, _ file: IndexFile, trustingIndex: Bool
    ) async throws -> [UInt8] {
        if !trustingIndex {
            // Not to be compared with what is doubted.
            try await blocking {
                try self.store.setRecord(kind: Self.metadataKind, key: Self.metadataKey(file), value: [])
            }
        }
        do {
            let blob = try await fetch(Artifact(file, of: built.name))
            return try await read(built, at: store.blobPath(blob.digest))
        } catch let error as any Diagnostic where error.category == .badArtifact {
            // What a sound zip says is the publisher's doing.
            if error is PythonPackagingError || (file.sha256 != nil && !(error is TransferError)) { throw error }
            throw PythonIndexError(
                .cameBroken, file.filename,
                "is broken as it comes from its index: \(error.subject) \(error.message)",
                advice: "try again later, or exclude the version (`\(built.name)!=\(built.version)`)", cause: error)
        }
    }

    private func read(_ built: BuiltFilename, at path: FilePath) async throws -> [UInt8] {
        try await blocking { try Self.metadata(of: built, at: path) }
    }

    /// The METADATA of a file, or egg folder, that lies here. Blocks.
    static func metadata(of built: BuiltFilename, at path: FilePath) throws -> [UInt8] {
        switch built {
        case .wheel(let wheel): try WheelMember.metadata(of: wheel, in: FileSource(path, name: wheel.filename))
        case .egg(let egg): try EggMember.metadata(of: egg, at: path)
        }
    }

    /// METADATA from the wheel's parts; `nil` where the server gives none.
    private func readParts(_ wheel: WheelFilename, _ url: ResourceURL) async throws -> [UInt8]? {
        if withoutRanges.withLock({ $0.contains(url.origin) }) { return nil }
        do {
            return try await RemoteWheel(wheel: wheel, url: url, transfer: transfer).metadata()
        } catch is RemoteWheel.NoParts {
            withoutRanges.withLock { _ = $0.insert(url.origin) }
            return nil
        }
    }

    /// The METADATA that the index serves beside the file; `nil` where it does not, though it may have said so.
    ///
    /// - Throws: an error of the category `badArtifact` where it has not the digest that the index says, or where the
    ///   index says none and it does not name the wheel.
    private func metadataFile(beside file: IndexFile, _ wheel: WheelFilename) async throws -> [UInt8]? {
        guard case .available(let expected) = file.metadata, let place = file.metadataURL else { return nil }
        let url = try ResourceURL(place)
        let answer = try await transfer.send(Request(url, bodyLimit: WheelMember.limit))
        if answer.status == 404 || answer.status == 410 { return nil }
        try answer.orThrow()
        let digest = SHA256Digest(of: answer.body)
        guard let expected else {
            let document = MetadataDocument(of: answer.body)
            // Let what is wrong be told as of any METADATA.
            if !document.names(wheel) { _ = try document.metadata(of: wheel) }
            return answer.body
        }
        guard expected == digest else {
            throw PythonIndexError(
                .wrongContent, file.filename,
                "has metadata at \(url) of the digest \(digest.hex), and the index says \(expected.hex)",
                advice: "lock again with --upgrade; if it persists, do not trust this index")
        }
        return answer.body
    }

    func notStored(_ subject: String) -> PythonIndexError {
        PythonIndexError(
            .notStored, subject, "is not stored, and nothing may be asked offline",
            advice: "work online once, or name a folder that has it with --find-links")
    }

    /// An index's file host that refuses, or no longer has the file, as an error about the file.
    func refusal(_ error: TransferError, _ filename: String) -> any Error {
        switch error.code {
        case .status(401), .status(403):
            PythonIndexError(
                .refused, filename, "is refused: \(error.subject) \(error.message)",
                advice: error.advice, cause: error)
        case .status(404), .status(410), .missingFile:
            PythonIndexError(
                .noSuchFile, filename, "is gone: \(error.subject) \(error.message)",
                advice: "lock again with --upgrade, or choose another version", cause: error)
        default: error
        }
    }
}
