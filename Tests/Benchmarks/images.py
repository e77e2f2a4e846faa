"""Images: layers from wheels, against installing, packing and compressing."""

import base64
import hashlib
import json
import re
import zipfile
from pathlib import Path

import inputs
from environment import Environment
from harness import Result, Side, fresh, interleave, median, peak, peers_only, run, seconds, versus

GZIP, ZSTD = "gzip -6", "zstd -3 -T2 -q"

#: An image without a base has the bytecode of the interpreter that is named.
INTERPRETER = ("--python", "/usr/bin/python3.11")
#: What takes a minute a run is run fewer times.
FEW = 3


def install_and_pack(environment: Environment, compress: str, *more: str) -> Side:
    install = environment.uv_sync("copy", *more)
    packing = f"tar -C {environment.venv} -cf - . | {compress} > {environment.folder}/venv.tar.packed"
    return Side(f"uv + tar + {compress.removesuffix(' -q')}", f"{install} && {packing}", environment.make_venv())


def layers(compress: str, limit: float, bytecode: bool = False):
    word = compress.split()[0]
    name = f"image-{word}" + ("-bytecode" if bytecode else "")

    def scenario(folder: Path, runs: int, peers: bool) -> list[Result]:
        environment = Environment("tensorflow", folder, peers, bytecode)
        more = ["--compile-bytecode"] if bytecode else []
        peer = install_and_pack(environment, compress, *more)
        what = "tensorflow-cpu + pandas, wheels fetched, no layer made before → OCI layout" + (
            ", with bytecode" if bytecode else "")
        if peers:
            return peers_only(name, what, [peer], runs, folder)
        fetched = folder / "fetched"
        environment.keep(environment.data, fetched)
        image = folder / "image"
        ours = Side(
            "chidori env build",
            environment.chidori(
                "env", "build", environment.lock, "--image", f"oci:{image}:t", "--offline", *INTERPRETER),
            f"{environment.restore(fetched)}; rm -rf {image}")
        few = min(runs, FEW) if bytecode or compress == GZIP else runs
        results = [versus(name, what, ours, peer, limit, few, folder)]
        if word == "gzip":
            size = sum(file.stat().st_size for file in (image / "blobs/sha256").iterdir())
            packed = (folder / "venv.tar.packed").stat().st_size
            results.append(Result(
                name, "its size", f"{size / 1e6:.1f} MB", f"gzip -6: {packed / 1e6:.1f} MB", f"{size / packed:.3f}",
                "≤ 1.05 ×", size <= 1.05 * packed, 1))
        return results

    scenario.__doc__ = f"wheels → OCI layout{' with bytecode' if bytecode else ''}, against uv + tar + {compress.removesuffix(' -q')}"
    return name, scenario


def one_changed(folder: Path, runs: int, peers: bool) -> list[Result]:
    """one of airflow's 130 packages changed → image; which blobs are new"""
    if peers:
        return []
    environment = Environment("airflow", folder, peers, bytecode=True)
    image = folder / "image"
    build = environment.chidori("env", "build", environment.lock, "--image", f"oci:{image}:t", "--offline", *INTERPRETER)
    run(build, folder)

    # Another file of one package: the same wheel with one module changed, so that nothing else has to resolve anew.
    changed = folder / "changed"
    fresh(changed)
    wheel = next(inputs.wheels("airflow").glob("tabulate-*.whl"))
    rebuild_wheel(wheel, changed / wheel.name)
    digest = hashlib.sha256((changed / wheel.name).read_bytes()).hexdigest()
    lock = folder / "changed.lock.toml"
    recipe = folder / "airflow.yaml"
    with inputs.served(inputs.index("airflow")) as index:
        lines = [line for line in environment.requirements.read_text().split() if not line.startswith("tabulate==")]
        environment.write_recipe(recipe, [*lines, f"tabulate @ file://{changed / wheel.name}#sha256={digest}"], True)
        run(environment.chidori("env", "lock", recipe, "-o", lock, "--index-url", index), folder)
        run(environment.chidori("env", "fetch", lock, "--index-url", index), folder)
    before = folder / "before"
    environment.keep(environment.data, before)
    environment.keep(image, folder / "image-before")
    old = {file.name for file in (image / "blobs/sha256").iterdir()}
    ours = Side(
        "chidori env build",
        environment.chidori("env", "build", lock, "--image", f"oci:{image}:t", "--offline", *INTERPRETER),
        f"{environment.restore(before)}; rm -rf {image}; cp -a {folder}/image-before {image}")
    samples = interleave([ours], runs, folder)
    blobs = {file.name: file.stat().st_size for file in (image / "blobs/sha256").iterdir()}
    sizes = sorted((size for name, size in blobs.items() if name not in old), reverse=True)
    manifest = blob(image, json.loads((image / "index.json").read_text())["manifests"][0]["digest"])
    glue = manifest["layers"][-1]["size"]
    few = len(sizes) <= 5 and glue <= 64 << 10 and old <= set(blobs)
    time = median(samples[ours.name])
    what = "one of airflow's 130 packages changed → image"
    return [
        Result("one-changed", what, seconds(time), "", "", "≤ 300 ms", time <= 0.3, runs),
        Result("one-changed", "new in it: the package's layer, its bytecode's, glue, config, manifest",
               f"{len(sizes)} blobs ({', '.join(f'{size / 1024:.0f}' for size in sizes)} KiB), glue {glue / 1024:.0f} KiB",
               "", "", "≤ 5 blobs, glue ≤ 64 KiB, all others untouched", few, 1),
    ]


def blob(image: Path, digest: str) -> dict:
    return json.loads((image / "blobs/sha256" / digest.removeprefix("sha256:")).read_text())


def rebuild_wheel(source: Path, target: Path) -> None:
    """A wheel like another one, with a line more in one module and a RECORD that says so."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        name = next(name for name in old.namelist() if name.endswith("__init__.py"))
        content = old.read(name) + b"\n# changed\n"
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        for member in old.infolist():
            data = old.read(member)
            if member.filename == name:
                data = content
            elif member.filename.endswith(".dist-info/RECORD"):
                row = f"{name},sha256={digest},{len(content)}"
                data = re.sub(rf"(?m)^{re.escape(name)},.*$", row, data.decode()).encode()
            new.writestr(member, data)


def memory(folder: Path, runs: int, peers: bool) -> list[Result]:
    """peak memory of building the 1.5 GB environment as a tree and as an image"""
    if peers:
        return []
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    fetched = folder / "fetched"
    environment.keep(environment.data, fetched)
    ours = Side(
        "chidori env build",
        environment.chidori("env", "build", environment.lock, "--to", folder / "tree", "--image", f"oci:{folder}/image:t",
                            "--offline", *INTERPRETER),
        f"{environment.restore(fetched)}; rm -rf {folder}/image {folder}/tree", sums_memory=True)
    most = peak(interleave([ours], 2, folder)[ours.name])
    what = ("peak memory while building the 1.5 GB environment: the program and the Pythons that compile, "
            "their `Pss` summed every 20 ms")
    return [Result("memory", what, f"{most / 2**20:.0f} MiB", "", "",
                   "≤ 150 MiB", most <= 150 * 2**20, 2)]


def digests(folder: Path, runs: int, peers: bool) -> list[Result]:
    """the image's digest over folders, core counts, umasks, time zones, locales and times"""
    if peers:
        return []
    environment = Environment("tensorflow", folder, peers, bytecode=True)
    fetched = folder / "fetched"
    environment.keep(environment.data, fetched)
    settings = ["umask 022; TZ=UTC LC_ALL=C", "umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 taskset -c 0",
                "umask 002; TZ=America/New_York LANG=tr_TR.UTF-8"]
    found = set()
    for number, setting in enumerate(settings):
        image = folder / f"an image {number}" / ("x" * number + "y")
        run(environment.restore(fetched), folder)
        image.parent.mkdir()
        command = environment.chidori(
            "env", "build", environment.lock, "--image", f"'oci:{image}:t'", "--offline", *INTERPRETER)
        run(f"{setting} {command}", folder)
        found.add(json.loads((image / "index.json").read_text())["manifests"][0]["digest"])
    return [Result("digests", "image digests over folders, cores, umasks, time zones, locales, times",
                   "all equal" if len(found) == 1 else f"{len(found)} different", "", "", "all equal", len(found) == 1,
                   len(settings))]


SCENARIOS = dict([
    layers(GZIP, 0.06), layers(ZSTD, 0.4), layers(ZSTD, 0.5, bytecode=True),
    ("one-changed", one_changed), ("memory", memory), ("digests", digests),
])
