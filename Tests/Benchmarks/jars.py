"""Jars: a graph of 200 artifacts from a local repository, both sides warm, against Maven."""

import zipfile
from pathlib import Path

import inputs
from harness import Result, Side, peers_only, run, versus

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.5.0:resolve"
COUNT = 200


def write_repository(repository: Path) -> None:
    """Projects that depend on each other as those of big class paths do: each on some later ones, in two versions, below
    a parent that manages 200 others."""

    def put(artifact: str, version: str, body: str, jar: bool = True) -> None:
        folder = repository / "test" / artifact / version
        folder.mkdir(parents=True)
        packaging = "" if jar else "<packaging>pom</packaging>"
        (folder / f"{artifact}-{version}.pom").write_text(
            f"<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version>{packaging}{body}</project>\n")
        if jar:
            with zipfile.ZipFile(folder / f"{artifact}-{version}.jar", "w") as archive:
                archive.writestr("content", artifact)

    def dependency(artifact: str, version: str) -> str:
        return (f"<dependency><groupId>test</groupId><artifactId>{artifact}</artifactId>"
                f"<version>{version}</version></dependency>")

    managed = "".join(dependency(f"other{number}", f"1.{number}") for number in range(200))
    put("parent", "1", f"<dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement>", jar=False)
    parent = "<parent><groupId>test</groupId><artifactId>parent</artifactId><version>1</version></parent>"
    for number in range(COUNT):
        for version in ("1.0", "1.1"):
            targets = [t for t in (number * 2 + 1, number * 2 + 2, number * 2 + 5, number + 7) if number < t < COUNT]
            wanted = "".join(dependency(f"m{target}", version if target % 3 == 0 else "1.0") for target in targets)
            put(f"m{number}", version, f"{parent}<dependencies>{wanted}</dependencies>")


def resolve(folder: Path, runs: int, peers: bool) -> list[Result]:
    """a graph of 200 jars from a local repository with a warm store, against mvn dependency:resolve"""
    write_repository(folder / "repository")
    (folder / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>root</artifactId>"
        "<version>1</version><dependencies><dependency><groupId>test</groupId><artifactId>m0</artifactId>"
        "<version>1.0</version></dependency></dependencies></project>\n")
    # Maven's own plugins lie in Debian's repository, the projects in ours: one local repository, by links.
    run(f"cp -as /usr/share/maven-repo/. {folder}/local && cp -r {folder}/repository/test {folder}/local/test", folder)
    peer = Side("mvn -o dependency:resolve", f"mvn -o -q -B -Dmaven.repo.local={folder}/local {PLUGIN}")
    what = f"a graph of {COUNT} jars, warm, local repository"
    if peers:
        return peers_only("jars-resolve", what, [peer], runs, folder)
    recipe, lock = folder / "jars.yaml", folder / "jars.lock.toml"
    recipe.write_text(
        f"name: jars\npython: {{version: '{inputs.PYTHON}'}}\nplatform: linux-x86_64-glibc2.28\n"
        f"jars: {{packages: ['test:m0:1.0'], repositories: ['file://{folder}/repository']}}\n")
    ours = Side(
        "chidori env lock",
        f"{inputs.CHIDORI} env lock {recipe} -o {lock} --data {folder}/data --quiet", f"rm -f {lock}")
    result = versus("jars-resolve", what, ours, peer, 0.1, runs, folder)
    locked = lock.read_text().count("[[tool.chidori.jars]]")
    if locked != COUNT:
        raise SystemExit(f"{locked} jars were locked instead of {COUNT}")
    return [result]


SCENARIOS = {"jars-resolve": resolve}
