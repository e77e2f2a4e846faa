/// Who asks for builds: `TENANT/USER`, or what the server does by itself. No tenant has a `/` in its name, and none is called
/// `server` (`TokenOrder`).
enum Asker {
    static func tenant(of asker: String) -> String { String(asker.prefix { $0 != "/" }) }

    /// Among whose builds it is counted: the tenant's; each of the server's own works has a share for itself.
    static func share(of asker: String) -> String {
        [BuildService.puller, Prebuilding.asker].contains(asker) ? asker : tenant(of: asker)
    }
}
