public import ContentStore
internal import Cryptography
internal import Diagnostics
public import Recipes

extension EnvironmentBuilder {
    /// The environment that a name or an id means: a tag, or the first digits of one id alone
    /// (``BuilderSettings/fewestDigits``). Its name, version and lock are those of the name; by an id those of its first
    /// name, in their order.
    ///
    /// - Throws: ``BuilderError`` (`unknownEnvironment`, `ambiguousEnvironment`), `StoreError`.
    public func environment(_ reference: String) throws -> StoredEnvironment {
        let (environment, name) = try found(reference)
        return environment.known(as: name)
    }

    /// The environment that a reference means, and the name that it was called by; by an id its first one.
    func found(_ reference: String) throws -> (environment: StoredEnvironment, name: EnvironmentName?) {
        if let tagged = try store.environment(tagged: reference) {
            return (tagged, try name(reference, of: tagged))
        }
        // `NAME:VERSION` is what the name stands for, at that version alone: a version by itself is nobody's word, since
        // whoever writes a recipe may give it any.
        if let colon = reference.lastIndex(of: ":"), !reference.hasPrefix("sha256:"),
            let tagged = try store.environment(tagged: String(reference[..<colon]))
        {
            let name = try name(String(reference[..<colon]), of: tagged)
            if name.version ?? "" == reference[reference.index(after: colon)...] { return (tagged, name) }
        }
        let all = try store.environments()
        let digits = reference.hasPrefix("sha256:") ? String(reference.dropFirst(7)) : reference
        if digits.utf8.count >= settings.fewestDigits {
            let matches = all.filter { $0.id.hex.hasPrefix(digits.lowercased()) }
            if matches.count == 1 { return (matches[0], try names(of: matches[0]).first) }
            if matches.count > 1 {
                throw BuilderError(
                    .ambiguousEnvironment, subject: reference,
                    message: "begins the ids of \(matches.count) environments",
                    advice: "give more digits; `chidori env list` shows them")
            }
        }
        if reference.contains("/") {
            throw BuilderError(
                .unknownEnvironment, subject: reference, message: "is no folder with an environment in it",
                advice: "build it with `chidori env build RECIPE --to \(reference)`, or name an environment: "
                    + "`chidori env list` shows them")
        }
        let near = reference.utf8.count < 3 ? [] : nearest(to: reference, among: try Set(tags().map(\.tag)).sorted())
        let hint = "build it with `chidori env build`; `chidori env list` shows those there are"
        throw BuilderError(
            .unknownEnvironment, subject: reference, message: "is no environment in \(store.root)",
            advice: near.isEmpty ? hint : "did you mean \(near.joined(separator: " or "))? Else \(hint)")
    }

    /// Every tag with the environment it is at.
    public func tags() throws -> [(tag: String, environment: EnvironmentID)] {
        try store.leases().compactMap { lease in
            guard case .tag(let tag) = lease.holder else { return nil }
            return (tag, EnvironmentID(lease.environment))
        }
    }
}
