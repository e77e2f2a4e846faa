internal import Glibc

/// What an ELF file's dynamic section says of other libraries (System V ABI, "Dynamic Section"): where it looks for them,
/// and what they are called.
///
/// Shared libraries find others through `$ORIGIN/…`, the folder they were loaded from. Where such a path leaves the
/// package, links to folders would lead it astray, since `..` after a link is the link's target's parent.
struct ELFDynamicSection {
    /// The entries of `DT_RPATH` and `DT_RUNPATH`.
    private(set) var runPaths: [String] = []
    /// The names of the libraries that it needs (`DT_NEEDED`), and its own (`DT_SONAME`).
    private(set) var libraries: [String] = []

    /// Bytes of an ELF header, without which there is nothing to read.
    static let smallest: UInt64 = 64

    /// Reads an open file. Nothing is found in what is no 64-bit little-endian ELF file with a dynamic section, or a
    /// malformed one, which the loader would refuse as well.
    init(of descriptor: CInt) {
        guard let header = Self.bytes(of: descriptor, at: 0, count: 64),
            header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        else { return }
        let programStart = Self.number(header, 32, 8)
        let programSize = Int(Self.number(header, 54, 2))
        let programCount = Int(Self.number(header, 56, 2))
        guard programSize >= 56, programCount > 0,
            let programs = Self.bytes(of: descriptor, at: programStart, count: programSize * programCount)
        else { return }
        var segments: [(address: UInt64, offset: UInt64, size: UInt64)] = []
        var dynamic: (offset: UInt64, size: UInt64)?
        for index in 0..<programCount {
            let program = index * programSize
            let offset = Self.number(programs, program + 8, 8)
            let size = Self.number(programs, program + 32, 8)
            switch Self.number(programs, program, 4) {
            case 1: segments.append((Self.number(programs, program + 16, 8), offset, size))
            case 2: dynamic = (offset, size)
            default: break
            }
        }
        guard let dynamic, dynamic.size <= 1 << 20,
            let table = Self.bytes(of: descriptor, at: dynamic.offset, count: Int(dynamic.size))
        else { return }
        var textTable: UInt64?
        var places: (runPaths: [UInt64], libraries: [UInt64]) = ([], [])
        for entry in stride(from: 0, to: table.count - 15, by: 16) {
            let value = Self.number(table, entry + 8, 8)
            switch Self.number(table, entry, 8) {
            case 5: textTable = value
            case 15, 29: places.runPaths.append(value)
            case 1, 14: places.libraries.append(value)
            default: break
            }
        }
        guard let textTable,
            let segment = segments.first(where: { $0.address <= textTable && textTable - $0.address < $0.size })
        else { return }
        let texts = segment.offset &+ (textTable - segment.address)
        runPaths = places.runPaths.compactMap { Self.text(in: descriptor, at: texts &+ $0) }
            .flatMap { $0.split(separator: ":").map(String.init) }
        // More than any real library needs is somebody's joke.
        libraries = places.libraries.prefix(1000).compactMap { Self.text(in: descriptor, at: texts &+ $0) }
    }

    private static func text(in descriptor: CInt, at offset: UInt64) -> String? {
        var found: [UInt8] = []
        var offset = offset
        // Longer than any real run path; an unterminated one is no text.
        while found.count < 1 << 16 {
            var chunk = [UInt8](repeating: 0, count: 512)
            let count = pread(descriptor, &chunk, chunk.count, off_t(truncatingIfNeeded: offset))
            guard count > 0 else { return nil }
            if let end = chunk[..<count].firstIndex(of: 0) {
                return String(decoding: found + chunk[..<end], as: UTF8.self)
            }
            found += chunk[..<count]
            offset += UInt64(count)
        }
        return nil
    }

    private static func bytes(of descriptor: CInt, at offset: UInt64, count: Int) -> [UInt8]? {
        guard offset <= UInt64(Int64.max), count <= 1 << 22 else { return nil }
        var buffer = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &buffer, count, off_t(offset)) == count ? buffer : nil
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> UInt64 {
        bytes[offset..<offset + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
