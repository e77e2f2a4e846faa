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
            var refused: (any Error)?
            let orders = try await blocking { try self.orders(for: jar, number, made) }
            for order in orders {
                guard made.policy != .offline || order.url.scheme == .file else { continue }
                do {
                    if let brought = try await self.bring(order, made, observe) { return brought.blob }
                } catch let error where error is MavenResolverError || error is TransferError {
                    // Another place may have the right one, which its digest tells. What a repository says counts for more
                    // than what lies here.
                    if refused == nil || order.repository != nil { refused = error }
                }
            }
            if let refused { throw refused }
            if made.policy == .offline { throw made.client.notStored("\(jar.coordinate)", "its jar") }
            let asked = orders.filter { $0.repository != nil || jar.url != nil }.map { "\($0.url)" }
            throw MavenResolverError(
                .noLongerThere, "\(jar.coordinate)",
                "is not where it was when it was locked (asked: \(asked.joined(separator: ", ")))",
                advice: "lock again, or name the repository that has it now")
        }
    }

    /// Where a lock's jar may be. Its digest tells whether it is the one, so that any copy on this machine will do.
    private func orders(for jar: JarFile, _ number: Int, _ made: Made) throws -> [Order] {
        func order(_ url: ResourceURL, _ repository: Repository?) -> Order {
            Order(
                number: number, coordinate: jar.coordinate, url: url, repository: repository, sha256: jar.sha256,
                size: jar.size)
        }
        let path = Layout.file(jar.coordinate, version: jar.fileVersion)
        var orders: [Order] = []
        if let copy = made.client.copy(path).path { orders.append(order(.file(copy), nil)) }
        if let url = try jar.url.map({ try ResourceURL($0) }) {
            let repository = made.configuration.repositories.first { url.text.hasPrefix($0.root.text) }
            if orders.first?.url != url { orders.append(order(url, repository)) }
        } else {
            let copy = orders.first?.url
            orders += made.client.candidates(path, version: jar.coordinate.version).filter { $0.url != copy }
                .map { order($0.url, $0.repository) }
        }
        return orders
    }

    /// What is known of chosen jars; those that are not known are fetched.
    ///
    /// - Returns: the jars, and the numbers of those that were fetched.
    func jars(
        _ chosen: [ChosenArtifact], withoutPOM: Set<ModuleVersion>, _ made: Made,
        _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> ([ResolvedJar], fresh: [Int]) {
        let keys = chosen.map { "\(made.scope)/\($0.coordinate.key):\($0.coordinate.version)" }
        var records = try await blocking { try self.known(chosen, keys, made) }
        let missing = records.indices.filter { records[$0] == nil }
        let found = try await concurrently(missing, atMost: jobs) { number in
            try await self.locate(
                chosen[number], number, hasPOM: !withoutPOM.contains(chosen[number].coordinate.project), made, observe)
        }
        for (number, record) in zip(missing, found) { records[number] = record }
        if !missing.isEmpty {
            let fresh = zip(missing, found).filter { !$0.1.isProvisional }.map {
                (key: keys[$0.0], value: $0.1.encoded())
            }
            try await blocking { try self.store.setRecords(kind: JarRecord.kind, fresh) }
        }
        let jars = zip(chosen, records).compactMap { artifact, record in
            record.map { record in
                ResolvedJar(
                    coordinate: artifact.coordinate, fileVersion: record.fileVersion, repository: record.repository,
                    isFromDefault: record.isFromDefault, url: record.url, sha256: record.sha256, size: record.size,
                    checksums: record.checksums, path: artifact.path, lost: artifact.lost,
                    relocatedFrom: artifact.relocatedFrom)
            }
        }
        return (jars, missing)
    }

    /// What was found out of jars before and still holds. Blocks.
    private func known(_ chosen: [ChosenArtifact], _ keys: [String], _ made: Made) throws -> [JarRecord?] {
        let stored = try store.records(kind: JarRecord.kind, keys: keys)
        return try zip(chosen, keys).map { artifact, key in
            guard let bytes = stored[key], let record = try? JarRecord(bytes) else { return nil }
            let isMoving = RepositoryVersion(artifact.coordinate.version).isMoving
            // What was installed by hand is published one day.
            let mayChange = isMoving || record.repository == made.client.local?.id
            let serves =
                !mayChange
                || made.policy.serves(learnt: record.learnt, began: began, now: currentTime(), for: MavenPolicy.day)
            let isOfBuild = try !isMoving || build(artifact.coordinate, made).map { $0 == record.fileVersion } ?? true
            return serves && isOfBuild && FileStamp.holds(record.stamp, of: record.url) ? record : nil
        }
    }

    /// Finds a jar in the repositories and brings it.
    private func locate(
        _ artifact: ChosenArtifact, _ number: Int, hasPOM: Bool, _ made: Made,
        _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> JarRecord {
        let coordinate = artifact.coordinate
        let way = Self.way(artifact.path.dropLast())
        var asked: [Repository] = []
        let build = try await blocking { try self.build(coordinate, made) }
        for place in try await made.client.places(of: coordinate, build: build) {
            let order = Order(
                number: number, coordinate: coordinate, url: place.url, repository: place.repository, path: place.path)
            let stamp = FileStamp(place.url)
            var brought = try await bringCopy(order, place, made, observe)
            let isProvisional = brought != nil && made.client.isOffline
            if brought == nil, !made.client.isOffline || place.url.scheme == .file {
                brought = try await made.client.asking(
                    place.repository, about: "\(coordinate)", "its jar\(way)", after: asked
                ) { try await bring(order, made, observe) }
            }
            guard let (blob, checksum) = brought else {
                asked.append(place.repository)
                continue
            }
            var record = JarRecord(
                learnt: currentTime(), fileVersion: coordinate.fileVersion(in: place.name),
                repository: place.repository, url: place.url.text, sha256: blob.digest, size: blob.size,
                checksums: checksum.map { [$0.0: $0.1] } ?? [:])
            record.stamp = stamp
            record.isProvisional = isProvisional
            return record
        }
        if made.client.wouldAskOthers(coordinate.version) {
            throw await made.client.notStored(coordinate.project, "its jar\(way)")
        }
        if let build, build != coordinate.version {
            throw MavenResolverError(
                .noSuchArtifact, "\(coordinate)", "has no jar of the build that its POM is of (\(build))",
                advice: "lock with --upgrade, which asks for the last build again")
        }
        throw await missing(coordinate, asked, way, hasPOM: hasPOM, made)
    }

    /// The build of a snapshot that its POM is of; `nil` where that is not known.
    private func build(_ coordinate: ArtifactCoordinate, _ made: Made) throws -> String? {
        guard RepositoryVersion(coordinate.version).isMoving,
            let bytes = try store.record(kind: POMRecord.kind, key: "\(made.scope)/\(coordinate.project)"),
            let record = try? POMRecord(bytes), !record.isMissing
        else { return nil }
        return record.fileVersion
    }

    /// Takes what Maven has fetched from a place; `nil` where it has nothing, or something else than the repository has.
    private func bringCopy(
        _ order: Order, _ place: Place, _ made: Made, _ observe: @escaping @Sendable (JarFetchEvent) -> Void
    ) async throws -> Brought? {
        guard let path = place.copy else { return nil }
        let checksum = try await made.client.checksum(ofCopyAt: place)
        guard checksum != nil || made.client.isOffline else { return nil }
        observe(.began(order.number, order.coordinate))
        do {
            let blob = try await blocking { try self.copy(order, path, checksum, made) }
            observe(.ended(order.number, bytes: blob.size))
            return (blob, checksum)
        } catch let error as MavenResolverError where error.code == .wrongChecksum || error.code == .webPage {
            guard made.client.isOffline else { return nil }
            throw error
        }
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
                .noLongerThere, "\(order.coordinate)", "cannot be read at \(path): \(error)",
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
            advice: order.repository == nil && order.url.scheme == .file
                ? "delete that file, or put back the one that was locked"
                : "a released file never changes: ask who runs the repository before anything takes the new one, and "
                    + "get the locked one from elsewhere meanwhile", cause: error)
    }

    /// What every repository has denied.
    private func missing(
        _ coordinate: ArtifactCoordinate, _ asked: [Repository], _ way: String, hasPOM: Bool, _ made: Made
    ) async -> MavenResolverError {
        let places = asked.isEmpty ? "" : " (asked: \(RepositoryClient.names(asked)))"
        if hasPOM {
            return MavenResolverError(
                .noSuchArtifact, "\(coordinate)", "has a POM, and no jar in any repository\(places)\(way)",
                advice: "exclude it where it comes from, or name the type or classifier under which its file is there")
        }
        let hint = await made.client.hint(about: coordinate.project)
        return MavenResolverError(
            .noSuchArtifact, "\(coordinate)", "is in no repository\(places)\(way)\(hint?.message ?? "")",
            advice: hint?.advice ?? "check its group, artifact and version, or name the repository that has it")
    }

    /// Who needs something, as the rest of a sentence.
    private static func way(_ path: some Sequence<ArtifactCoordinate>) -> String {
        let through = path.map(\.description)
        return through.isEmpty ? "" : ", and is needed through \(through.joined(separator: " → "))"
    }
}
