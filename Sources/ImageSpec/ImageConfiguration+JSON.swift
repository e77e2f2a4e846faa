internal import Cryptography
internal import JSONDocument

extension ImageConfiguration {
    /// Reads a configuration of OCI's or Docker's. Throws ``ImageSpecError``; `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        var fields = try JSONFields(JSON(parsing: bytes, name: name), document: name)
        var rootfs = try JSONFields(fields.required("rootfs", fields.take("rootfs")), document: "\(name), rootfs")
        guard try rootfs.string("type") == "layers" else {
            throw ImageSpecError(.unsupported, name, "has a root file system that is not made of layers")
        }
        let diffIDs = try rootfs.required("diff_ids", rootfs.strings("diff_ids")).map { text in
            guard let digest = SHA256Digest(prefixed: text) else {
                throw ImageSpecError(
                    .unsupported, name, "has the diffID \(text.debugDescription); only sha256 is known")
            }
            return digest
        }
        var platform = Platform(
            os: try fields.required("os", fields.string("os")),
            architecture: try fields.required("architecture", fields.string("architecture")))
        platform.variant = try fields.string("variant")
        self.init(
            created: try fields.string("created"), platform: platform, diffIDs: diffIDs,
            history: try (fields.array("history") ?? []).map(History.init))
        if let config = fields.take("config") { try readExecution(JSONFields(config, document: "\(name), config")) }
        other = fields.rest
    }

    private mutating func readExecution(_ given: JSONFields) throws {
        var fields = given
        user = try fields.string("User")
        environment = try fields.strings("Env") ?? []
        entrypoint = try fields.strings("Entrypoint") ?? []
        command = try fields.strings("Cmd") ?? []
        workingDirectory = try fields.string("WorkingDir")
        labels = try fields.texts("Labels") ?? [:]
        otherExecution = fields.rest
    }

    /// The document in its canonical form.
    public var bytes: [UInt8] {
        var execution = otherExecution
        execution.set("User", user)
        execution.set("Env", environment)
        execution.set("Entrypoint", entrypoint)
        execution.set("Cmd", command)
        execution.set("WorkingDir", workingDirectory)
        execution.set("Labels", labels)

        var fields = other
        fields.set("created", created)
        fields.set("os", platform.os)
        fields.set("architecture", platform.architecture)
        fields.set("variant", platform.variant)
        fields.set("config", JSON.object(execution))
        fields["rootfs"] = .object([
            "type": .string("layers"), "diff_ids": .array(diffIDs.map { .string($0.prefixed) }),
        ])
        fields.set("history", JSON.array(history.map(\.json)))
        return JSON.object(fields).bytes
    }
}

extension ImageConfiguration.History {
    init(_ json: JSON) throws {
        var fields = try JSONFields(json, document: "history")
        created = try fields.string("created")
        createdBy = try fields.string("created_by")
        comment = try fields.string("comment")
        isEmpty = try fields.bool("empty_layer") ?? false
        other = fields.rest
    }

    var json: JSON {
        var fields = other
        fields.set("created", created)
        fields.set("created_by", createdBy)
        fields.set("comment", comment)
        if isEmpty { fields["empty_layer"] = .bool(true) }
        return .object(fields)
    }
}
