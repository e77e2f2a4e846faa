/// What is known of a Python package's native libraries by names alone.
public struct NativePackage: Sendable, Hashable {
    /// The project's normalised name.
    public var name: String
    /// As its file's name writes it, with a local version.
    public var version: String
    /// The file names of shared libraries that it brings, and those that its libraries need, as far as they are known.
    public var libraries: Set<String>

    public init(name: String, version: String, libraries: Set<String> = []) {
        self.name = name
        self.version = version
        self.libraries = libraries
    }
}

/// Two majors of what a process can have one of.
struct NativeRules {
    let packages: [NativePackage]

    func findings() -> [Finding] {
        majors(
            .cudaMajors, .conflict, NativeLibrary.cudaMajors, word: "cuda", name: "CUDA",
            "their libraries meet in one process, cuDNN's and NCCL's under one name",
            advice: "choose builds for one CUDA: the extra, index or version that the project names for it")
            + majors(
                .protobufMajors, .warning, NativeLibrary.protobufMajors, word: "libprotobuf", name: "libprotobuf",
                "they meet in one process where one is loaded globally",
                advice: "choose versions of these packages that were built with one Protocol Buffers")
    }

    private func majors(
        _ rule: Finding.Rule, _ severity: Finding.Severity, _ majorsOf: (NativePackage) -> Set<Int>, word: String,
        name: String, _ why: String, advice: String
    ) -> [Finding] {
        var owners: [Int: [String]] = [:]
        for package in packages { for major in majorsOf(package) { owners[major, default: []].append(package.name) } }
        guard owners.count > 1 else { return [] }
        let sorted = owners.sorted { $0.key < $1.key }
        let list = sorted.map { "\($0.key) (\(listed($0.value.sorted())))" }
        return [
            Finding(
                rule, severity, sorted.map { "\(word)-\($0.key)" }, title: name,
                "is here in \(sorted.count) major versions, \(listed(list)): \(why)", advice: advice,
                count: owners.values.reduce(0) { $0 + $1.count }, examples: sorted.compactMap { $0.value.min() })
        ]
    }
}

/// Names of shared libraries that tell a major version.
public enum NativeLibrary {
    /// Libraries whose version is CUDA's own; others, such as cuFFT, count for themselves.
    private static let cuda: Set<String> = [
        "libcudart", "libcublas", "libcublasLt", "libnvrtc", "libcusparse", "libnvJitLink", "libcupti",
    ]

    /// Whether a library's name tells something that is looked at here.
    public static func isTelling(_ file: String) -> Bool {
        guard let (name, _, _) = parse(file) else { return false }
        return cuda.contains(name) || name == "libprotobuf"
    }

    /// `libcudart-d0da41ae.so.11.0` is `libcudart`, 11, renamed.
    private static func parse(_ file: String) -> (name: String, major: Int, isRenamed: Bool)? {
        guard let mark = file.range(of: ".so.") else { return nil }
        let digits = file[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard let major = Int(digits) else { return nil }
        let stem = file[..<mark.lowerBound]
        // auditwheel puts a piece of the file's digest behind the name.
        guard let dash = stem.lastIndex(of: "-") else { return (String(stem), major, false) }
        return (String(stem[..<dash]), major, true)
    }

    static func cudaMajors(of package: NativePackage) -> Set<Int> {
        var majors: Set<Int> = []
        for file in package.libraries {
            if let (name, major, _) = parse(file), cuda.contains(name) { majors.insert(major) }
        }
        if let named = cudaMajor(inName: package.name) { majors.insert(named) }
        // torch 2.4.0+cu121
        if let local = package.version.split(separator: "+").dropFirst().first, local.hasPrefix("cu"),
            let number = Int(local.dropFirst(2).prefix { $0.isNumber })
        {
            majors.insert(number >= 100 ? number / 10 : number)
        }
        return majors
    }

    static func protobufMajors(of package: NativePackage) -> Set<Int> {
        // A renamed one is nobody's but its owner's.
        Set(
            package.libraries.compactMap { file in
                guard let (name, major, isRenamed) = parse(file), name == "libprotobuf", !isRenamed else { return nil }
                return major
            })
    }

    /// 12 of `nvidia-cublas-cu12`, `cupy-cuda12x`, `jax-cuda12-plugin`.
    private static func cudaMajor(inName name: String) -> Int? {
        for word in name.split(separator: "-") {
            for prefix in ["cuda", "cu"] where word.hasPrefix(prefix) {
                let digits = word.dropFirst(prefix.count).prefix { $0.isNumber }
                if let number = Int(digits) { return number >= 100 ? number / 10 : number }
            }
        }
        return nil
    }
}

extension StringProtocol {
    /// Where a text stands first.
    fileprivate func range(of text: String) -> Range<Index>? {
        firstRange(of: text)
    }
}
