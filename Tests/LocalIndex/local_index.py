"""A local index for the resolver's acceptance tests: a simple repository (PEP 503, PEP 658) of pages and core metadata.

    local_index.py serve  FOLDER [--port N]     serve what FOLDER holds; what it lacks is 404
    local_index.py record FOLDER [--port N]     the same, but what it lacks is first asked of the machine's own index

Recording is a pull-through cache: it asks only for what a client asks of it, with pip's own session and pip's own choice
of index, so a resolver that runs against it once leaves behind all that it needs to run again without a network.
The folder holds `simple/NAME.html` and `metadata/NAME/FILE.metadata`; an empty file says that there is nothing.
Wheels themselves are never fetched: resolving needs none.

The port is printed on the first line of standard output. It ends when its standard input does.
"""

import html
import html.parser
import os
import pathlib
import re
import sys
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Links(html.parser.HTMLParser):
    """The anchors of a project's page, as (text, attributes)."""

    def __init__(self):
        super().__init__()
        self.anchors = []
        self.open = None

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.open = dict(attributes)
            self.anchors.append(["", self.open])

    def handle_data(self, data):
        if self.open is not None:
            self.anchors[-1][0] += data

    def handle_endtag(self, tag):
        if tag == "a":
            self.open = None


def links(page):
    parser = Links()
    parser.feed(page)
    return [(text.strip(), attributes) for text, attributes in parser.anchors if attributes.get("href")]


class Upstream:
    """The machine's own index, through pip."""

    def __init__(self):
        from pip._internal.configuration import Configuration
        from pip._internal.models.index import PyPI

        configuration = Configuration(isolated=False)
        configuration.load()
        settings = dict(configuration.items())
        configured = [settings[key] for key in (":env:.index-url", "install.index-url", "global.index-url") if key in settings]
        self.base = (configured or [PyPI.simple_url])[0].rstrip("/")
        self.local = threading.local()
        self.places = {}
        self.room = threading.Semaphore(8)

    def session(self):
        from pip._internal.network.session import PipSession

        if not hasattr(self.local, "session"):
            self.local.session = PipSession(retries=3)
        return self.local.session

    def page(self, name):
        with self.room:
            response = self.session().get(f"{self.base}/{name}/", headers={"Accept": "text/html"}, timeout=120)
        if response.status_code == 404:
            return ""
        response.raise_for_status()
        rows = []
        for text, attributes in links(response.text):
            place, _, fragment = urllib.parse.urljoin(response.url, attributes["href"]).partition("#")
            kept = {k: v or "" for k, v in attributes.items() if k in ("data-requires-python", "data-yanked", "data-upload-time")}
            self.places[(name, text)] = place
            if text.endswith(".whl"):
                kept["data-core-metadata"] = "true"
            kept["href"] = f"../../files/{name}/{text}" + (f"#{fragment}" if fragment else "")
            written = " ".join(f'{k}="{html.escape(v)}"' for k, v in kept.items())
            rows.append(f"<a {written}>{html.escape(text)}</a><br/>")
        return "<!DOCTYPE html>\n<html><body>\n" + "\n".join(rows) + "\n</body></html>\n"

    def metadata(self, name, filename):
        if (name, filename) not in self.places:
            self.page(name)
        place = self.places.get((name, filename))
        if place is None:
            return b""
        with self.room:
            response = self.session().get(place + ".metadata", timeout=120)
            if response.status_code == 200:
                return response.content
            from pip._internal.network.lazy_wheel import dist_from_wheel_url

            return dist_from_wheel_url(name, place, self.session())._dist.read_text("METADATA").encode()


class Index:
    def __init__(self, folder, upstream):
        self.folder = pathlib.Path(folder)
        self.upstream = upstream
        self.locks = {}
        self.guard = threading.Lock()

    def page(self, name):
        return self.kept(self.folder / "simple" / f"{name}.html", lambda: self.upstream.page(name).encode())

    def metadata(self, name, filename):
        path = self.folder / "metadata" / name / f"{filename}.metadata"
        return self.kept(path, lambda: self.upstream.metadata(name, filename))

    def kept(self, path, ask):
        if self.upstream is None:
            return path.read_bytes() if path.exists() else b""
        with self.guard:
            lock = self.locks.setdefault(path, threading.Lock())
        with lock:
            if not path.exists():
                content = ask()
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, temporary = tempfile.mkstemp(dir=path.parent)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.replace(temporary, path)
            return path.read_bytes()


def handler(index):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(body=True)

        def do_HEAD(self):
            self.answer(body=False)

        def answer(self, body):
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
            kind, content = "text/html; charset=utf-8", b""
            try:
                if page := re.fullmatch(r"/simple/([a-z0-9][a-z0-9-]*)/?", path):
                    content = index.page(page[1])
                elif file := re.fullmatch(r"/files/([a-z0-9][a-z0-9-]*)/([A-Za-z0-9][^/]*\.whl)\.metadata", path):
                    kind, content = "text/plain", index.metadata(file[1], file[2])
                status = 200 if content else 404
            except Exception as error:  # the client must see the failure, whatever it was
                status, kind, content = 502, "text/plain", str(error).encode()
                print(f"{path}: {error}", file=sys.stderr, flush=True)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    return Handler


def main(arguments):
    mode, folder = arguments[:2]
    port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else 0
    index = Index(folder, Upstream() if mode == "record" else None)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(index))
    server.daemon_threads = True
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
