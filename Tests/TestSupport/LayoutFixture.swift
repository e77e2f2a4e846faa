public import SystemPackage

/// An OCI image layout made by Python's own `tarfile`, `gzip` and `json`: images whose layers hold one file each.
public struct LayoutFixture: Sendable {
    public struct Layer: Sendable {
        let path: String
        let size: Int
        let seed: Int

        /// - Parameters:
        ///   - size: bytes of its file, which no compression makes shorter.
        public init(_ path: String, size: Int, seed: Int) {
            (self.path, self.size, self.seed) = (path, size, seed)
        }
    }

    public let folder: FilePath

    public init(_ folder: FilePath) {
        self.folder = folder
    }

    /// Adds an image under a tag, or, of several platforms, an index of them.
    ///
    /// - Returns: the digest of the manifest or index, `sha256:…`.
    @discardableResult
    public func add(
        _ tag: String, _ layers: [Layer], architectures: [String] = ["amd64"]
    ) async throws -> String {
        let text = layers.map { "\($0.path) \($0.size) \($0.seed)" }.joined(separator: "\n")
        return try await Command(
            "python3", ["-c", Self.program, folder.string, tag, text, architectures.joined(separator: " ")]
        ).run()
    }

    private static let program = """
        import gzip, hashlib, io, json, os, random, sys, tarfile
        folder, tag, layers, architectures = sys.argv[1:]
        blobs = os.path.join(folder, "blobs/sha256")
        os.makedirs(blobs, exist_ok=True)
        def put(data, kind):
            digest = hashlib.sha256(data).hexdigest()
            with open(os.path.join(blobs, digest), "wb") as file:
                file.write(data)
            return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}
        def layer(line, architecture):
            path, size, seed = line.split()
            data = random.Random(f"{seed} {architecture}").randbytes(int(size))
            tar = io.BytesIO()
            with tarfile.open(fileobj=tar, mode="w") as archive:
                info = tarfile.TarInfo(path)
                info.size, info.mode = len(data), 0o755
                archive.addfile(info, io.BytesIO(data))
            plain = tar.getvalue()
            return put(gzip.compress(plain, 1, mtime=0), "layer.v1.tar+gzip"), "sha256:" + hashlib.sha256(plain).hexdigest()
        def image(architecture):
            made = [layer(line, architecture) for line in layers.splitlines()]
            configuration = put(json.dumps({
                "os": "linux", "architecture": architecture, "config": {"Env": ["PATH=/usr/bin:/bin"]},
                "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in made]},
                "history": [{"created_by": "test"} for _ in made]}).encode(), "config.v1+json")
            manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                        "config": configuration, "layers": [descriptor for descriptor, _ in made]}
            entry = put(json.dumps(manifest).encode(), "manifest.v1+json")
            entry["platform"] = {"os": "linux", "architecture": architecture}
            return entry
        images = [image(architecture) for architecture in architectures.split()]
        if len(images) == 1:
            root = {key: images[0][key] for key in ("mediaType", "digest", "size")}
        else:
            root = put(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                                   "manifests": images}).encode(), "index.v1+json")
        path = os.path.join(folder, "index.json")
        index = json.load(open(path)) if os.path.exists(path) else {"schemaVersion": 2, "manifests": []}
        name = "org.opencontainers.image.ref.name"
        index["manifests"] = [entry for entry in index["manifests"] if entry["annotations"][name] != tag]
        index["manifests"].append({**root, "annotations": {name: tag}})
        json.dump(index, open(path, "w"))
        open(os.path.join(folder, "oci-layout"), "w").write('{"imageLayoutVersion":"1.0.0"}')
        print(root["digest"], end="")
        """
}
