internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument

/// `chidori image inspect`: what an image is, without its layers.
struct ImageInspectCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tell what an image is: its platforms, its configuration, its layers.",
        usage: "chidori image inspect [<options>] <image>",
        discussion: """
            Examples:
              chidori image inspect docker://registry.example/team/features:1
              chidori image inspect --platform linux/arm64 oci:images:features
            """)

    @Argument(help: "The image: docker://HOST[:PORT]/NAME[:TAG], oci:DIR[:TAG] or oci-archive:FILE[:TAG].")
    var image: String

    @Option(
        name: .long,
        help: ArgumentHelp("Of an image for several platforms, the one for this.", valueName: "os/processor"))
    var platform: String?

    @OptionGroup var shared: ImageOptions

    func answer(_ session: Session) async throws -> Answer {
        let reference = try ImageReference(image)
        let found = try await session.builder.inspectImage(reference, platform: try platform.map { try Platform($0) })
        return Answer(
            [
                "reference": .string(reference.description), "digest": .string(found.root.digest.prefixed),
                "mediaType": .string(found.root.mediaType),
                "manifests": .array(found.entries.map(\.entryJSON)), "image": found.image?.json ?? .null,
            ], text: text(reference, found))
    }

    private func text(_ reference: ImageReference, _ found: ImageInspection) -> String {
        var facts = Facts()
        facts.add("image", reference.description)
        facts.add("digest", found.root.digest.prefixed)
        facts.add("type", found.root.mediaType)
        var parts: [String] = []
        if let image = found.image {
            if image.descriptor.digest != found.root.digest { facts.add("manifest", image.descriptor.digest.prefixed) }
            facts.add("platform", image.configuration?.platform.description)
            facts.add("created", image.configuration?.created)
            facts.add("artifact", image.manifest.artifactType)
            facts.add("subject", image.manifest.subject?.digest.prefixed)
            facts.add("size", readable(bytes: image.manifest.layers.reduce(0) { $0 + $1.size }))
            facts.add(
                "entrypoint",
                image.configuration.flatMap { $0.entrypoint.isEmpty ? nil : $0.entrypoint.joined(separator: " ") })
            for (name, value) in (image.configuration?.labels ?? [:]).sorted(by: { $0.key < $1.key }) {
                facts.add("label", "\(name)=\(value)")
            }
            var layers = Table(["LAYER", "SIZE", "TYPE"], rightAligned: [1])
            for layer in image.manifest.layers {
                layers.add([layer.digest.prefixed, readable(bytes: layer.size), layer.mediaType])
            }
            parts.append(layers.text)
        } else {
            var entries = Table(["PLATFORM", "DIGEST", "TYPE"])
            for entry in found.entries {
                entries.add([
                    entry.platform?.description ?? "", entry.digest.prefixed, entry.artifactType ?? entry.mediaType,
                ])
            }
            parts.append(entries.text)
        }
        return ([withoutControls(facts.text)] + parts.map { withoutControls($0) }).joined(separator: "\n\n")
    }
}

extension Descriptor {
    fileprivate var entryJSON: JSON {
        [
            "platform": JSON(platform?.description), "digest": .string(digest.prefixed), "size": JSON(size),
            "mediaType": .string(mediaType), "artifactType": JSON(artifactType),
        ]
    }
}

extension ImageInspection.Image {
    fileprivate var json: JSON {
        [
            "digest": .string(descriptor.digest.prefixed), "mediaType": .string(descriptor.mediaType),
            "platform": JSON(configuration?.platform.description), "created": JSON(configuration?.created),
            "artifactType": JSON(manifest.artifactType), "subject": JSON(manifest.subject?.digest.prefixed),
            "environment": JSON(configuration?.environment ?? []), "entrypoint": JSON(configuration?.entrypoint ?? []),
            "command": JSON(configuration?.command ?? []),
            "labels": .object((configuration?.labels ?? [:]).mapValues(JSON.string)),
            "annotations": .object(manifest.annotations.mapValues(JSON.string)),
            "layers": .array(
                manifest.layers.map {
                    ["digest": .string($0.digest.prefixed), "size": JSON($0.size), "mediaType": .string($0.mediaType)]
                }),
        ]
    }
}
