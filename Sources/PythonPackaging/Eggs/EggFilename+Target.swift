extension EggFilename {
    /// Why an egg cannot be used on a target.
    public enum Misfit: Sendable, Hashable {
        /// It is for other Pythons: an egg is for one X.Y alone.
        case python
        /// Its native code is for another machine.
        case platform
        /// It has native code, and setuptools does not say for which build of Python; the build without the global lock
        /// (PEP 703) has an ABI of its own.
        case freeThreaded
    }

    /// What is wrong with the egg for a target; `nil` if it runs there, as far as its name tells.
    ///
    /// As `pkg_resources` has it: X.Y and the platform must be equal. A platform is one of the target's wheel tags in
    /// setuptools' spelling (`linux-x86_64`), and says nothing of the C library.
    public func misfit(python: PythonVersion, platform target: TargetPlatform) -> Misfit? {
        if let misfit = misfit(python: python) { return misfit }
        guard let platform else { return nil }
        let tag = String(platform.lowercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
        return target.tags.contains(tag) ? nil : .platform
    }

    /// What is wrong with the egg for a Python, whatever the machine.
    public func misfit(python: PythonVersion) -> Misfit? {
        let named = pythons.filter {
            $0.major == python.major && ($0.minor ?? python.minor) == python.minor
                && (python.isFreeThreaded || !$0.isFreeThreaded)
        }
        guard pythons.isEmpty || !named.isEmpty else { return .python }
        if python.isFreeThreaded, platform != nil, !named.contains(where: \.isFreeThreaded) { return .freeThreaded }
        return nil
    }

    /// How well the egg runs on a target, from 0, the best; `nil` if it does not. One with native code comes before one
    /// without, and one for this very Python before one for several.
    public func rank(python: PythonVersion, platform target: TargetPlatform) -> Int? {
        guard misfit(python: python, platform: target) == nil else { return nil }
        let isExact = pythons.contains { $0.minor == python.minor }
        return (platform == nil ? 2 : 0) + (isExact ? 0 : 1)
    }

    /// What the egg is for, in words: `Python 3.11 on linux-x86_64`, `Python 2.7`, `any Python`.
    public var targetDescription: String {
        let names = pythons.map(\.description).joined(separator: " or ")
        return (pythons.isEmpty ? "any Python" : "Python \(names)") + (platform.map { " on \($0)" } ?? "")
    }
}
