internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import Publishing
internal import PythonIndex
internal import SystemPackage
internal import Units
internal import Workers

/// What a look at every stored byte found, and what came of it.
public struct StoreReport: Sendable {
    /// Something that is not as it was stored.
    public struct Fault: Sendable, Hashable {
        public enum Kind: String, Sendable {
            /// A stored file has other bytes.
            case file
            /// A stored file that environments need is not there.
            case missing
            /// An unpacked package has other files.
            case package
            /// Derived documents have other bytes.
            case records
        }

        public let kind: Kind
        /// What it is, for people: a file's name and digest, or a package.
        public let subject: String
        public fileprivate(set) var outcome: Outcome
    }

    /// What came of a fault.
    public enum Outcome: Sendable, Hashable {
        case mended
        /// It was set aside, and is made again when it is needed.
        case madeWhenNeeded
        /// It is as it was found; why nothing could be done, or that nothing was to be.
        case unmended(String)
    }

    /// Stored files, and their bytes.
    public let blobs: Int
    public let bytes: UInt64
    /// Unpacked packages.
    public let packages: Int
    public let faults: [Fault]
    public let seconds: Double

    public var isSound: Bool { !faults.contains { if case .unmended = $0.outcome { true } else { false } } }
}

extension EnvironmentBuilder {
    /// Reads every stored byte and mends what is damaged: artifacts are fetched again, packages unpacked again; what
    /// was derived otherwise is set aside and made again when it is needed.
    ///
    /// - Parameter mending: whether anything is changed at all.
    public func verifyStore(mending: Bool) async throws -> StoreReport {
        let watch = Stopwatch()
        let everything = try await store.keepEverything(awaiting: "verifying the store")
        defer { everything.release() }
        let kept = try await store.keepContents(awaiting: "verifying the store")
        defer { kept.release() }
        let (store, workers, observer) = (self.store, self.workers, self.observer)
        let found = try await stage(.verifying) {
            try await blocking {
                try store.verify(workers: workers, mending: mending) { done, total in
                    observer(.progressed(.verifying, done: Int(done >> 20), total: Int(total >> 20)))
                }
            }
        }
        var faults: [StoreReport.Fault] = []
        for digest in found.damaged.map(\.digest) {
            faults.append(
                StoreReport.Fault(
                    kind: .file, subject: try name(of: digest),
                    outcome: mending ? try await mend(digest, isThere: true) : .unmended("only looked at")))
        }
        for digest in Set(found.missing.values.joined()).sorted() {
            faults.append(
                StoreReport.Fault(
                    kind: .missing, subject: try name(of: digest),
                    outcome: mending ? try await mend(digest, isThere: false) : .unmended("only looked at")))
        }
        if found.damagedRecords > 0 {
            faults.append(
                StoreReport.Fault(
                    kind: .records, subject: counted(found.damagedRecords, "derived document"),
                    outcome: mending ? .madeWhenNeeded : .unmended("only looked at")))
        }
        for path in found.foreign { observer(.warning("\(path) is no file of the store; it is left where it is")) }
        let (packages, damaged) = try await verifyPackages(mending: mending)
        return StoreReport(
            blobs: found.blobs, bytes: found.bytes, packages: packages, faults: faults + damaged,
            seconds: watch.seconds)
    }

    private func mend(_ digest: SHA256Digest, isThere: Bool) async throws -> StoreReport.Outcome {
        if isThere { try store.quarantine(digest) }
        guard let artifact = try store.remembered(digest) else {
            return isThere ? .madeWhenNeeded : .unmended("build the environment again, which makes it anew")
        }
        let index = try index(for: nil, in: settings.data)
        do {
            _ = try await index.fetch(artifact)
            return .mended
        } catch {
            // The file may lie elsewhere by now; its digest tells whether it is the same.
            var elsewhere = artifact
            elsewhere.place = .page
            if artifact.place != .page, (try? await index.fetch(elsewhere)) != nil { return .mended }
            return .unmended("it could not be fetched again: \(error)")
        }
    }

    private func name(of digest: SHA256Digest) throws -> String {
        try store.remembered(digest).map { "\($0.filename) (\(digest.prefixed))" } ?? digest.prefixed
    }

    /// Compares every unpacked package with its units; the files among the blobs are known to be good or gone.
    private func verifyPackages(mending: Bool) async throws -> (count: Int, faults: [StoreReport.Fault]) {
        let (store, workers, observer) = (self.store, self.workers, self.observer)
        return try await stage(.verifying) {
            try await blocking {
                let folders = PackageFolders(in: store)
                let units = try StoredUnits(of: store)
                let names = try folders.names()
                var faults: [StoreReport.Fault] = []
                for (done, name) in names.enumerated() {
                    observer(.progressed(.verifying, done: done, total: names.count))
                    guard let package = Package(folderName: name, units: units) else {
                        if try folders.isWhatItsNameSays(name) { continue }
                        faults.append(
                            StoreReport.Fault(
                                kind: .package, subject: folders.path(named: name).string,
                                outcome: .unmended(
                                    "nothing in the store describes it any more; delete it and build what links to it"))
                        )
                        continue
                    }
                    guard let finding = try folders.verify(package, workers: workers).first(where: \.isDamage) else {
                        continue
                    }
                    var outcome = StoreReport.Outcome.unmended("only looked at")
                    if mending {
                        do {
                            try folders.replace(package, workers: workers)
                            outcome = .mended
                        } catch {
                            outcome = .unmended("it could not be unpacked again: \(error)")
                        }
                    }
                    faults.append(
                        StoreReport.Fault(
                            kind: .package, subject: "\(package.unit) (\(finding.path) is \(finding.kind.rawValue))",
                            outcome: outcome))
                }
                return (names.count, faults)
            }
        }
    }
}
