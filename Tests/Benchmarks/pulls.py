"""Images pulled from the server's own registry, against Debian's docker-registry with the same blobs."""

import base64
import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from environment import Environment
from harness import Result, Side, interleave, median, run, say, seconds
from images import INTERPRETER
from jobs import Server, serving

IMAGE = "env/tensorflow"
#: Blobs that one client asks for at once, as containerd does.
AT_ONCE = 3
PULLS = 20


class DockerRegistry:
    """Debian's docker-registry with a folder of its own, on loopback, without a password."""

    def __init__(self, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folder.mkdir()
        configuration = folder / "config.yml"
        configuration.write_text(json.dumps({
            "version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
            "http": {"addr": f"127.0.0.1:{self.port}"}}))
        self.process = subprocess.Popen(
            ["docker-registry", "serve", configuration], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 20
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/v2/").close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def docker_registry(folder: Path):
    registry = DockerRegistry(folder)
    try:
        yield registry
    finally:
        registry.stop()


def credentials(server: Server, folder: Path) -> Path:
    """A file of passwords as skopeo reads it."""
    path = folder / "auth.json"
    host = server.url.removeprefix("http://")
    path.write_text(json.dumps({"auths": {host: {"auth": base64.b64encode(f"x:{server.token}".encode()).decode()}}}))
    return path


def manifest(server: Server) -> dict:
    """The image's manifest, once it is made."""
    request = urllib.request.Request(
        f"{server.url}/v2/{IMAGE}/manifests/latest", headers={"Authorization": f"Bearer {server.token}"})
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise SystemExit(error.read().decode()) from None
            time.sleep(int(error.headers["Retry-After"]))


def asked(folder: Path, name: str, url: str, blobs: list[str], token: str | None) -> Path:
    """What curl asks for: all blobs, to be thrown away. (A token is nothing for a command line.)"""
    path = folder / f"{name}.curl"
    lines = ["no-progress-meter", "fail", "parallel", f"parallel-max = {AT_ONCE}"]
    lines += [f'header = "Authorization: Bearer {token}"'] if token else []
    for blob in blobs:
        lines += [f'url = "{url}/v2/{IMAGE}/blobs/{blob}"', 'output = "/dev/null"']
    path.write_text("\n".join(lines) + "\n")
    return path


def pulls(folder: Path, runs: int, peers: bool) -> list[Result]:
    """the tensorflow image out of the server's registry, against docker-registry; its memory with 20 pulls at once"""
    if peers:
        return []
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    image = folder / "image"
    run(environment.chidori(
        "env", "build", environment.lock, "--image", f"oci:{image}:t", "--offline", *INTERPRETER), folder)
    with serving(environment.data) as server, docker_registry(folder / "docker-registry") as peer:
        document = manifest(server)
        blobs = [layer["digest"] for layer in [document["config"], *document["layers"]]]
        size = sum(layer["size"] for layer in document["layers"])
        say(f"  {len(blobs)} blobs, {size / 1e6:.0f} MB")
        auth = credentials(server, folder)
        hosts = {"ours": server.url.removeprefix("http://"), "peer": peer.url.removeprefix("http://")}
        copy = f"skopeo --insecure-policy copy -q --src-tls-verify=false --src-authfile {auth}"
        run(f"{copy} --dest-tls-verify=false docker://{hosts['ours']}/{IMAGE}:latest "
            f"docker://{hosts['peer']}/{IMAGE}:latest", folder)
        ours = asked(folder, "ours", server.url, blobs, server.token)
        theirs = asked(folder, "peer", peer.url, blobs, None)
        results = []
        for what, sides in [
            ("all its blobs, by curl, 3 at once", (f"curl -K {ours}", f"curl -K {theirs}")),
            ("a pull by skopeo", tuple(
                f"{copy} docker://{hosts[side]}/{IMAGE}:latest dir:{folder}/pulled" for side in ("ours", "peer"))),
        ]:
            clean = f"rm -rf {folder}/pulled"
            names = (f"chidori: {what}", f"docker-registry: {what}")
            samples = interleave([Side(name, side, clean) for name, side in zip(names, sides)], runs, folder)
            a, b = (median(samples[name]) for name in names)
            results.append(Result(
                "pulls", f"the tensorflow image ({size / 1e6:.0f} MB): {what}", f"{seconds(a)}, {size / a / 1e6:.0f} MB/s",
                f"docker-registry: {seconds(b)}, {size / b / 1e6:.0f} MB/s", f"{b / a:.2f} × the speed", "≥ 0.9 ×",
                b >= 0.9 * a, runs))
        results.append(memory(server, peer, ours, theirs))
    return results


def memory(server: Server, peer: DockerRegistry, ours: Path, theirs: Path) -> Result:
    peaks = {}
    for name, process, config in [("ours", server.process, ours), ("peer", peer.process, theirs)]:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # The peak is counted from now on.
        begin = time.perf_counter()
        clients = [subprocess.Popen(["curl", "-K", config], stderr=subprocess.DEVNULL) for _ in range(PULLS)]
        if any([client.wait() for client in clients]):
            raise SystemExit("a pull failed")
        status = Path(f"/proc/{process.pid}/status").read_text()
        peaks[name] = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        say(f"    {name}: {PULLS} pulls in {time.perf_counter() - begin:.2f} s, {peaks[name]:.0f} MiB")
    return Result(
        "pulls", f"the server's memory with {PULLS} pulls of it at once", f"{peaks['ours']:.0f} MiB",
        f"docker-registry: {peaks['peer']:.0f} MiB", "", "≤ 150 MiB", peaks["ours"] <= 150, 1)


SCENARIOS = {"pulls": pulls}
