"""Preflight: what jars of one class path do to each other, over a real Spark's jars."""

import re
import subprocess
import tarfile
from pathlib import Path

import inputs
from harness import Result, Side, alone, run, say

#: The jars of these releases of PySpark, in this order, as many as are needed.
RELEASES = ["4.0.1", "3.5.7"]
JARS = 300


def source(release: str) -> Path:
    """The source distribution of a release, fetched once; it has Spark's jars."""
    folder = inputs.CACHE / "pyspark"
    path = folder / f"pyspark-{release}.tar.gz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([*inputs.PIP, "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder),
                        f"pyspark=={release}"], check=True)
    return path


def repository(folder: Path) -> list[str]:
    """A Maven repository of 300 of Spark's jars, each of which needs nothing; gives their coordinates."""
    coordinates = []
    for release in RELEASES:
        with tarfile.open(source(release)) as archive:
            for member in archive:
                if len(coordinates) == JARS:
                    return coordinates
                if "/deps/jars/" not in member.name or not member.name.endswith(".jar"):
                    continue
                stem = member.name.rpartition("/")[2].removesuffix(".jar")
                artifact, version = re.match(r"(.*?)-(\d.*)$", stem).groups() if re.search(r"-\d", stem) else (stem, "1")
                if any(name.endswith(f":{artifact}:{version}") for name in coordinates):
                    continue
                group = f"spark{release.replace('.', '')}"
                if any(name.startswith(f"{group}:{artifact}:") for name in coordinates):
                    # One library's files for several processors: a module each, since a module has one version.
                    artifact, version = stem, "1"
                place = folder / group / artifact / version
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{artifact}-{version}.jar").write_bytes(archive.extractfile(member).read())
                (place / f"{artifact}-{version}.pom").write_text(
                    f"<project><modelVersion>4.0.0</modelVersion><groupId>{group}</groupId>"
                    f"<artifactId>{artifact}</artifactId><version>{version}</version></project>")
                coordinates.append(f"{group}:{artifact}:{version}")
    return coordinates


def preflight(folder: Path, runs: int, peers: bool) -> list[Result]:
    """chidori env check over 300 jars of Spark's, at first and again"""
    if peers:
        return []
    say("  writing a repository of 300 jars")
    coordinates = repository(folder / "repository")
    recipe = folder / "jars.yaml"
    jars = "".join(f"    - '{coordinate}'\n" for coordinate in coordinates)
    recipe.write_text(
        f"name: jars\npython: {{version: '{inputs.PYTHON}'}}\n"
        f"jars:\n  repositories: [{folder}/repository]\n  packages:\n{jars}")
    data, fetched = folder / "data", folder / "fetched"
    command = lambda *words: " ".join(map(str, [inputs.CHIDORI, *words, "--data", data, "--quiet", "--offline"]))
    run(command("env", "lock", recipe), folder)
    run(command("env", "fetch", folder / "jars.lock.toml"), folder)
    run(f"cp -al {data} {fetched}", folder)
    check = command("env", "check", folder / "jars.lock.toml")
    # SQLite writes its index in place, so that is copied; blobs are linked.
    fresh = f"rm -rf {data}; cp -al {fetched} {data}; rm -f {data}/store.sqlite*; cp {fetched}/store.sqlite* {data}/"
    what = f"preflight over {len(coordinates)} jars of Spark's"
    # Jars of two Sparks are in conflict.
    first = Side("chidori env check, first", check, fresh, statuses=(11,))
    again = Side("chidori env check, again", check, statuses=(11,))
    return [
        alone("preflight", f"{what}, the first time", first, 2.0, runs, folder),
        alone("preflight", f"{what}, again", again, 0.2, runs, folder),
    ]


SCENARIOS = {"preflight": preflight}
