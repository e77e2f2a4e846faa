"""Spark: its environment built again, a driver's wait before the JVM, and what a class archive and bytecode are worth."""

import zipfile
from pathlib import Path

import inputs
from harness import Result, Side, alone, interleave, median, peers_only, run, seconds, versus

RECIPES = Path(__file__).parent.parent.parent / "recipes"
#: Where PySpark is fetched and built once: the store of the ready recipes.
DATA = inputs.KEPT.parent / "recipes"

FIRST_RESULT = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.range(1000).selectExpr("id", "id % 7 AS rest").createOrReplaceTempView("numbers")
rows = spark.sql("SELECT rest, count(*) AS n FROM numbers GROUP BY rest ORDER BY rest").collect()
assert len(rows) == 7
import os
os.kill(os.getppid(), 9)    # the JVM; how long it takes to stop is nobody's wait
"""


def chidori(*arguments) -> str:
    return " ".join(map(str, [inputs.CHIDORI, *arguments, "--data", DATA, "--quiet"]))


def again(folder: Path, runs: int, peers: bool) -> list[Result]:
    """an environment with PySpark, built before, to the tree"""
    if peers:
        return []
    build = chidori("env", "build", RECIPES / "spark-4.0.lock.toml", "--to", folder / "tree", "--offline")
    run(build, folder)
    what = "second build of PySpark 4.0 with pandas and Arrow → tree"
    side = Side("chidori env build", build, f"chmod -R u+w {folder}/tree; rm -rf {folder}/tree")
    return [alone("spark-again", what, side, 0.3, runs, folder)]


def first_result(folder: Path, runs: int, peers: bool) -> list[Result]:
    """a Spark driver's start to its first SQL result, with class archive and bytecode against neither"""
    if peers:
        return []
    lock, job = RECIPES / "spark-4.0.lock.toml", folder / "job.py"
    job.write_text(FIRST_RESULT)
    fast, slow = folder / "fast", folder / "slow"
    run(chidori("env", "build", lock, "--to", fast, "--offline", "--class-archive"), folder)
    run(chidori("env", "build", lock, "--to", slow, "--offline", "--no-bytecode"), folder)

    def side(name: str, tree: Path) -> Side:
        # Root can write to what is read-only, so Python is told not to. 137: the JVM was ended at the result.
        return Side(name, "PYTHONDONTWRITEBYTECODE=1 SPARK_LOCAL_IP=127.0.0.1 "
                    + chidori("env", "run", tree) + f" -- spark-submit {job}", statuses=(137, -9))

    what = "Spark driver's start to its first SQL result"
    return [versus("spark-first-result", what, side("with class archive and bytecode", fast),
                   side("without either", slow), 0.7, runs, folder)]


def repository(folder: Path, count: int) -> Path:
    """A Maven repository of `count` jars of 200 kB, the first of which needs all others."""
    for number in range(count):
        place = folder / f"org/example/part{number}/1.0"
        place.mkdir(parents=True)
        with zipfile.ZipFile(place / f"part{number}-1.0.jar", "w") as jar:
            jar.writestr(f"part{number}.bin", bytes(200_000))
        needs = "".join(
            f"<dependency><groupId>org.example</groupId><artifactId>part{other}</artifactId><version>1.0</version></dependency>"
            for other in range(1, count)) if number == 0 else ""
        (place / f"part{number}-1.0.pom").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>"
            f"<artifactId>part{number}</artifactId><version>1.0</version><dependencies>{needs}</dependencies></project>")
    return folder


def ready(folder: Path, runs: int, peers: bool) -> list[Result]:
    """30 packages and 20 jars at hand before a driver's JVM starts, attached against installed at its start"""
    name, count = "airflow", 30
    packages = inputs.pins(name).read_text().split()
    jars = repository(folder / "repository", 20)
    with inputs.served(inputs.index(name)) as index:
        # What these need in turn is in our environment too, and pip is spared it.
        asked = packages[:count]
        requirements = folder / "requirements.txt"
        requirements.write_text("\n".join(asked) + "\n")
        pip = (f"rm -rf {folder}/venv {folder}/ivy && /usr/bin/python3.11 -m venv {folder}/venv && "
               f"{folder}/venv/bin/pip install -q --no-deps --disable-pip-version-check --index-url {index} -r {requirements}")
        # What `--packages` does before the driver's own JVM can start: Ivy resolves and copies.
        settings = folder / "ivy.xml"
        settings.write_text(
            f'<ivysettings><settings defaultResolver="r"/><caches defaultCacheDir="{folder}/ivy"/><resolvers>'
            f'<ibiblio name="r" m2compatible="true" root="file:{jars}"/></resolvers></ivysettings>')
        ivy = (f"java -jar /usr/share/java/ivy.jar -settings {settings} -dependency org.example part0 1.0 "
               f"-retrieve '{folder}/got/[artifact]-[revision].[ext]' > /dev/null")
        peer = Side("pip install and Ivy", f"{pip} && {ivy}", f"rm -rf {folder}/got")
        what = f"{count} packages and 20 jars at hand before a driver's JVM starts"
        if peers:
            return peers_only("spark-ready", what, [peer], runs, folder)
        recipe = folder / "ready.yaml"
        lines = ["name: ready", "python:", f"  version: '{inputs.PYTHON}'", "  packages:"]
        lines += [f"    - {package}" for package in asked]
        lines += ["platform: linux-x86_64-glibc2.28", "jars:", f"  repositories: [{jars}]",
                  "  packages: ['org.example:part0:1.0']"]
        recipe.write_text("\n".join(lines) + "\n")
        own = f"--data {folder}/data --quiet"
        run(f"{inputs.CHIDORI} env build {recipe} --index-url {index} {own}", folder)
        # Attached: what stands between the start of the container and `java` is the environment's own start.
        ours = Side("environment attached", f"{inputs.CHIDORI} env run ready {own} -- python -c pass")
        samples = interleave([ours, peer], runs, folder)
    a, b = median(samples[ours.name]), median(samples[peer.name])
    return [Result("spark-ready", what, seconds(a), f"{peer.name}: {seconds(b)}", f"{a / b:.3f}", "≤ 0.1 ×",
                   a <= 0.1 * b, runs)]


SCENARIOS = {
    "spark-again": again,
    "spark-ready": ready,
    "spark-first-result": first_result,
}
