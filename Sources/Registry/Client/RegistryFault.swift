internal import Diagnostics
internal import JSONDocument
internal import Transfer

/// What a registry says is wrong: `{"errors": [{"code", "message", "detail"}]}` (distribution-spec §error codes).
enum RegistryFault {
    /// The first errors for a person; `nil` where the answer holds none.
    static func text(_ response: Response) -> String? {
        let errors = errors(response).prefix(3).map { error in
            error.message.isEmpty ? error.code : "\(error.message) (\(error.code))"
        }
        return errors.isEmpty ? nil : errors.joined(separator: "; ")
    }

    /// Whether one of the errors has that code: `DIGEST_INVALID`.
    static func has(_ code: String, _ response: Response) -> Bool {
        errors(response).contains { $0.code == code }
    }

    private static func errors(_ response: Response) -> [(code: String, message: String)] {
        guard response.body.count <= 1 << 20,
            case .array(let errors) = (try? JSON(parsing: response.body))?.fields?["errors"]
        else { return [] }
        return errors.compactMap { error in
            func text(_ key: String) -> String {
                guard case .string(let text) = error.fields?[key] else { return "" }
                return withoutControls(String(text.prefix(200)))
            }
            let code = text("code")
            return code.isEmpty ? nil : (code, text("message"))
        }
    }
}
