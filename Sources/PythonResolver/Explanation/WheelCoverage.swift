internal import PythonPackaging

/// What the wheels of a version are for, where none of them is for the target: what a person would have to change.
struct WheelCoverage {
    /// How far the wheels come towards the target.
    private enum Miss {
        /// Some are for the platform, and for these Pythons.
        case python(Pythons)
        /// Some are for the Python and the processor, and ask for this much of the C library.
        case library(TargetPlatform)
        /// Some are for the Python, on these machines.
        case machine([String])
        case everything(Pythons, [String])
    }

    private let miss: Miss
    /// A platform that environments can be made for and that there are wheels for, on the same processor if there is one.
    private let other: TargetPlatform?
    private let python: PythonVersion
    private let platform: TargetPlatform

    /// - Parameter tagSets: of the version's wheels: `cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64`.
    init?(_ tagSets: [String], python: PythonVersion, platform: TargetPlatform) {
        let wheels = tagSets.compactMap { Wheel($0) }.filter { !$0.pythons.isEmpty }
        guard !wheels.isEmpty else { return nil }
        let running = Set(platform.tags + ["any"])
        let here = wheels.filter { !running.isDisjoint(with: $0.platforms) }
        let now = wheels.filter { $0.pythons.contains(python) }
        self.python = python
        self.platform = platform
        other = now.flatMap(\.platforms).compactMap { TargetPlatform(tag: $0) }.min {
            ($0.architecture == platform.architecture ? 0 : 1, $0.description)
                < ($1.architecture == platform.architecture ? 0 : 1, $1.description)
        }
        if !here.isEmpty {
            miss = .python(Pythons(here, forFreeThreaded: python.isFreeThreaded))
        } else if let least = now.flatMap(\.platforms).compactMap({ TargetPlatform(tag: $0) })
            .filter({ $0.isNewer(than: platform) }).min(by: { $1.isNewer(than: $0) })
        {
            miss = .library(least)
        } else if !now.isEmpty {
            miss = .machine(Self.machines(now))
        } else {
            miss = .everything(Pythons(wheels, forFreeThreaded: python.isFreeThreaded), Self.machines(wheels))
        }
    }

    /// `Python 3.7–3.10 on linux-x86_64`.
    var has: String {
        switch miss {
        case .python(let pythons): "Python \(pythons) on linux-\(platform.architecture.rawValue)"
        case .library(let platform): "\(platform) and newer"
        case .machine(let machines): machines.joined(separator: ", ")
        case .everything(let pythons, let machines): "Python \(pythons) on \(machines.joined(separator: ", "))"
        }
    }

    /// What the wheels are not for: `Python 3.11`, or the platform.
    var lacks: String {
        switch miss {
        case .python: "Python \(python)"
        case .library, .machine: "\(platform)"
        case .everything: "Python \(python) on \(platform)"
        }
    }

    /// What to choose instead; `nil` where nothing that Chidori makes environments for would do.
    var choice: String? {
        switch miss {
        case .python(let pythons):
            pythons.nearest(to: python).map { "Python \($0) (--python-version \($0))" }
        case .library(let platform):
            "a platform whose C library is new enough (--platform \(platform))"
        case .machine:
            other.map { "another platform (--platform \($0))" }
        case .everything: nil
        }
    }

    /// How far ``choice`` is from the target, to compare: a step for each minor version of Python, and further than any of
    /// those for another platform.
    var distance: Int {
        switch miss {
        case .python(let pythons): pythons.nearest(to: python).map { abs($0.minor - python.minor) } ?? .max
        case .library: 100
        case .machine: other == nil ? .max : 200
        case .everything: .max
        }
    }

    private static func machines(_ wheels: [Wheel]) -> [String] {
        Set(wheels.flatMap(\.platforms).map(machine)).sorted()
    }

    /// A platform tag as people say it: `macOS arm64`, `Windows`, `linux-aarch64 (musl)`.
    private static func machine(_ tag: String) -> String {
        func ending(_ words: Substring) -> String {
            ["x86_64", "universal2"].first { words.hasSuffix($0) }
                ?? words.split(separator: "_").last.map(String.init) ?? String(words)
        }
        if tag == "any" { return "any machine" }
        if tag.hasPrefix("macosx_") { return "macOS \(ending(tag.dropFirst(7)))" }
        if tag.hasPrefix("win") { return "Windows \(tag == "win32" ? "x86" : ending(tag.dropFirst(4)))" }
        if tag.hasPrefix("musllinux_") { return "linux-\(ending(tag.dropFirst(10))) (musl)" }
        if tag.contains("linux") { return "linux-\(ending(tag[...]))" }
        return tag
    }
}

/// A wheel's tags.
private struct Wheel {
    let pythons: Pythons
    let platforms: [String]

    init?(_ tagSet: String) {
        let parts = tagSet.split(separator: "-").map { $0.split(separator: ".").map(String.init) }
        guard parts.count == 3 else { return nil }
        var pythons = Pythons()
        for interpreter in parts[0] {
            for abi in parts[1] { pythons.add(interpreter, abi) }
        }
        self.pythons = pythons
        platforms = parts[2]
    }
}

/// Some minor versions of Python 3.
private struct Pythons: CustomStringConvertible {
    private var minors: Set<Int> = []
    private var freeThreaded: Set<Int> = []
    /// From which on every one will do, with or without a global lock.
    private var open: Int?
    /// Those of the stable ABI, which a free-threaded build does not have.
    private var stable: Int?

    init() {}

    /// - Parameter forFreeThreaded: whether builds without the global lock are worth a word.
    init(_ wheels: [Wheel], forFreeThreaded: Bool) {
        for wheel in wheels {
            minors.formUnion(wheel.pythons.minors)
            freeThreaded.formUnion(wheel.pythons.freeThreaded)
            open = [open, wheel.pythons.open].compactMap(\.self).min()
            stable = [stable, wheel.pythons.stable].compactMap(\.self).min()
        }
        if !forFreeThreaded, !(minors.isEmpty && open == nil && stable == nil) { freeThreaded = [] }
    }

    var isEmpty: Bool { minors.isEmpty && freeThreaded.isEmpty && open == nil && stable == nil }

    /// Those that run a wheel with an interpreter tag and an ABI tag (PEP 425); none for what is no CPython 3.
    mutating func add(_ interpreter: String, _ abi: String) {
        if interpreter.hasPrefix("py3") {
            let minor = Int(interpreter.dropFirst(3)) ?? 0
            open = min(open ?? minor, minor)
        } else if interpreter.hasPrefix("cp3"), let minor = Int(interpreter.dropFirst(3)) {
            if abi == "abi3" {
                stable = min(stable ?? minor, minor)
            } else if abi.hasSuffix("t") {
                freeThreaded.insert(minor)
            } else {
                minors.insert(minor)
            }
        }
    }

    func contains(_ python: PythonVersion) -> Bool {
        if let open, python.minor >= open { return true }
        if python.isFreeThreaded { return freeThreaded.contains(python.minor) }
        return minors.contains(python.minor) || stable.map { python.minor >= $0 } == true
    }

    /// The one that is the least change.
    func nearest(to python: PythonVersion) -> PythonVersion? {
        let all = minors.union([open, stable].compactMap(\.self))
        let best = all.min { (abs($0 - python.minor), $0) < (abs($1 - python.minor), $1) }
        return best.map { PythonVersion(3, $0) }
    }

    /// `3.7–3.10, 3.12 and newer`.
    var description: String {
        let start = [open, stable].compactMap(\.self).min()
        var runs: [ClosedRange<Int>] = []
        for minor in minors.sorted() where minor < start ?? .max {
            if let last = runs.last, last.upperBound == minor - 1 {
                runs[runs.count - 1] = last.lowerBound...minor
            } else {
                runs.append(minor...minor)
            }
        }
        var texts = runs.map { $0.count == 1 ? "3.\($0.lowerBound)" : "3.\($0.lowerBound)–3.\($0.upperBound)" }
        if let start { texts.append("3.\(start) and newer") }
        texts += freeThreaded.sorted().map { "3.\($0)t" }
        return texts.joined(separator: ", ")
    }
}

extension TargetPlatform {
    /// The least platform that a tag with levels is for (PEP 600, PEP 656); `nil` for any other tag.
    fileprivate init?(tag: String) {
        let architecture = Architecture.allCases.first { tag.hasSuffix("_\($0.rawValue)") }
        guard let architecture, let prefix = ["manylinux_", "musllinux_"].first(where: tag.hasPrefix) else {
            return nil
        }
        let levels = tag.dropFirst(prefix.count).dropLast(architecture.rawValue.count + 1).split(separator: "_")
            .compactMap { Int($0) }
        guard levels.count == 2 else { return nil }
        self.init(
            architecture,
            prefix == "manylinux_"
                ? .glibc(major: levels[0], minor: levels[1]) : .musl(major: levels[0], minor: levels[1]))
    }

    /// Whether it is the same kind of machine with a newer C library.
    fileprivate func isNewer(than other: TargetPlatform) -> Bool {
        guard architecture == other.architecture else { return false }
        return switch (cLibrary, other.cLibrary) {
        case (.glibc(let major, let minor), .glibc(let otherMajor, let otherMinor)),
            (.musl(let major, let minor), .musl(let otherMajor, let otherMinor)):
            (major, minor) > (otherMajor, otherMinor)
        default: false
        }
    }
}
