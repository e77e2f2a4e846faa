internal import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import Units

/// A wheel that was made of a source distribution, and what is known of it.
struct BuiltWheel: Sendable, Equatable {
    var filename: WheelFilename
    var digest: SHA256Digest
    /// The newest release of glibc 2 that its libraries ask for; `nil` for none.
    var glibc: Int?

    private static let kind: RecordKind = "built-wheel.2"

    /// Everything that decides what is built.
    ///
    /// - Parameters:
    ///   - source: what is built.
    ///   - requirements: the wheels that it is built with.
    ///   - epoch: seconds since 1970 that stand for "now".
    static func key(
        source: StoredSource, requirements: [Lock.BuildRequirement], by builder: WheelBuilder, epoch: Int64
    ) -> String {
        let facts = [
            source.identity, builder.interpreter.build.key.hex, "\(HostMachine.current)", builder.sandbox.kind,
            "\(epoch)",
        ]
        let tools = requirements.map(\.wheel.sha256.hex).sorted()
        return SHA256Digest(of: (facts + tools).map { $0 + "\n" }.joined()).hex
    }

    /// The wheel that was built of something, if it is still there.
    ///
    /// - Parameter key: as ``key(source:requirements:by:epoch:)`` has it.
    static func known(as key: String, in store: ContentStore) throws -> BuiltWheel? {
        for name in try store.recordKeys(kind: kind).sorted() where name.hasPrefix(key) {
            guard let wheel = try store.record(kind: kind, key: name).flatMap({ BuiltWheel(record: $0) }),
                try store.contains(wheel.digest)
            else { continue }
            return wheel
        }
        return nil
    }

    /// Keeps what was built. The wheel's digest is part of the name, so that a collection leaves what is known of a wheel as
    /// long as an environment needs the wheel: else its source would have to be there, and be built, once more.
    func keep(as key: String, in store: ContentStore) throws {
        try store.setRecord(kind: Self.kind, key: "\(key) \(digest.hex)", value: record)
    }

    var record: [UInt8] {
        var writer = RecordWriter()
        writer.text(filename.filename)
        writer.digest(digest)
        writer.shortNumber(UInt64(glibc.map { $0 + 1 } ?? 0))
        return writer.bytes
    }

    init(_ filename: WheelFilename, digest: SHA256Digest, glibc: Int?) {
        self.filename = filename
        self.digest = digest
        self.glibc = glibc
    }

    /// Reads what ``record`` wrote; `nil` for anything else.
    init?(record: [UInt8]) {
        var reader = RecordReader(record)
        guard let name = try? reader.text(), let filename = try? WheelFilename(name),
            let digest = try? reader.digest(), let release = try? reader.shortNumber()
        else { return nil }
        self.init(filename, digest: digest, glibc: release == 0 ? nil : Int(release) - 1)
    }

    /// Checks that a wheel built on this machine is of use on a target: one for any machine is, one for this machine
    /// only on others of its kind that have as new a C library as it asks for.
    ///
    /// - Throws: ``BuilderError`` (`wrongPlatform`).
    func check(for platform: TargetPlatform, python: PythonVersion) throws {
        if TagPriority(python: python, platform: platform).rank(of: filename) != nil { return }
        let advice =
            "choose a version that has a wheel for \(platform), or build on such a machine"
        guard filename.tags.contains(where: { $0.platform == "linux_\(platform.architecture.rawValue)" }),
            HostMachine.current.runs(platform), case .glibc(_, let level) = platform.cLibrary
        else {
            throw BuilderError(
                .wrongPlatform, filename.filename,
                "was built on \(HostMachine.current), and is of no use on \(platform)",
                advice: advice)
        }
        guard let glibc, glibc > level else { return }
        throw BuilderError(
            .wrongPlatform, filename.filename,
            "was built here with glibc 2.\(glibc), and the environment is for \(platform)",
            advice:
                "set `platform: linux-\(platform.architecture.rawValue)-glibc2.\(glibc)` in the recipe, or \(advice)")
    }
}
