internal import BaseImages
internal import Glibc
internal import PythonPackaging

/// The machine that this process runs on, as far as environments are concerned.
struct HostMachine: CustomStringConvertible {
    static let current = HostMachine()

    /// As `uname -m` says it; `nil` for one that Chidori makes no environments for.
    private let architecture = DebianArchitecture.host?.machine
    /// `glibc2.36`.
    private let cLibrary: String = {
        var text = [CChar](repeating: 0, count: 64)
        guard confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else { return "glibc" }
        let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.filter { $0 != UInt8(ascii: " ") }
        return String(decoding: words, as: UTF8.self)
    }()

    /// Whether programs for a platform can run here at all; which C library they find is up to their interpreter.
    func runs(_ platform: TargetPlatform) -> Bool {
        platform.architecture.rawValue == architecture
    }

    /// The platform of an interpreter of this machine with a C library of its own (`glibc 2.36`; musl's tell none);
    /// `nil` on machines that Chidori makes no environments for.
    func platform(with library: String) -> TargetPlatform? {
        guard let processor = architecture.flatMap(TargetPlatform.Architecture.init(rawValue:)) else { return nil }
        let words = library.split(separator: " ")
        let numbers = (words.last ?? "").split(separator: ".").compactMap { Int($0) }
        guard words.first == "glibc", numbers.count >= 2 else {
            return TargetPlatform(processor, TargetPlatform.defaultMusl)
        }
        return TargetPlatform(processor, .glibc(major: numbers[0], minor: numbers[1]))
    }

    /// As platforms are written: `linux-x86_64-glibc2.36`.
    var description: String { "linux-\(architecture ?? "unknown")-\(cLibrary)" }
}
