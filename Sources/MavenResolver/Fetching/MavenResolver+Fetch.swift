public import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import MavenPackaging
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

extension MavenResolver {
    /// Brings jars of a lock into the store, several at once, and gives them in their order.
    ///
    /// - Parameters:
    ///   - request: whose repositories are asked for jars without a URL.
    ///   - observe: told what happens; called from other threads, and must be quick.
    /// - Throws: the error of the first that fails: `MavenResolverError`, `TransferError`, `StoreError`.
    public func fetch(
        _ jars: [JarFile], for request: JarRequest, observe: @escaping @Sendable (JarFetchEvent) -> Void = { _ in }
    ) async throws -> [Blob] {
        let made = try await blocking { try self.setup(request) }
        return try await concurrently(Array(jars.enumerated()), atMost: jobs) { number, jar in
            if let size = try await blocking({ try self.store.size(of: jar.sha256) }) {
                observe(.ended(number, bytes: 0))
                return Blob(digest: jar.sha256, size: size)
            }
            var places: [(Repository?, ResourceURL)] = []
            if let url = jar.url {
                let url = try ResourceURL(url)
                places.append((made.configuration.repositories.first { url.text.hasPrefix($0.root.text) }, url))
            } else {
                let path = Layout.file(jar.coordinate, version: jar.fileVersion)
                places = made.client.candidates(path, version: jar.coordinate.version).map { ($0, $0.url(path)) }
            }
            for (repository, url) in places {
                guard made.policy != .offline || url.scheme == .file else { continue }
                let order = Order(
                    number: number, coordinate: jar.coordinate, url: url, repository: repository, sha256: jar.sha256,
                    size: jar.size)
                if let (blob, _) = try await self.bring(order, made, observe) { return blob }
            }
            if made.policy == .offline { throw RepositoryClient.notStored("\(jar.coordinate)", "its jar") }
            throw Self.missing(jar.coordinate, places.map { $0.0?.id ?? $0.1.description }, path: [])
        }
    }

    /// What is known of chosen jars; those that are not known are fetched.
    func jars(
        _ chosen: [ChosenArtifact], _ made: Made, _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> [ResolvedJar] {
        let keys = chosen.map { "\(made.scope)/\($0.coordinate.key):\($0.coordinate.version)" }
        let stored = try await blocking { try self.store.records(kind: JarRecord.kind, keys: keys) }
        var records: [JarRecord?] = []
        for (artifact, key) in zip(chosen, keys) {
            guard let bytes = stored[key], let record = try? JarRecord(bytes) else {
                records.append(nil)
                continue
            }
            let serves =
                !artifact.coordinate.version.hasSuffix("SNAPSHOT")
                || made.policy.serves(learnt: record.learnt, began: began, now: currentTime(), for: MavenPolicy.day)
            records.append(serves ? record : nil)
        }
        let missing = records.indices.filter { records[$0] == nil }
        let found = try await concurrently(missing, atMost: jobs) { number in
            try await self.locate(chosen[number], number, made, observe)
        }
        for (number, record) in zip(missing, found) { records[number] = record }
        if !missing.isEmpty {
            let fresh = zip(missing, found).map { (key: keys[$0.0], value: $0.1.encoded()) }
            try await blocking { try self.store.setRecords(kind: JarRecord.kind, fresh) }
        }
        return zip(chosen, records).compactMap { artifact, record in
            record.map { record in
                ResolvedJar(
                    coordinate: artifact.coordinate, fileVersion: record.fileVersion, repository: record.repository,
                    isFromDefault: record.isFromDefault, url: record.url, sha256: record.sha256, size: record.size,
                    checksums: record.checksums, path: artifact.path, lost: artifact.lost,
                    relocatedFrom: artifact.relocatedFrom)
            }
        }
    }

    /// Finds a jar in the repositories and brings it.
    private func locate(
        _ artifact: ChosenArtifact, _ number: Int, _ made: Made, _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> JarRecord {
        let coordinate = artifact.coordinate
        var asked: [String] = []
        for (repository, path) in try await made.client.places(of: coordinate) {
            let url = repository.url(path)
            let order = Order(number: number, coordinate: coordinate, url: url, repository: repository, path: path)
            if !asked.contains(repository.id) { asked.append(repository.id) }
            guard let (blob, checksum) = try await bring(order, made, observe) else { continue }
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            let fileVersion = Self.fileVersion(in: name, of: coordinate)
            return JarRecord(
                learnt: currentTime(), fileVersion: fileVersion, repository: repository, url: url.text,
                sha256: blob.digest, size: blob.size, checksums: checksum.map { [$0.0: $0.1] } ?? [:])
        }
        if made.client.wouldAskOthers(coordinate.version) {
            throw RepositoryClient.notStored("\(coordinate)", "its jar")
        }
        throw Self.missing(coordinate, asked, path: artifact.path.dropLast())
    }

    private static func fileVersion(in name: String, of coordinate: ArtifactCoordinate) -> String {
        let classifier = coordinate.key.classifier.isEmpty ? "" : "-" + coordinate.key.classifier
        return String(
            name.dropFirst(coordinate.module.artifact.count + 1)
                .dropLast(classifier.count + coordinate.key.fileExtension.count + 1))
    }

    // MARK: - One file

    /// A file that is wanted from one place.
    struct Order: Sendable {
        var number: Int
        var coordinate: ArtifactCoordinate
        var url: ResourceURL
        var repository: Repository?
        var sha256: SHA256Digest?
        var size: UInt64?
        /// Its path in the repository, for what has no digest yet: the checksum beside it is asked for.
        var path: String?
    }

    private typealias Brought = (blob: Blob, checksum: (ChecksumKind, String)?)

    /// Brings a file into the store, checked; `nil` where it is not there.
    private func bring(
        _ order: Order, _ made: Made, _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> Brought? {
        observe(.began(order.number, order.coordinate))
        if let path = order.url.filePath {
            guard try await blocking({ path.isThere }) else { return nil }
            let checksum = try await checksum(of: order, made)
            let blob = try await blocking { try self.copy(order, path, checksum, made) }
            observe(.ended(order.number, bytes: blob.size))
            return (blob, checksum)
        }
        let name = order.sha256?.hex ?? "jar-" + SHA256Digest(of: order.url.text).hex
        return try await store.exclusively(awaiting: "blob-" + name, doing: "downloading \(order.coordinate)") {
            if let digest = order.sha256, let size = try await blocking({ try self.store.size(of: digest) }) {
                observe(.ended(order.number, bytes: 0))
                return (Blob(digest: digest, size: size), nil)
            }
            return try await self.download(order, as: name, made, observe)
        }
    }

    private func checksum(of order: Order, _ made: Made) async throws -> (ChecksumKind, String)? {
        guard let path = order.path, let repository = order.repository else { return nil }
        return try await made.client.checksum(of: path, in: repository)
    }

    private func download(
        _ order: Order, as name: String, _ made: Made, _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> Brought? {
        let path = try await blocking { try self.store.partialPath(name) }
        let download = Download(order.url, to: path, digest: order.sha256, size: order.size)
        let told = Mutex<UInt64>(0)
        let done: Downloaded
        do {
            done = try await transfer.download(download) { progress in
                let isWorthTelling = told.withLock { told in
                    guard progress.received >= told + 256 << 10 || progress.received == progress.size else {
                        return false
                    }
                    told = progress.received
                    return true
                }
                if isWorthTelling { observe(.received(order.number, bytes: progress.received, of: progress.size)) }
            }
        } catch let error as TransferError {
            switch error.code {
            case .status(404), .status(410): return nil
            case .status(401), .status(403), .status(407):
                guard let repository = order.repository else { throw error }
                throw made.client.refusal(error, repository)
            case .digestMismatch, .sizeMismatch: throw Self.changed(order, error)
            default: throw error
            }
        }
        let checksum = try await checksum(of: order, made)
        let blob = try await blocking { () throws -> Blob in
            do {
                try self.check(order, path, checksum, made)
            } catch {
                _ = path.withPlatformString { unlink($0) }
                throw error
            }
            return try self.store.adopt(path, expecting: order.sha256, hashed: done.digest)
        }
        observe(.ended(order.number, bytes: done.size - done.resumed))
        return (blob, checksum)
    }

    private func copy(
        _ order: Order, _ path: FilePath, _ checksum: (ChecksumKind, String)?, _ made: Made
    ) throws -> Blob {
        if let digest = order.sha256, let size = try store.size(of: digest) { return Blob(digest: digest, size: size) }
        try check(order, path, checksum, made)
        do {
            return try store.insert(copying: path, expecting: order.sha256, size: order.size)
        } catch let error as StoreError where error.code == .mismatch {
            throw Self.changed(order, error)
        }
    }

    /// Checks what came: no web page, and what the checksum beside it says.
    private func check(
        _ order: Order, _ path: FilePath, _ checksum: (ChecksumKind, String)?, _ made: Made
    ) throws {
        let reader: FileReader
        do {
            reader = try FileReader(path)
        } catch {
            throw MavenResolverError(
                .noSuchArtifact, "\(order.coordinate)", "cannot be read at \(path): \(error)",
                advice: "check the file and who may read it", cause: error)
        }
        var hasher = checksum.flatMap { ChecksumHasher($0.0.rawValue) }
        var isFirst = true
        while let chunk = try reader.next() {
            if isFirst, WebPage.isOne(chunk.prefix(1024)) {
                throw MavenResolverError(
                    .webPage, "\(order.url)", "is a web page where a jar should be",
                    advice:
                        "check the URL of the repository, its credentials, and that no proxy or login page stands in "
                        + "between")
            }
            isFirst = false
            hasher?.update(chunk)
            if hasher == nil { break }
        }
        guard let (kind, digits) = checksum, let found = hasher.take()?.hex(), found != digits,
            let repository = order.repository
        else { return }
        throw made.client.wrong(order.url, kind, says: digits, is: found, repository)
    }

    // MARK: - Errors

    private static func changed(_ order: Order, _ error: any Error) -> MavenResolverError {
        MavenResolverError(
            .wrongChecksum, "\(order.coordinate)",
            "is another file at \(order.url) than the one that was locked (\(order.sha256?.prefixed ?? ""))",
            advice: "lock again if you trust the new one; a released file should never change", cause: error)
    }

    private static func missing(
        _ coordinate: ArtifactCoordinate, _ asked: [String], path: some Sequence<ArtifactCoordinate>
    ) -> MavenResolverError {
        let through = path.map(\.description)
        return MavenResolverError(
            .noSuchArtifact, "\(coordinate)",
            "is in no repository" + (asked.isEmpty ? "" : " (asked: \(asked.joined(separator: ", ")))")
                + (through.isEmpty ? "" : ", and is needed through \(through.joined(separator: " → "))"),
            advice: "check its version, or name the repository that has it")
    }
}
