internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import SystemPackage

/// Files with the keys that images are signed and verified with, in PEM.
enum SigningKeyFile {
    /// The variable that holds an encrypted key's password.
    static let passwordVariable = "CHIDORI_KEY_PASSWORD"

    /// A private key, which nobody but its owner may read.
    ///
    /// - Parameter passwordFile: holds the password; `$CHIDORI_KEY_PASSWORD` if `nil`.
    /// - Throws: ``KeyFileError``.
    static func privateKey(_ path: FilePath, passwordFile: FilePath?) throws -> SigningKey {
        do throws(KeyFileError) {
            try KeyFile.checkPrivacy(of: path)
        } catch {
            // A public key is meant to be open: it is the file of the pair that was not meant.
            if error.code == .open, let pem = try? bytes(of: path), (try? VerificationKey(pem: pem)) != nil {
                throw fault(path, .otherKind("PUBLIC KEY"), isPrivate: true)
            }
            throw error
        }
        let (pem, password) = (try bytes(of: path), try password(passwordFile))
        do throws(KeyFault) {
            return try SigningKey(pem: pem, password: password)
        } catch {
            throw fault(path, error, isPrivate: true)
        }
    }

    /// A public key.
    ///
    /// - Throws: ``KeyFileError``.
    static func publicKey(_ path: FilePath) throws -> VerificationKey {
        let pem = try bytes(of: path)
        do throws(KeyFault) {
            return try VerificationKey(pem: pem)
        } catch {
            throw fault(path, error, isPrivate: false)
        }
    }

    /// Makes a pair of keys in files that are not there yet: the private one in `path`, for its owner alone, and the public
    /// one beside it.
    ///
    /// - Throws: ``KeyFileError``.
    static func make(_ path: FilePath, passwordFile: FilePath?) throws -> (key: SigningKey, publicPath: FilePath) {
        let publicPath = publicPath(of: path)
        let key = SigningKey()
        let password = try password(passwordFile)
        do throws(Errno) {
            let files = (try NewFile(at: publicPath, mode: 0o644), try NewFile(at: path, mode: 0o600))
            try files.0.write(key.verification.pem)
            try files.1.write(key.pem(password: password))
            for file in [files.0, files.1] { try file.synchronize() }
            try path.removingLastComponent().synchronizeNames()
            for file in [files.0, files.1] { file.keep() }
        } catch .fileExists {
            throw KeyFileError(
                .taken, (publicPath.isThere ? publicPath : path).string, "is there already, and stays as it is",
                advice: "name another file: what was signed with a key is verified with that one alone")
        } catch {
            throw KeyFileError(
                .unreadable, path.string, "cannot be made: \(error)", advice: "name a file in a folder of yours",
                cause: error)
        }
        return (key, publicPath)
    }

    /// `NAME.pub` beside `NAME.key` or `NAME.pem`; beside any other, its whole name with `.pub`.
    static func publicPath(of path: FilePath) -> FilePath {
        let name = path.lastComponent?.string ?? ""
        let stem = ["key", "pem"].contains(path.extension ?? "") ? path.stem ?? name : name
        return path.removingLastComponent().appending(stem + ".pub")
    }

    private static func bytes(of path: FilePath) throws -> [UInt8] {
        do {
            return try path.fileContents(limit: 64 << 10)
        } catch {
            throw KeyFileError(
                .unreadable, path.string, "cannot be read: \(error)",
                advice: "name the key's file; `chidori image key new FILE` makes a pair", cause: error)
        }
    }

    /// The first line of a file, or the variable's value. An empty one is none.
    private static func password(_ file: FilePath?) throws -> [UInt8]? {
        guard let file else {
            let value = variable(passwordVariable) ?? ""
            return value.isEmpty ? nil : Array(value.utf8)
        }
        let line = Array(try bytes(of: file).prefix { $0 != 0x0A && $0 != 0x0D })
        guard !line.isEmpty else {
            throw KeyFileError(
                .noKey, file.string, "holds no password", advice: "put the password there, as its first line")
        }
        return line
    }

    private static func fault(_ path: FilePath, _ fault: KeyFault, isPrivate: Bool) -> KeyFileError {
        let expected = isPrivate ? "a private key (PKCS #8 or SEC 1)" : "a public key"
        let (message, advice): (String, String) =
            switch fault {
            case .malformed:
                (
                    "holds no key in PEM, or one that is cut off or changed",
                    "name the file with \(expected); `chidori image key new FILE` makes a pair"
                )
            case .otherKind("PUBLIC KEY"):
                ("holds a public key, and signing takes the private one", "name the other file of the pair")
            case .otherKind(let label) where label.hasSuffix("PRIVATE KEY"):
                ("holds a private key, and verifying takes the public one", "name the other file of the pair, `….pub`")
            case .otherKind(let label): ("holds a \(label), and no key", "name the file with \(expected)")
            case .otherAlgorithm(let name):
                (
                    "holds a key of another kind (\(name)): images are signed with ECDSA on P-256",
                    "make a pair with `chidori image key new FILE`"
                )
            case .needsPassword:
                (
                    "is encrypted, and no password is given",
                    "set \(passwordVariable), or name a file that holds it with --password-file"
                )
            case .wrongPassword:
                ("is encrypted with another password", "look at \(passwordVariable) or the file of --password-file")
            case .ofCosign:
                (
                    "is encrypted in a way of cosign's own (scrypt and NaCl's secretbox), which is not read here",
                    "make a pair with `chidori image key new FILE`: cosign verifies what it signs with the public key"
                )
            }
        return KeyFileError(.noKey, path.string, message, advice: advice, cause: fault)
    }
}
