"""What the scenarios measure with: wheels fetched once with pip, a local index over them, and warm caches of both tools."""

import contextlib
import functools
import hashlib
import html
import http.server
import os
import re
import subprocess
import threading
import zipfile
from pathlib import Path

from harness import say

PYTHON = "3.11"
REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("CHIDORI_CACHE") or Path.home() / ".cache/chidori-tests")
KEPT = CACHE / "benchmarks"
UV = CACHE / "peers/bin/uv"
PIP = [str(CACHE / "peers/bin/python"), "-m", "pip"]
CHIDORI = Path(os.environ.get("CHIDORI_EXECUTABLE") or REPOSITORY / ".build/release/chidori")
MANYLINUX = "x86_64-manylinux_2_28"

#: The sets whose environments are built: what is asked for.
SETS = {
    "tensorflow": ["tensorflow-cpu", "pandas"],
    "airflow": ["apache-airflow"],
}


def requirement_sets() -> Path | None:
    """The folder of requirement sets: CHIDORI_SETS, else one beside the repository, if it is there."""
    if given := os.environ.get("CHIDORI_SETS"):
        return Path(given)
    for parent in REPOSITORY.parents:
        for candidate in (parent / "sets", parent / "shared/sets"):
            if candidate.is_dir():
                return candidate
    return None


def default_index() -> str:
    """The index that pip on this machine would use."""
    asked = subprocess.run([*PIP, "config", "get", "global.index-url"], capture_output=True, text=True)
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    if asked.returncode == 0:
        return asked.stdout.strip()
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    return subprocess.run([PIP[0], "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def uv(*arguments: str, cache: Path) -> str:
    """A uv command as text for bash; its certificates are the machine's."""
    words = [f"SSL_CERT_FILE={os.environ.get('PIP_CERT', '/etc/ssl/certs/ca-certificates.crt')}", str(UV), *arguments,
             "--cache-dir", str(cache), "--quiet", "--no-config", "--no-progress"]
    return " ".join(words)


def pins(name: str) -> Path:
    """Exact versions of a set, chosen once by uv and kept."""
    path = KEPT / name / "requirements.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        asked = path.with_suffix(".in")
        asked.write_text("\n".join(SETS[name]) + "\n")
        say(f"choosing the versions of {name}")
        command = uv("pip", "compile", str(asked), "-o", str(path) + ".new", "--no-header", "--no-annotate",
                     "--only-binary", ":all:", "--python-version", PYTHON, "--python-platform", MANYLINUX,
                     "--index-url", default_index(), cache=KEPT / "uv-online")
        subprocess.run(["bash", "-c", command], check=True, stdout=subprocess.DEVNULL)
        os.rename(str(path) + ".new", path)
    return path


def wheels(name: str) -> Path:
    """The wheels of a set, fetched once with `pip download`."""
    folder = KEPT / name / "wheels"
    done = KEPT / name / "wheels.done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        say(f"fetching the wheels of {name}")
        platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)]
        platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
        subprocess.run(
            [*PIP, "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", PYTHON,
             "--implementation", "cp", *[f"--platform={name}" for name in platforms], "-d", str(folder),
             "-r", str(pins(name))], check=True)
        done.touch()
    return folder


def extent(name: str) -> str:
    """How many packages and files a set comes to, as its wheels list them."""
    found = sorted(wheels(name).glob("*.whl"))
    files = sum(not member.endswith("/") for wheel in found for member in zipfile.ZipFile(wheel).namelist())
    return f"{len(found)} packages, whose wheels hold {files:,} files"


def index(name: str) -> Path:
    """A static index (PEP 503, HTML) over the wheels of a set."""
    folder = KEPT / name / "index"
    if not (folder / "index.html").exists():
        projects: dict[str, list[Path]] = {}
        for wheel in sorted(wheels(name).iterdir()):
            projects.setdefault(re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower(), []).append(wheel)
        for project, files in projects.items():
            page = folder / "simple" / project
            page.mkdir(parents=True, exist_ok=True)
            links = []
            for wheel in files:
                digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
                target = folder / "files" / wheel.name
                target.parent.mkdir(exist_ok=True)
                if not target.exists():
                    os.link(wheel, target)
                links.append(f'<a href="../../files/{html.escape(wheel.name)}#sha256={digest}">{wheel.name}</a><br>')
            (page / "index.html").write_text("<!DOCTYPE html><html><body>\n" + "\n".join(links) + "\n</body></html>\n")
        (folder / "index.html").write_text("<!DOCTYPE html><html></html>\n")
    return folder


@contextlib.contextmanager
def served(folder: Path):
    """Serves a folder on the loopback interface; gives the index's address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

    class Patient(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):
            """Clients that read the end of a wheel hang up on the rest."""

    server = Patient(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/simple/"
    finally:
        server.shutdown()


def warm_uv(name: str) -> Path:
    """A cache of uv's that holds a set's wheels unpacked, on the file system that is measured on."""
    return KEPT / name / "uv-cache"
