internal import Archive
internal import Cryptography
import Foundation
internal import ImageSpec
import SystemPackage
import TestSupport

/// An image layout with one image for each processor, whose file system holds programs that nobody could run.
struct BaseFixture {
    let folder: FilePath

    /// - Parameter programs: paths inside, such as `opt/bin/python3.11`.
    init(in scratch: Scratch, programs: [String]) throws {
        folder = scratch.file("bases")
        var manifests: [Descriptor] = []
        for architecture in ["amd64", "arm64"] {
            var tar: [UInt8] = []
            var writer = TarWriter()
            for path in programs.sorted() {
                let content = Array("\(path) for \(architecture)".utf8)
                try writer.add(TarHeader(path: path, mode: 0o755), content: content) { tar.append(contentsOf: $0) }
            }
            try writer.finish { tar.append(contentsOf: $0) }
            let configuration = ImageConfiguration(
                platform: Platform(architecture: architecture), environment: ["PATH=/opt/bin:/usr/bin"],
                diffIDs: [SHA256Digest(of: tar)])
            let manifest = ImageManifest(
                configuration: Descriptor(mediaType: MediaType.configuration, of: configuration.bytes),
                layers: [Descriptor(mediaType: MediaType.layer, of: tar)])
            for blob in [tar, configuration.bytes, manifest.bytes] { try Self.put(blob, scratch) }
            var descriptor = Descriptor(mediaType: MediaType.manifest, of: manifest.bytes)
            descriptor.platform = Platform(architecture: architecture)
            manifests.append(descriptor)
        }
        let platforms = ImageIndex(manifests: manifests)
        try Self.put(platforms.bytes, scratch)
        var entry = Descriptor(mediaType: MediaType.index, of: platforms.bytes)
        entry.annotations[Annotation.referenceName] = "python"
        try scratch.write("bases/index.json", ImageIndex(manifests: [entry]).bytes)
    }

    private static func put(_ bytes: [UInt8], _ scratch: Scratch) throws {
        try scratch.write("bases/blobs/sha256/\(SHA256Digest(of: bytes).hex)", bytes)
    }
}
