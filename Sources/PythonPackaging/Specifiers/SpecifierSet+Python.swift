extension SpecifierSet {
    /// The one Python 3 that the set admits, as a `requires-python`: `3.11` for `==3.11.*` and `>=3.11,<3.12`, `3.11.4` for
    /// `==3.11.4`; `nil` where it admits several minor versions, or none.
    public var onlyPython: PythonVersion? {
        var only: PythonVersion?
        // Further than any Python will soon be: what is open at its end admits many.
        for minor in 0..<60 {
            let patch = (0..<60).first { contains(PythonVersion(3, minor, $0).version, prereleases: true) }
            guard let patch else { continue }
            if only != nil { return nil }
            only = PythonVersion(3, minor, patch == 0 ? nil : patch)
        }
        return only
    }
}
