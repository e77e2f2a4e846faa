internal import PythonPackaging

/// Where a wheel's members are installed (PEP 427, Binary distribution format). Pure: it works on names.
struct WheelLayout {
    /// What becomes of a member.
    enum Place: Equatable {
        /// It is installed at this path below ENV.
        case file(String)
        /// It is a script: its name below `bin`. A first line `#!python` is rewritten.
        case script(String)
        /// It is left out: a folder, or what the installer writes anew.
        case none
    }

    let wheel: WheelFilename
    let python: PythonVersion
    /// The name of the wheel's one `.dist-info` folder.
    let distInfo: String
    /// The name of the wheel's `.data` folder, which need not exist.
    private let data: String

    /// The places for files that installers write; a wheel's own are left out. Signatures sign the RECORD that is
    /// replaced.
    private static let replaced = ["RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"]

    /// Finds the `.dist-info` folder among the members' names.
    ///
    /// - Throws: ``UnitsError`` (`invalidWheel`, `mismatchedName`).
    init(wheel: WheelFilename, python: PythonVersion, members: some Sequence<String>) throws {
        self.wheel = wheel
        self.python = python
        var folders: Set<String> = []
        for name in members where name.utf8.contains(UInt8(ascii: "/")) {
            let first = name.prefix { $0 != "/" }
            if first.hasSuffix(".dist-info") { folders.insert(String(first)) }
        }
        guard let distInfo = folders.first else {
            throw UnitsError(
                .invalidWheel, wheel.filename, "has no .dist-info folder",
                advice: "the file is no wheel; choose another version of \(wheel.name)")
        }
        guard folders.count == 1 else {
            throw UnitsError(
                .invalidWheel, wheel.filename,
                "has \(folders.count) .dist-info folders (\(folders.sorted().joined(separator: ", ")))",
                advice: "choose another version of \(wheel.name); a wheel describes one distribution")
        }
        guard Self.names(String(distInfo.dropLast(".dist-info".count)), wheel) else {
            throw UnitsError(
                .mismatchedName, wheel.filename, "holds \(distInfo), which is another distribution's",
                advice: "choose another version of \(wheel.name), and tell its publisher")
        }
        self.distInfo = distInfo
        data = distInfo.dropLast(".dist-info".count) + ".data"
    }

    /// Whether `name-version` is that of the wheel's file name, in any spelling.
    private static func names(_ text: String, _ wheel: WheelFilename) -> Bool {
        guard let dash = text.lastIndex(of: "-"), let name = try? PackageName(String(text[..<dash])),
            let version = try? Version(String(text[text.index(after: dash)...]))
        else { return false }
        return name == wheel.name && version == wheel.version
    }

    /// A file's path in `.dist-info`, as a member's name.
    func inDistInfo(_ file: String) -> String { distInfo + "/" + file }

    /// Where a member goes.
    ///
    /// - Throws: ``UnitsError`` (`invalidWheel`, `forbiddenPath`).
    func place(of member: String) throws -> Place {
        if member.utf8.last == UInt8(ascii: "/") { return .none }
        let parts = member.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts[0].hasSuffix(".data"), isData(parts[0]) else {
            if parts.count == 2, parts[0] == distInfo, Self.replaced.contains(String(parts[1])) { return .none }
            return .file(python.sitePackages + "/" + member)
        }
        guard parts.count == 3 else {
            throw UnitsError(
                .invalidWheel, wheel.filename, "holds \(member) in no installation scheme",
                advice: "choose another version of \(wheel.name)")
        }
        let rest = String(parts[2])
        switch parts[1] {
        case "purelib", "platlib": return .file(python.sitePackages + "/" + rest)
        case "scripts": return .script(rest)
        case "headers": return .file("\(python.headers)/\(wheel.name)/\(rest)")
        case "data": return .file(rest)
        default:
            throw UnitsError(
                .invalidWheel, wheel.filename,
                "installs \(member) by '\(parts[1])', which is no scheme",
                advice:
                    "choose another version of \(wheel.name), and tell its publisher"
            )
        }
    }

    private func isData(_ folder: Substring) -> Bool {
        folder == data || Self.names(String(folder.dropLast(".data".count)), wheel)
    }
}
