internal import Cryptography
internal import FileSystem
internal import SystemPackage

/// Reads a file once, to the end, while it is sealed or opened, measured and written.
struct StreamedCopy {
    struct Size {
        var size: Int64 = 0
        var digest = SHA256Digest(words: (0, 0, 0, 0))
    }

    struct Sizes {
        /// As it lies in the backup.
        var stored: Size
        /// Unsealed; `nil` where it was not opened.
        var content: Size?
    }

    private enum Turn {
        case seal(SealingKey)
        case open(SealingKey)
        /// - Parameter isContent: whether what lies in the backup is the content itself.
        case none(isContent: Bool)
    }

    private let source: FilePath
    private let turn: Turn

    /// To put a file into a backup.
    init(of source: FilePath, sealing key: SealingKey?) {
        self.source = source
        turn = key.map { .seal($0) } ?? .none(isContent: true)
    }

    /// To read a file of a backup; a sealed one without a key as it lies there.
    init(of source: FilePath, isSealed: Bool, opening key: SealingKey?) {
        self.source = source
        turn = if isSealed, let key { .open(key) } else { .none(isContent: !isSealed) }
    }

    /// Reads and checks, and writes nothing.
    func measure() throws -> Sizes { try run { _ throws(JobStoreError) in } }

    /// Writes a new file, whose content is durable when this returns.
    func write(to destination: FilePath) throws -> Sizes {
        try attempt("make the folder", destination) { () throws(Errno) in
            try destination.removingLastComponent().makeFolders(durably: true)
        }
        let file = try attempt("make it", destination) { () throws(Errno) in
            try NewFile(beside: destination, mode: 0o600)
        }
        let sizes = try run { bytes throws(JobStoreError) in
            try attempt("write it", destination) { () throws(Errno) in try file.write(bytes) }
        }
        try attempt("write it", destination) { () throws(Errno) in
            try file.publish(as: destination, .contentAndName)
        }
        return sizes
    }

    private func run(_ sink: ([UInt8]) throws(JobStoreError) -> Void) throws -> Sizes {
        let reader = try attempt("read it", source) { () throws(Errno) in try FileReader(source, chunk: 1 << 20) }
        func next() throws(JobStoreError) -> [UInt8]? {
            try attempt("read it", source) { () throws(Errno) in try reader.next().map { Array($0) } }
        }
        let input = Measure()
        let output = Measure()
        func put(_ bytes: [UInt8]) throws {
            output.add(bytes)
            try sink(bytes)
        }
        switch turn {
        case .none(let isContent):
            while let bytes = try next() { try put(bytes) }
            let size = output.finish()
            return Sizes(stored: size, content: isContent ? size : nil)
        case .seal(let key):
            var sealer = Sealer(key: key)
            while let bytes = try next() {
                input.add(bytes)
                try put(bytes.withUnsafeBytes { sealer.update($0) })
            }
            try put(sealer.finish())
            return Sizes(stored: output.finish(), content: input.finish())
        case .open(let key):
            var unsealer = Unsealer(key: key)
            do {
                while let bytes = try next() {
                    input.add(bytes)
                    try put(bytes.withUnsafeBytes { bytes throws(UnsealingFault) in try unsealer.update(bytes) })
                }
                try put(try unsealer.finish())
            } catch let fault as UnsealingFault {
                throw Self.error(fault, source)
            }
            return Sizes(stored: input.finish(), content: output.finish())
        }
    }

    private static func error(_ fault: UnsealingFault, _ path: FilePath) -> JobStoreError {
        switch fault {
        case .wrongKey:
            // The manifest is authentic and names this key.
            JobStoreError(
                .badBackup, path.string, "was changed since it was sealed, or belongs to another backup",
                advice: "use another backup", cause: fault)
        case .notSealed, .changed:
            JobStoreError(
                .badBackup, path.string, "was changed or cut off since it was sealed", advice: "use another backup",
                cause: fault)
        }
    }

    private final class Measure {
        private var size: Int64 = 0
        private var hasher: SHA256Hasher? = SHA256Hasher()

        func add(_ bytes: [UInt8]) {
            size += Int64(bytes.count)
            hasher?.update(bytes)
        }

        /// The end: nothing can be added afterwards.
        func finish() -> Size {
            guard let hasher = hasher.take() else { preconditionFailure("a measure is finished once") }
            return Size(size: size, digest: hasher.finalize())
        }
    }
}
