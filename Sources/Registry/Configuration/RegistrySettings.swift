public import Transfer

/// How registries are spoken to.
public struct RegistrySettings: Sendable {
    public var transfer: TransferOptions
    public var credentials: RegistryCredentials
    public var configuration: RegistriesConfiguration
    /// The hosts that are spoken to in plain HTTP, `HOST[:PORT]` as references write them.
    public var plainHosts: Set<String>
    /// How many blobs are under way at once.
    public var parallel = 6
    /// A longer blob is sent in pieces of so many bytes, each of which is there when the next one begins.
    public var chunkSize: UInt64 = 64 << 20
    /// How long a registry may work at what it was sent before it answers.
    public var patience: Duration = .seconds(300)
    /// How long other writers of a fallback list of referrers are given to overwrite it before it is looked at again.
    public var settlingTime: Duration = .milliseconds(400)
    /// How long others who saw a tag free are given to write it, before it is looked at whose it is.
    public var claimTime: Duration = .seconds(2)

    public init(
        transfer: TransferOptions = TransferOptions(), credentials: RegistryCredentials = RegistryCredentials(),
        configuration: RegistriesConfiguration = RegistriesConfiguration(), plainHosts: Set<String> = []
    ) {
        self.transfer = transfer
        // Registries have credentials of their own; those of package indexes are not for them.
        self.transfer.credentials = .none
        self.credentials = credentials
        self.configuration = configuration
        self.plainHosts = plainHosts
    }

    /// What this user's files and variables say. Blocks.
    ///
    /// - Parameter plainHosts: the hosts of `--plain-http`; those of `CHIDORI_PLAIN_HTTP` (separated by commas or blanks)
    ///   come in addition.
    /// - Throws: ``RegistryError`` (`badConfiguration`).
    public static func ofUser(
        environment: [String: String], plainHosts: [String] = []
    ) throws -> RegistrySettings {
        let named = (environment["CHIDORI_PLAIN_HTTP"] ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
        return RegistrySettings(
            transfer: .ofUser(environment: environment), credentials: .ofUser(environment: environment),
            configuration: try .ofUser(environment: environment),
            plainHosts: Set((plainHosts + named).map { $0.lowercased() }))
    }
}
