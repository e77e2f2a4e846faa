internal import FileSystem
internal import SystemPackage

/// Who listens on this machine, as Linux tells everybody (proc(5), `/proc/net/tcp`).
enum LoopbackListener {
    /// The users that listen for TCP on a port, on whatever address.
    static func users(of port: Int) -> Set<UInt32> {
        var users: Set<UInt32> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            guard let bytes = try? FilePath(table).fileContents(limit: 16 << 20) else { continue }
            users.formUnion(Self.users(of: port, in: String(decoding: bytes, as: UTF8.self)))
        }
        return users
    }

    /// From a table: local address, remote address, state (`0A` listens), queues, timers, retransmissions, user.
    static func users(of port: Int, in table: String) -> Set<UInt32> {
        var users: Set<UInt32> = []
        for line in table.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count > 7, words[3] == "0A", let colon = words[1].lastIndex(of: ":"),
                Int(words[1][words[1].index(after: colon)...], radix: 16) == port, let user = UInt32(words[7])
            else { continue }
            users.insert(user)
        }
        return users
    }
}
