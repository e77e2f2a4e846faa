internal import SystemPackage

/// What the start of a native program says of how it is started (System V ABI, ELF header and program headers).
struct ELFProgram: Equatable {
    /// The path of the dynamic loader that it asks for; `nil` for a static program.
    let loader: String?
    let architecture: DebianArchitecture?

    /// - Returns: `nil` for what is no 64-bit little-endian ELF file.
    init?(start bytes: [UInt8]) {
        guard bytes.count >= 64, bytes[0..<4].elementsEqual([0x7F, 0x45, 0x4C, 0x46]), bytes[4] == 2, bytes[5] == 1
        else { return nil }
        func number(_ offset: Int, _ size: Int) -> UInt64? {
            guard offset >= 0, offset + size <= bytes.count else { return nil }
            return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        architecture =
            switch number(18, 2) {
            case 62: .amd64
            case 183: .arm64
            default: nil
            }
        guard let table = number(32, 8).flatMap({ Int(exactly: $0) }), let size = number(54, 2),
            let count = number(56, 2), table < bytes.count
        else { return nil }
        for index in 0..<Int(count) {
            let header = table + index * Int(size)
            guard let type = number(header, 4) else { return nil }
            guard type == 3 else { continue }
            guard let offset = number(header + 8, 8).flatMap({ Int(exactly: $0) }),
                let length = number(header + 32, 8).flatMap({ Int(exactly: $0) }), length > 1, length < 4096,
                offset < bytes.count - length
            else { return nil }
            loader = String(decoding: bytes[offset..<offset + length - 1], as: UTF8.self)
            return
        }
        loader = nil
    }

    /// Reads the first 64 KiB of a file.
    static func read(_ path: FilePath) throws -> ELFProgram? {
        let file = try FileDescriptor.open(path, .readOnly)
        let bytes = try file.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                count = try file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        return ELFProgram(start: bytes)
    }
}
