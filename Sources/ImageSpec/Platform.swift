internal import JSONDocument

/// What an image runs on (OCI image-spec, image-index.md §platform), in Go's words: `linux`, `amd64`, `arm64`.
public struct Platform: Sendable, Hashable {
    public var os: String
    public var architecture: String
    /// Of the processor: `v8` for arm64.
    public var variant: String?
    /// Fields that Chidori does not use, as they came.
    var other: [String: JSON] = [:]

    public init(os: String = "linux", architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `linux/arm64/v8`, `linux/amd64`, or a processor alone in Go's or the kernel's words: `arm64`, `x86_64`.
    ///
    /// - Throws: ``ImageSpecError`` (`badReference`).
    public init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let areWords = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x5F }
        }
        guard areWords, (1...3).contains(parts.count) else {
            throw ImageSpecError(
                .badReference, text, "is no platform", advice: "write OS/PROCESSOR[/VARIANT], such as linux/arm64")
        }
        if parts.count == 1 {
            self.init(machine: text)
        } else {
            self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
        }
    }

    /// The platform of a kernel's machine name: `x86_64`, `aarch64`; others keep their name.
    public init(machine: String) {
        switch machine {
        case "x86_64": self.init(architecture: "amd64")
        // containerd and skopeo both take arm64 without a variant for v8.
        case "aarch64": self.init(architecture: "arm64")
        default: self.init(architecture: machine)
        }
    }

    /// What images for the machine that this program was built for are for.
    public static var ofThisMachine: Platform {
        #if arch(arm64)
            Platform(architecture: "arm64")
        #else
            Platform(architecture: "amd64")
        #endif
    }

    /// Whether an image for this platform is one for another that is asked for: a variant that is not asked for, or not
    /// told, is any.
    public func fits(_ wanted: Platform) -> Bool {
        guard os == wanted.os, architecture == wanted.architecture else { return false }
        guard let variant, let other = wanted.variant else { return true }
        return variant == other
    }

    init(_ json: JSON) throws {
        var fields = try JSONFields(json, document: "platform")
        os = try fields.required("os", fields.string("os"))
        architecture = try fields.required("architecture", fields.string("architecture"))
        variant = try fields.string("variant")
        other = fields.rest
    }

    var json: JSON {
        var fields = other
        fields.set("os", os)
        fields.set("architecture", architecture)
        fields.set("variant", variant)
        return .object(fields)
    }
}

extension Platform: CustomStringConvertible {
    /// `linux/arm64/v8`, the form that command lines use.
    public var description: String { [os, architecture, variant].compactMap(\.self).joined(separator: "/") }
}
