"""Registries: pushes to Debian's docker-registry on this machine, against skopeo."""

import contextlib
import gzip
import hashlib
import io
import json
import random
import socket
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import inputs
from harness import Result, Side, interleave, median, run, seconds, say, versus

#: An image like that of an environment: many small layers, some large.
LAYERS = [256 << 10] * 24 + [8 << 20] * 4 + [64 << 20] * 2
NEW = 20 << 10


class Layout:
    """An OCI image layout whose layers hold a file of noise each."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.blobs = folder / "blobs/sha256"
        self.blobs.mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.index = {"schemaVersion": 2, "manifests": []}
        self.layers = [self.layer(size, number) for number, size in enumerate(LAYERS)]

    def put(self, data: bytes, kind: str) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (self.blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    def layer(self, size: int, seed) -> tuple[dict, str]:
        data, tar = random.Random(seed).randbytes(size), io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            info = tarfile.TarInfo(f"file-{seed}")
            info.size = size
            archive.addfile(info, io.BytesIO(data))
        plain = tar.getvalue()
        return (self.put(gzip.compress(plain, 1, mtime=0), "layer.v1.tar+gzip"),
                "sha256:" + hashlib.sha256(plain).hexdigest())

    def tag(self, name: str, layers: list) -> None:
        configuration = self.put(json.dumps({
            "os": "linux", "architecture": "amd64", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in layers]}}).encode(), "config.v1+json")
        manifest = self.put(json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": configuration,
            "layers": [descriptor for descriptor, _ in layers]}).encode(), "manifest.v1+json")
        self.index["manifests"].append({**manifest, "annotations": {"org.opencontainers.image.ref.name": name}})
        (self.folder / "index.json").write_text(json.dumps(self.index))


@contextlib.contextmanager
def registry(folder: Path):
    """Debian's registry on a free port of 127.0.0.1."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = folder / "registry.yml"
    configuration.write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder}/registry'}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}', secret: benchmark}}\n")
    with open(folder / "registry.log", "wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(configuration)], stdout=log, stderr=log)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


class Counter:
    """A port before the registry's that counts the bytes which are sent there."""

    def __init__(self, host: str):
        self.sent = 0
        self.target = ("127.0.0.1", int(host.rpartition(":")[2]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, server = self.listener.accept()[0], socket.create_connection(self.target)
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self.sent += len(data) if counts else 0
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def push(folder: Path, runs: int, peers: bool) -> list[Result]:
    """an image of which one layer of 20 KiB is new → a registry that has the rest; bytes that are sent"""
    layout = Layout(folder / "images")
    layout.tag("base", layout.layers)
    what = f"an image of {len(LAYERS)} layers, {sum(LAYERS) >> 20} MiB, with one of 20 KiB that is new → local registry"
    # Each run has a new layer of its own, and each side, or the second would find the first one's.
    for side in ("ours", "peer", "counted"):
        for number in range(runs + 1):
            layout.tag(f"{side}-{number}", [*layout.layers, layout.layer(NEW, f"{side} {number}")])
    with registry(folder) as host:
        copy = "skopeo --insecure-policy copy -q --dest-tls-verify=false"
        for repository in ("ours", "peer"):
            run(f"{copy} oci:{layout.folder}:base docker://{host}/{repository}:base", folder)

        def side(name: str, repository: str, command: str) -> Side:
            """Before each run the layout gets another image under the side's tag."""
            return Side(name, command, f"python3 {__file__} {layout.folder} {repository}")

        peer = side("skopeo copy", "peer", f"{copy} oci:{layout.folder}:peer docker://{host}/peer:new")
        if peers:
            samples = interleave([peer], runs, folder)
            return [Result("push", what, "", f"skopeo copy: {seconds(median(samples[peer.name]))}", "", "", None, runs)]
        ours = side(
            "chidori image copy", "ours",
            f"{inputs.CHIDORI} image copy oci:{layout.folder}:ours docker://{host}/ours:new --plain-http {host} "
            f"--data {folder}/data --quiet")
        results = [versus("push", what, ours, peer, 0.3, runs, folder)]
        counter = Counter(host)
        say("  counting bytes")
        layer = layout.layer(NEW, "counted 0")[0]["size"]
        run(f"{inputs.CHIDORI} image copy oci:{layout.folder}:counted-0 docker://{counter.host}/ours:counted "
            f"--plain-http {counter.host} --data {folder}/data --quiet", folder)
        limit = layer + (64 << 10)
        results.append(Result(
            "push", "bytes that are sent for it", f"{counter.sent / 1024:.0f} KiB", "", "",
            f"≤ the layer ({layer / 1024:.0f} KiB) + 64 KiB", counter.sent <= limit, 1))
        return results


def next_image(folder: Path, side: str) -> None:
    """Gives the side's tag to its first image that has not had it yet."""
    path, key = folder / "index.json", "org.opencontainers.image.ref.name"
    index = json.loads(path.read_text())
    kept = [entry for entry in index["manifests"] if entry["annotations"][key] != side]
    number = min(int(entry["annotations"][key].rpartition("-")[2]) for entry in kept
                 if entry["annotations"][key].startswith(side + "-"))
    for entry in kept:
        if entry["annotations"][key] == f"{side}-{number}":
            entry["annotations"][key] = side
    path.write_text(json.dumps({**index, "manifests": kept}))


SCENARIOS = {"push": push}

if __name__ == "__main__":
    next_image(Path(sys.argv[1]), sys.argv[2])
