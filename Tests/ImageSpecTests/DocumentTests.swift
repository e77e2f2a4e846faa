import Cryptography
import Diagnostics
import ImageSpec
import Testing

@Suite("OCI documents")
struct DocumentTests {
    static let digest = SHA256Digest(of: "x")

    @Test("a manifest has the bytes it always had")
    func manifest() throws {
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, digest: Self.digest, size: 5),
            layers: [Descriptor(mediaType: MediaType.gzipLayer, digest: Self.digest, size: 1 << 40)],
            annotations: [Annotation.created: "1970-01-01T00:00:00Z"])
        let hex = Self.digest.hex
        let expected =
            #"{"annotations":{"org.opencontainers.image.created":"1970-01-01T00:00:00Z"},"#
            + #""config":{"digest":"sha256:\#(hex)","mediaType":"application/vnd.oci.image.config.v1+json","size":5},"#
            + #""layers":[{"digest":"sha256:\#(hex)","mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","#
            + #""size":1099511627776}],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}"#
        #expect(String(decoding: manifest.bytes, as: UTF8.self) == expected)
        #expect(try ImageManifest(parsing: manifest.bytes, name: "manifest") == manifest)
    }

    @Test("a manifest keeps what it is about and what it is (OCI 1.1)")
    func artifact() throws {
        let subject = Descriptor(mediaType: MediaType.manifest, digest: Self.digest, size: 7)
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument), layers: [],
            artifactType: "application/spdx+json", subject: subject)
        let read = try ImageManifest(parsing: manifest.bytes, name: "artifact")
        #expect(read == manifest && read.subject == subject && read.artifactType == "application/spdx+json")
        var entry = Descriptor(mediaType: MediaType.manifest, of: manifest.bytes)
        entry.artifactType = manifest.artifactType
        let index = ImageIndex(manifests: [entry])
        #expect(try ImageIndex(parsing: index.bytes, name: "index").manifests == [entry])
    }

    @Test("an index's image for a platform is the one of its variant, or the plain one")
    func choosing() {
        func entry(_ architecture: String, _ variant: String?) -> Descriptor {
            var entry = Descriptor(
                mediaType: MediaType.manifest, of: Array("\(architecture)\(variant ?? "")".utf8))
            entry.platform = Platform(architecture: architecture, variant: variant)
            return entry
        }
        let index = ImageIndex(manifests: [
            entry("unknown", nil), entry("arm", "v7"), entry("arm64", "v8"), entry("amd64", "v3"), entry("amd64", nil),
        ])
        #expect(index.manifest(for: Platform(architecture: "arm64")) == entry("arm64", "v8"))
        #expect(index.manifest(for: Platform(architecture: "amd64")) == entry("amd64", nil))
        #expect(index.manifest(for: Platform(architecture: "amd64", variant: "v3")) == entry("amd64", "v3"))
        #expect(index.manifest(for: Platform(architecture: "arm", variant: "v6")) == nil)
        #expect(index.manifest(for: Platform(architecture: "s390x")) == nil)
    }

    @Test("an index has the bytes it always had")
    func index() throws {
        var descriptor = Descriptor(mediaType: MediaType.manifest, of: Array("{}".utf8))
        descriptor.platform = Platform(architecture: "arm64", variant: "v8")
        descriptor.annotations[Annotation.referenceName] = "latest"
        let index = ImageIndex(manifests: [descriptor])
        let expected =
            #"{"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"latest"},"#
            + #""digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","#
            + #""mediaType":"application/vnd.oci.image.manifest.v1+json","#
            + #""platform":{"architecture":"arm64","os":"linux","variant":"v8"},"size":2}],"#
            + #""mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2}"#
        #expect(String(decoding: index.bytes, as: UTF8.self) == expected)
        #expect(try ImageIndex(parsing: index.bytes, name: "index") == index)
    }

    @Test("a configuration has the bytes it always had")
    func configuration() throws {
        let configuration = ImageConfiguration(
            created: Timestamp.text(0), platform: Platform(architecture: "amd64"), user: "spark",
            environment: ["PATH=/bin"], entrypoint: ["/bin/sh"], command: ["-c", "true"], workingDirectory: "/",
            labels: ["a": "b"], diffIDs: [Self.digest],
            history: [.init(created: nil, createdBy: "x"), .init(createdBy: "y", comment: "z", isEmpty: true)])
        let expected =
            #"{"architecture":"amd64","config":{"Cmd":["-c","true"],"Entrypoint":["/bin/sh"],"Env":["PATH=/bin"],"#
            + #""Labels":{"a":"b"},"User":"spark","WorkingDir":"/"},"created":"1970-01-01T00:00:00Z","#
            + #""history":[{"created_by":"x"},{"comment":"z","created_by":"y","empty_layer":true}],"os":"linux","#
            + #""rootfs":{"diff_ids":["sha256:\#(Self.digest.hex)"],"type":"layers"}}"#
        #expect(String(decoding: configuration.bytes, as: UTF8.self) == expected)
        #expect(try ImageConfiguration(parsing: configuration.bytes, name: "config") == configuration)
    }

    @Test("fields of other editions of the standard pass through")
    func unknownFields() throws {
        let text =
            #"{"architecture":"amd64","author":"me","config":{"ExposedPorts":{"80/tcp":{}},"StopSignal":"9"},"os":"linux","#
            + #""rootfs":{"diff_ids":[],"type":"layers"},"x.future":[1]}"#
        let configuration = try ImageConfiguration(parsing: Array(text.utf8), name: "config")
        #expect(String(decoding: configuration.bytes, as: UTF8.self) == text)
    }

    @Test("Docker's documents are read as OCI's")
    func docker() throws {
        let text =
            #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"#
            + #""mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"\#(Self.digest.prefixed)"},"#
            + #""layers":[]}"#
        let manifest = try ImageManifest(parsing: Array(text.utf8), name: "manifest")
        #expect(MediaType.canonical(manifest.configuration.mediaType) == MediaType.configuration)
    }

    @Test(
        "what is no document of its kind is refused with the field's name",
        arguments: [
            (#"[]"#, "object"), (#"{"schemaVersion":1}"#, "schema version"), (#"{"schemaVersion":2}"#, "config"),
            (#"{"schemaVersion":2,"mediaType":"text/plain"}"#, "text/plain"),
            (#"{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha512:00","size":1}}"#, "sha256"),
            (#"{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:00","size":-1}}"#, "sha256"),
            (#"{"schemaVersion":2,"config":{"mediaType":5}}"#, "mediaType"),
        ])
    func malformed(_ text: String, _ part: String) {
        let error = #expect(throws: ImageSpecError.self) { try ImageManifest(parsing: Array(text.utf8), name: "m") }
        #expect(error?.description.contains(part) == true)
    }

    @Test("a layout of another version is refused")
    func layoutVersion() throws {
        try ImageLayout.check(marker: ImageLayout.marker, name: "oci-layout")
        #expect(throws: ImageSpecError.self) {
            try ImageLayout.check(marker: Array(#"{"imageLayoutVersion":"2.0.0"}"#.utf8), name: "oci-layout")
        }
    }

    @Test("environment variables are replaced in place")
    func variables() {
        var configuration = ImageConfiguration(
            platform: Platform(architecture: "amd64"), environment: ["PATH=/bin", "PATHS=x"])
        configuration.setVariable("PATH", "/opt:/bin")
        configuration.setVariable("NEW", "a=b")
        #expect(configuration.environment == ["PATH=/opt:/bin", "PATHS=x", "NEW=a=b"])
        #expect(configuration.variable("NEW") == "a=b")
        #expect(configuration.variable("NONE") == nil)
    }
}
