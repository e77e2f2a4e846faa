internal import SystemPackage

/// A netrc file, as ftp, curl and pip read it: `machine HOST login USER password WORD`, `default`, `account`, `macdef`,
/// comments from `#` to the line's end, words in double quotes with backslashes.
struct Netrc {
    private var machines: [String: Credentials] = [:]
    private var fallback: Credentials?

    init() {}

    init(_ text: String, _ path: FilePath) throws(TransferError) {
        var words = NetrcWords(text)
        var machine: String??
        var user: String?
        var password: String?

        func broken(_ message: String) -> TransferError {
            TransferError(
                .invalidCredentialsFile, path.string, "\(message) (line \(words.line))",
                advice: "write it as 'machine HOST login USER password PASSWORD'")
        }
        func value(of key: String) throws(TransferError) -> String {
            guard let value = words.next() else { throw broken("ends after '\(key)'") }
            return value
        }
        func finish(_ netrc: inout Netrc) {
            guard let machine, user != nil || password != nil else { return }
            let credentials = Credentials(user: user ?? "", password: password ?? "")
            if let host = machine {
                // The first entry of a host counts, as everywhere.
                if netrc.machines[host.lowercased()] == nil { netrc.machines[host.lowercased()] = credentials }
            } else if netrc.fallback == nil {
                netrc.fallback = credentials
            }
        }

        while let word = words.next() {
            switch word {
            case "machine", "default":
                finish(&self)
                (user, password) = (nil, nil)
                machine = word == "default" ? .some(nil) : .some(try value(of: word))
            case "login", "user": user = try value(of: word)
            case "password": password = try value(of: word)
            case "account": _ = try value(of: word)
            case "macdef": words.skipMacro()
            default: throw broken("has a word that is no key where one is expected")
            }
        }
        finish(&self)
    }

    func credentials(for host: String) -> Credentials? {
        machines[host] ?? fallback
    }
}

/// The words of a netrc file.
private struct NetrcWords {
    private let bytes: [UInt8]
    private var position = 0
    /// The line of the last word, from 1.
    private(set) var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func next() -> String? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        var word: [UInt8] = []
        let isQuoted = bytes[position] == UInt8(ascii: "\"")
        if isQuoted { position += 1 }
        while position < bytes.count {
            let byte = bytes[position]
            if isQuoted ? byte == UInt8(ascii: "\"") : byte <= 0x20 { break }
            position += 1
            if isQuoted, byte == UInt8(ascii: "\\"), position < bytes.count {
                word.append(Self.escaped(bytes[position]))
                position += 1
            } else {
                word.append(byte)
            }
        }
        if isQuoted { position = min(position + 1, bytes.count) }
        return String(decoding: word, as: UTF8.self)
    }

    /// A macro reaches to the next empty line.
    mutating func skipMacro() {
        while position < bytes.count {
            if bytes[position] == 0x0A {
                line += 1
                if position + 1 < bytes.count, bytes[position + 1] == 0x0A { return }
            }
            position += 1
        }
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            } else if bytes[position] <= 0x20 {
                if bytes[position] == 0x0A { line += 1 }
                position += 1
            } else {
                return
            }
        }
    }

    private static func escaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: byte
        }
    }
}
