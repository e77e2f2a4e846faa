/// Whether nobody but this machine can come to a host: `localhost`, `::1`, `[::1]`, or an IPv4 address of 127.0.0.0/8
/// (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). Other names may be anybody's, such as `127.0.0.1.example`.
public func isLoopback(host: String) -> Bool {
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127"
        && octets.allSatisfy { octet in octet.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(octet) != nil }
}
