internal import DriverProvider
internal import FileSystem
internal import Glibc
internal import Supervision
internal import SystemPackage

/// The user that an attempt's driver is, where tenants have users of their own.
struct AttemptUser: Sendable {
    let number: UInt32
    /// What programs that ask for it are told: the person's name, as far as it can be one of a user.
    let name: String

    init(number: UInt32, person: String) {
        self.number = number
        var name = ""
        for byte in person.utf8.prefix(32) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            default: name += "-"
            }
        }
        // A name that the machine has is somebody else, and one without a letter would be read as a number.
        let isTaken =
            name.isEmpty || !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(name.utf8.first ?? 0)
            || getpwnam(name) != nil
        self.name = isTaken ? "user\(number)" : name
    }

    /// A list of accounts with this one, for the driver to see: the machine's own does not know it.
    func writeAccounts(to path: FilePath, home: FilePath) throws(Errno) {
        var bytes = try FilePath("/etc/passwd").fileContents(limit: 16 << 20)
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += "\(name):x:\(number):\(number)::\(home):/bin/sh\n".utf8
        let file = try NewFile(at: path)
        try file.write(bytes)
        try file.setMode(0o644)
        file.keep()
    }

    /// That others may pass through all folders above a place.
    ///
    /// - Throws: ``DriverProviderError`` with `.badLaunch` where they may not.
    func reach(_ place: FilePath, as what: String) throws {
        var folder = place
        while folder.lastComponent != nil {
            folder.removeLastComponent()
            var facts = stat()
            guard stat(folder.string, &facts) == 0, facts.st_mode & 0o001 == 0 else { continue }
            throw DriverProviderError(
                .badLaunch, place.string, "is \(what) that other users cannot reach: \(folder) is closed to them",
                advice:
                    "drivers of tenants run as users of their own: let these pass (`chmod o+x \(folder)`), or move it")
        }
    }
}
