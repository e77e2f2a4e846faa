internal import SystemPackage
public import Transfer

extension TransferOptions {
    /// What this user's environment says, and pip's configuration where that is silent: a company's certificates
    /// (`cert`) and proxy (`proxy`) that pip was told of need not be told again.
    ///
    /// - Throws: `PythonIndexError.Code.badConfiguration`.
    public static func ofUserAndPip(environment: [String: String]) throws -> TransferOptions {
        var options = TransferOptions.ofUser(environment: environment)
        let pip = try PipConfiguration(environment: environment)
        if options.certificateFile == nil { options.certificateFile = pip.certificates.map { FilePath($0) } }
        let variables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"]
        if let proxy = pip.proxy, !variables.contains(where: { environment[$0] != nil }) {
            options.proxy = .url(proxy)
        }
        return options
    }
}
