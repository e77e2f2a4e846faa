internal import FileSystem
internal import SystemPackage

/// Spark's event log of an attempt, by whose name the application is known also when its pages are gone.
enum EventLogs {
    /// The id of the application that wrote there last: `local-1763783000000`.
    ///
    /// Spark names the file, or the folder of a rolling log, `[eventlog_v2_]ID[_ATTEMPT][.inprogress][.CODEC]`.
    static func applicationID(in events: FilePath) -> String? {
        // The folder is the driver's, which could have put a link there.
        let names = (try? events.folderNames(followsLink: false)) ?? []
        return names.compactMap(applicationID(named:)).max()
    }

    static func applicationID(named name: String) -> String? {
        var name = name[...]
        let rolling = "eventlog_v2_"
        if name.hasPrefix(rolling) { name = name.dropFirst(rolling.count) }
        if let dot = name.firstIndex(of: ".") { name = name[..<dot] }
        let kinds = ["local-", "app-", "application_", "spark-"]
        guard kinds.contains(where: name.hasPrefix), name.utf8.count <= 128 else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain ? String(name) : nil
    }
}
