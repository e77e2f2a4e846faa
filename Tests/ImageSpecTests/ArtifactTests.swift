import Cryptography
import ImageSpec
import Testing

@Suite("Artifacts that refer to an image")
struct ArtifactTests {
    @Test("the manifest has the bytes of OCI 1.1, and is read back")
    func manifest() throws {
        var image = Descriptor(mediaType: MediaType.manifest, of: Array("image".utf8))
        image.annotations[Annotation.referenceName] = "tag"
        image.platform = Platform(architecture: "amd64")
        let artifact = Artifact(type: "application/spdx+json", content: Array("{}\n".utf8), about: image)
        let expected =
            #"{"artifactType":"application/spdx+json","#
            + #""config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","#
            + #""mediaType":"application/vnd.oci.empty.v1+json","size":2},"#
            + #""layers":[{"digest":"\#(SHA256Digest(of: "{}\n").prefixed)","mediaType":"application/spdx+json","size":3}],"#
            + #""mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2,"#
            + #""subject":{"digest":"\#(SHA256Digest(of: "image").prefixed)","#
            + #""mediaType":"application/vnd.oci.image.manifest.v1+json","size":5}}"#
        #expect(String(decoding: artifact.manifest.bytes, as: UTF8.self) == expected)
        #expect(try ImageManifest(parsing: artifact.manifest.bytes, name: "artifact") == artifact.manifest)
        #expect(artifact.descriptor.artifactType == "application/spdx+json")
        #expect(artifact.descriptor.digest == SHA256Digest(of: expected))
        #expect(artifact.blobs.map { SHA256Digest(of: $0) }.count == 3)
    }

    @Test("the content may have a type of its own")
    func mediaType() {
        let image = Descriptor(mediaType: MediaType.index, of: [])
        let artifact = Artifact(type: "application/a", content: [1], mediaType: "application/b", about: image)
        #expect(artifact.manifest.layers.map(\.mediaType) == ["application/b"])
        #expect(artifact.manifest.subject?.mediaType == MediaType.index)
    }
}
