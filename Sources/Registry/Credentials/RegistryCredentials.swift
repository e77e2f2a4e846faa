internal import FileSystem
internal import Glibc
public import SystemPackage

/// Where registries' credentials are looked for: files in order, the first that knows a place counts.
public struct RegistryCredentials: Sendable {
    public var files: [FilePath]

    public init(files: [FilePath] = []) {
        self.files = files
    }

    /// The files of this user: `$REGISTRY_AUTH_FILE`, `$XDG_RUNTIME_DIR/containers/auth.json`, or where nobody has set that
    /// `/run/containers/$UID/auth.json`, `~/.config/containers/auth.json`, and Docker's `config.json` in `$DOCKER_CONFIG` or
    /// `~/.docker` (containers-auth.json(5), and what skopeo and Podman do as root and in containers).
    ///
    /// - Parameter runtime: the folder in which each user has one of his own, `$UID`.
    public static func ofUser(
        environment: [String: String], runtime: FilePath = "/run/containers"
    ) -> RegistryCredentials {
        func given(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        let home = given("HOME")
        let configuration = given("XDG_CONFIG_HOME") ?? home?.appending(".config")
        return RegistryCredentials(
            files: [
                given("REGISTRY_AUTH_FILE"),
                given("XDG_RUNTIME_DIR")?.appending("containers/auth.json")
                    ?? runtime.appending("\(getuid())").appending("auth.json"),
                configuration?.appending("containers/auth.json"),
                (given("DOCKER_CONFIG") ?? home?.appending(".docker"))?.appending("config.json"),
            ].compactMap(\.self))
    }

    /// What is known of a repository; `nil` where that is nothing. Reads files and may run a helper: blocks.
    ///
    /// - Throws: ``RegistryError`` (`badConfiguration`, `helperFailed`).
    func credential(host: String, repository: String) throws -> RegistryCredential? {
        for path in files {
            guard let bytes = try contents(of: path) else { continue }
            switch try AuthFile(bytes, name: path.string).entry(host: host, repository: repository) {
            case nil: continue
            case .credential(let credential): return credential
            case .helper(let name, let place):
                if let credential = try CredentialHelper(name).credential(for: place) { return credential }
            }
        }
        return nil
    }

    private func contents(of path: FilePath) throws -> [UInt8]? {
        do {
            return try path.fileContents(limit: 4 << 20)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch {
            throw RegistryError(
                .badConfiguration, path.string, "cannot be read: \(error)", advice: "check who may read it",
                cause: error)
        }
    }
}
