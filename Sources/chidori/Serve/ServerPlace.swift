internal import FileSystem
internal import HTTPServer
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where a data folder's server can be reached: written down by the server, for clients on the same machine.
enum ServerPlace {
    private static let name = "server.url"

    static func write(_ url: String, in data: FilePath) throws(Errno) {
        let path = data.appending(name)
        let file = try NewFile(beside: path, mode: 0o644)
        try file.write(Array((url + "\n").utf8))
        try file.publish(as: path, .content)
    }

    static func remove(in data: FilePath) {
        unlink(data.appending(name).string)
    }

    /// The URL; `nil` where no server has written one.
    static func read(in data: FilePath) -> String? {
        guard let bytes = try? data.appending(name).fileContents(limit: 4096) else { return nil }
        let line = bytes.prefix { $0 > 0x20 }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
