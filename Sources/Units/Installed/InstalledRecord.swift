internal import PythonPackaging

/// The RECORD of what is installed (Recording installed projects), its paths relative to the folder of modules and
/// sorted by their bytes.
enum InstalledRecord {
    /// - Parameter distInfo: the name of the `.dist-info` folder, whose RECORD lists itself without a digest.
    static func text(of files: [UnitFile], python: PythonVersion, distInfo: String) -> [UInt8] {
        let modules = python.sitePackages + "/"
        let up = String(repeating: "../", count: modules.utf8.count { $0 == UInt8(ascii: "/") })
        var entries = files.map { file in
            WheelRecord.Entry(
                path: file.path.hasPrefix(modules) ? String(file.path.dropFirst(modules.count)) : up + file.path,
                sha256: file.digest, size: file.size)
        }
        entries.append(WheelRecord.Entry(path: distInfo + "/RECORD"))
        let sorted = PathOrder(entries.lazy.map(\.path)).sorted.map { entries[$0] }
        return Array(WheelRecord(entries: sorted).text.utf8)
    }
}
