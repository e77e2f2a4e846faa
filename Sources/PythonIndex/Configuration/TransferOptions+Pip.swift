internal import SystemPackage
public import Transfer

extension TransferOptions {
    /// What this user's environment says, and pip's configuration where that is silent: a company's certificates
    /// (`cert`) and proxy (`proxy`) that pip was told of need not be told again, nor its patience (`timeout`, `retries`).
    /// `CHIDORI_HTTP_TIMEOUT` (seconds) and `CHIDORI_HTTP_RETRIES` win over pip's.
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
        func setting(_ name: String, _ given: String?) throws -> Double? {
            let own = environment[name].flatMap { $0.isEmpty ? nil : $0 }
            guard let text = own ?? given else { return nil }
            if let number = Double(text), number.isFinite, (0...86_400).contains(number) { return number }
            throw PythonIndexError(
                .badConfiguration, own == nil ? "pip's \(name.hasSuffix("RETRIES") ? "retries" : "timeout")" : name,
                "is '\(text)', which is no number that can be used", advice: "give a number from 0 to 86400")
        }
        if let seconds = try setting("CHIDORI_HTTP_TIMEOUT", pip.timeout), seconds > 0 {
            options.connectTimeout = .seconds(seconds)
            options.stallTimeout = .seconds(seconds)
        }
        if let retries = try setting("CHIDORI_HTTP_RETRIES", pip.retries) {
            options.retry.attempts = Int(retries) + 1
        }
        return options
    }
}
