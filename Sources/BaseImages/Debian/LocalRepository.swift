internal import Cryptography
internal import FoundationEssentials
internal import Subprocesses
internal import SystemPackage

/// A flat Debian repository that holds exactly the files of a lock, so that a solver has no choice.
struct LocalRepository {
    let folder: FilePath

    /// - Parameter file: where a package's content lies.
    init(in folder: FilePath, packages: [DebianPackage], file: (DebianPackage) -> FilePath) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        var index = ""
        for package in packages {
            let name = folder.appending(package.file).string
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: file(package).string)
            let control = try Program("dpkg-deb", ["--field", name]).output()
            guard var stanza = ControlStanza.parse(String(decoding: control, as: UTF8.self)).first,
                stanza["Package"] == package.name, stanza["Version"] == package.version
            else {
                throw BaseError(
                    .wrongContent, package.file, "is not \(package.name) \(package.version), as the lock says",
                    advice: "lock the base again")
            }
            stanza.set("Filename", "./\(package.file)")
            stanza.set("Size", String(package.size))
            stanza.set("SHA256", package.digest.hex)
            index += stanza.text + "\n"
        }
        try Data(index.utf8).write(to: URL(filePath: folder.appending("Packages").string))
    }

    /// How apt names it. The files have been checked against the lock, so no signature is asked for.
    var source: String { "deb [trusted=yes] copy:\(Self.escaped(folder.string)) ./" }

    /// A path as part of a URI: apt splits a line of sources at its spaces.
    static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                return String(UnicodeScalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                return "%" + (hex.utf8.count == 1 ? "0" : "") + hex
            }
        }.joined()
    }
}
