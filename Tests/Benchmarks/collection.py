"""Collection: how long it takes over a large store, and what builds beside it notice."""

import base64
import hashlib
import json
import os
import sqlite3
import statistics
import subprocess
import time
import zipfile
from pathlib import Path

import inputs
from harness import Result, fresh, say, seconds

ENVIRONMENTS = 1000
#: Of each environment: packages and blobs of its own, and files of a package. 2,000 packages of 90 files and 20,000 blobs.
OWN_PACKAGES, OWN_BLOBS, FILES = 2, 20, 90
#: Packages that an environment shares with others.
SHARED = 38
MONTHS = 60 * 86_400


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fill(data: Path) -> None:
    """A store of 1,000 environments and 200,000 files, of which every second environment is superseded and long unused."""
    say(f"  making a store of {ENVIRONMENTS} environments and {ENVIRONMENTS * (OWN_PACKAGES * FILES + OWN_BLOBS)} files")
    subprocess.run([inputs.CHIDORI, "env", "list", "--data", data, "--quiet"], check=True, capture_output=True)
    blobs, packages = data / "blobs/sha256", data / "volume/packages"
    packages.mkdir(parents=True)
    for number in range(256):
        (blobs / f"{number:02x}").mkdir(parents=True)
    old = time.time() - MONTHS

    def blob(content: str) -> str:
        name = digest(content)
        path = blobs / name[:2] / name
        path.write_text(content)
        os.utime(path, (old, old))
        return name

    own = []
    for number in range(ENVIRONMENTS):
        names = []
        for package in range(OWN_PACKAGES):
            name = f"{digest(f'package {number} {package}')}+none"
            for folder in range(3):
                (packages / name / f"part{folder}").mkdir(parents=True)
            for file in range(FILES):
                (packages / name / f"part{file % 3}" / f"module{file}.py").write_text(f"VALUE = {file}\n" * 20)
            names.append(name)
        own.append(names)
    with sqlite3.connect(data / "store.sqlite") as index:
        for number in range(ENVIRONMENTS):
            # Those that stay share packages among themselves, and those that go use some of theirs.
            shared = [own[(number + 2 * step) // 2 * 2 % ENVIRONMENTS][step % OWN_PACKAGES] for step in range(1, SHARED + 1)]
            contents = sorted({f"blob {blob(f'wheel {number} {part}' * 50)}" for part in range(OWN_BLOBS)})
            contents += sorted({f"package {name}" for name in own[number] + shared})
            lines = "".join(line + "\n" for line in contents)
            identifier = digest(f"environment {number}")
            manifest = json.dumps({
                "format": 1, "id": identifier, "name": f"e{number}", "version": "1", "python": "3.11", "platform": "any",
                "lock": f"sha256:{identifier}", "units": []})
            head = f"chidori environment 1\nid {identifier}\nname e{number}\nversion 1\npython 3.11\nplatform any\n"
            document = blob(
                head + f"lock {identifier}\ncreated {int(old)}\n{lines}manifest {len(manifest)}\n{manifest}")
            raw = bytes.fromhex(identifier)
            index.execute(
                "INSERT INTO environments VALUES (?, ?, '1', '3.11', 'any', ?, ?, ?, ?, ?, ?)",
                (raw, f"e{number}", raw, int(old), bytes.fromhex(document), lines.encode(), manifest.encode(), int(old)))
            if number % 2 == 0:
                index.execute("INSERT INTO leases VALUES (?, 'tag', ?, NULL, ?)", (raw, f"e{number}", int(old)))


def wheel(folder: Path, number: int) -> Path:
    """A wheel of forty files that no other has."""
    name, version = f"demo{number}", "1.0"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {f"{name}/module{file}.py": f"VALUE = '{number} {file}'\n" * 30 for file in range(40)}
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        listed = [
            f"{file},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
            f"{len(text.encode())}\n" for file, text in files.items()]
        files[f"{info}/RECORD"] = "".join(listed) + f"{info}/RECORD,,\n"
        for file, text in files.items():
            archive.writestr(file, text)
    return path


class Builds:
    """Builds of environments that the store has never seen, each of one new wheel, and builds in which nothing changed."""

    def __init__(self, folder: Path, data: Path):
        self.folder, self.data, self.next = fresh(folder), data, 0

    def prepare(self, count: int) -> None:
        for number in range(self.next, self.next + count):
            wheel(self.folder, number)
            (self.folder / f"demo{number}.yaml").write_text(
                f"name: demo{number}\npython: {{version: '{inputs.PYTHON}', packages: [demo{number}]}}\n"
                "bytecode: false\n")
            subprocess.run(self.command("lock", number), check=True, capture_output=True)

    def command(self, verb: str, number: int) -> list:
        file = self.folder / f"demo{number}{'.lock.toml' if verb == 'build' else '.yaml'}"
        return [inputs.CHIDORI, "env", verb, file, "--find-links", self.folder, "--offline", "--data", self.data, "--quiet"]

    def one(self) -> float:
        """A new environment, and the same again."""
        begin = time.perf_counter()
        for _ in range(2):
            subprocess.run(self.command("build", self.next), check=True, capture_output=True)
        self.next += 1
        return time.perf_counter() - begin


def collect(data: Path, *more: str) -> list:
    return [inputs.CHIDORI, "store", "collect", "--older-than", "30d", *more, "--data", data, "--json"]


def collection(folder: Path, runs: int, peers: bool) -> list[Result]:
    """collection over 1,000 environments and 200,000 files, and builds beside it"""
    if peers:
        return []
    kept, data, rounds = folder / "kept", folder / "data", min(runs, 3)
    fill(kept)
    times, sizes, alone, beside = [], [], [], []
    for number in range(rounds + 1):
        subprocess.run(["cp", "-a", kept, data], check=True)
        builds = Builds(folder / "builds", data)
        builds.prepare(120)
        for _ in range(3):
            builds.one()
        begin = time.perf_counter()
        subprocess.run(collect(data, "--max-size", "100TiB", "--dry-run"), check=True, capture_output=True)
        size = time.perf_counter() - begin
        quiet = [builds.one() for _ in range(40)]
        begin = time.perf_counter()
        process = subprocess.Popen(collect(data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        busy = []
        # In turns with collections: some builds before, some beside, some after.
        while process.poll() is None and builds.next < 100:
            busy.append(builds.one())
        output, _ = process.communicate()
        took = time.perf_counter() - begin
        quiet += [builds.one() for _ in range(min(20, 119 - builds.next))]
        answer = json.loads(output.splitlines()[-1])
        if len(answer["removed"]) != ENVIRONMENTS // 2:
            raise SystemExit(f"{len(answer['removed'])} environments went")
        fresh(data).rmdir()

        # The same without builds beside it.
        subprocess.run(["cp", "-a", kept, data], check=True)
        begin = time.perf_counter()
        subprocess.run(collect(data), check=True, capture_output=True)
        single = time.perf_counter() - begin
        fresh(data).rmdir()
        say(f"    {number}/{rounds}: {single:.2f} s; sizes {size:.2f} s; {len(busy)} builds beside one of {took:.2f} s, "
            f"median {statistics.median(busy):.4f} s, else {statistics.median(quiet):.4f} s")
        if number:
            times.append(single)
            sizes.append(size)
            beside += busy
            alone += quiet
    time_, slow = statistics.median(times), statistics.median(beside) / statistics.median(alone)
    what = f"{ENVIRONMENTS:,} environments and 200,000 files"
    return [
        Result("collection", f"collection over {what}, of which half the environments and 100,000 files go", seconds(time_),
               "", "", "≤ 5 s", time_ <= 5, rounds),
        Result("collection", "the first look at all sizes of that store (`--max-size`, `--dry-run`)",
               seconds(statistics.median(sizes)), "", "", "", None, rounds),
        Result("collection", f"a new environment and the same again, built beside it ({len(beside)} times)",
               seconds(statistics.median(beside)), f"without: {seconds(statistics.median(alone))}", f"{slow:.2f}",
               "≤ 1.1 ×", slow <= 1.1, rounds),
    ]


SCENARIOS = {"collection": collection}
