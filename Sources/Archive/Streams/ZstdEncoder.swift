internal import CZstd

/// Compresses a stream to a zstd frame (RFC 8878).
///
/// The library decides the bytes, so they may change with its version: only what they unpack to is promised.
public struct ZstdEncoder: ~Copyable {
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer

    /// The library that compresses, and its version: part of what a cached result depends on.
    public static var library: String { "zstd-\(ZSTD_versionNumber())" }

    /// - Parameters:
    ///   - level: 1 to 19; 3 is zstd's own default.
    ///   - threads: how many threads of its own the library compresses on; with 0 it is the caller's. The bytes are the
    ///     same for any number but 0.
    public init(level: Int32 = 3, threads: Int32 = 0) {
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd's context") }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        // A library that was built without threads refuses this and stays on the caller's.
        ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, threads)
        // Each thread holds pieces of this many bytes; zstd's own choice of 8 MiB would be most of our memory.
        if threads > 0 { ZSTD_CCtx_setParameter(context, ZSTD_c_jobSize, 2 << 20) }
        self.context = context
        output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 64)
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    /// Adds content. `sink` takes compressed bytes as they come, valid during the call alone.
    public mutating func write(
        _ content: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try step(content, ZSTD_e_continue, sink)
    }

    /// Ends the frame and makes ready for another one.
    public mutating func finish(sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try step(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end, sink)
    }

    private func step(
        _ content: UnsafeRawBufferPointer, _ directive: ZSTD_EndDirective,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: content.baseAddress, size: content.count, pos: 0)
        while true {
            var out = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let left = ZSTD_compressStream2(context, &out, &input, directive)
            guard ZSTD_isError(left) == 0 else {
                throw ArchiveError(
                    .unwritable, "zstd", "cannot compress (\(String(cString: ZSTD_getErrorName(left))))")
            }
            if out.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<out.pos])) }
            if directive == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
        }
    }
}
