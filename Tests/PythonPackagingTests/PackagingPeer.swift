import Foundation
import SystemPackage
import TestSupport

/// PyPI's `packaging` and Python's own library, asked many questions in one process: JSON lines in, JSON lines out.
enum PackagingPeer {
    static let requirements = ["packaging==26.2"]

    /// One answer for each question, in order; `nil` where the peer finds the text invalid.
    ///
    /// The kind of question is the name of a function of the program below, which gets the question.
    static func answers<Question: Encodable, Answer: Decodable>(
        _ kind: String, to questions: [Question], as type: Answer.Type
    ) async throws -> [Answer?] {
        let scratch = try Scratch("packaging")
        let script = try scratch.write("peer.py", program)
        let encoder = JSONEncoder()
        var input = Data()
        for question in questions {
            input += try encoder.encode(question)
            input.append(0x0A)
        }
        let file = try scratch.write("questions.jsonl", input)
        let python = try await PythonPeers.python(requirements: requirements)
        let output = try await Command(python, ["-W", "ignore", script.string, kind, file.string]).run()
        let decoder = JSONDecoder()
        return try output.utf8.split(separator: 0x0A).map { try decoder.decode(Answer?.self, from: Data($0)) }
    }

    private static let program = #"""
        import csv, email.parser, functools, html.parser, io, json, sys, urllib.parse
        import packaging
        from packaging import tags, _manylinux, _musllinux
        from packaging.markers import InvalidMarker, Marker
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
        from packaging.utils import (InvalidName, InvalidSdistFilename, InvalidWheelFilename, canonicalize_name,
                                     parse_sdist_filename, parse_wheel_filename)
        from packaging.version import InvalidVersion, Version

        assert packaging.__version__ == "26.2", packaging.__version__

        def version(q):
            try:
                v = Version(q)
            except InvalidVersion:
                return None
            return {"normal": str(v), "pre": v.is_prerelease, "post": v.is_postrelease, "dev": v.is_devrelease,
                    "public": v.public, "base": v.base_version, "local": v.local or "", "release": len(v.release)}

        def order(q):
            # Dense ranks: equal versions share one.
            versions = [Version(t) for t in q]
            ordered = sorted(set(versions))
            place = {v: i for i, v in enumerate(ordered)}
            return [place[v] for v in versions]

        def specifier(q):
            try:
                s = SpecifierSet(q["text"])
            except InvalidSpecifier:
                return None
            versions = [Version(t) for t in q["versions"]]
            def indices(found):
                wanted = [id(v) for v in found]
                return [i for i, v in enumerate(versions) if id(v) in wanted]
            return {"default": [i for i, v in enumerate(versions) if s.contains(v)],
                    "without": [i for i, v in enumerate(versions) if s.contains(v, prereleases=False)],
                    "with": [i for i, v in enumerate(versions) if s.contains(v, prereleases=True)],
                    "filter": indices(s.filter(versions)),
                    "prereleases": s.prereleases is True}

        def marker(q):
            try:
                m = Marker(q["text"])
            except (InvalidMarker, SyntaxError, ValueError):
                return None
            def ask(**extra):
                env = dict(q["environment"])
                env.update(extra)
                context = "lock_file" if "extras" in extra else "metadata"
                try:
                    return str(m.evaluate(env, context=context)).lower()
                except Exception:
                    return "undefined"
            return {"plain": ask(), "extra": ask(extra="dev.tools"),
                    "lock": ask(extras=frozenset(["Test", "dev-tools"]), dependency_groups=frozenset(["other"]))}

        def requirement(q):
            try:
                r = Requirement(q)
            except (InvalidRequirement, InvalidSpecifier, SyntaxError):
                return None
            return {"name": canonicalize_name(r.name),
                    "extras": sorted({canonicalize_name(e) for e in r.extras}), "url": r.url or "",
                    "marker": r.marker is not None, "clauses": len({s._canonical_spec for s in r.specifier})}

        @functools.lru_cache(None)
        def ranks(major, minor, threaded, arch, libc, libc_major, libc_minor):
            _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(
                *((libc_major, libc_minor) if libc == "glibc" else (-1, -1)))
            _manylinux._have_compatible_abi = lambda executable, archs: True
            _musllinux._get_musl_version = lambda executable: (
                _musllinux._MuslVersion(libc_major, libc_minor) if libc == "musl" else None)
            tags.sysconfig.get_platform = lambda: "linux-" + arch
            config = tags._get_config_var
            tags._get_config_var = lambda name, warn=False: (
                {"Py_DEBUG": 0, "Py_GIL_DISABLED": int(threaded), "WITH_PYMALLOC": 1}.get(name))
            try:
                platforms = list(tags._linux_platforms(is_32bit=False))
                abis = tags._cpython_abis((major, minor))
            finally:
                tags._get_config_var = config
            found = list(tags.cpython_tags((major, minor), abis, platforms))
            found += tags.compatible_tags((major, minor), f"cp{major}{minor}", platforms)
            return {t: i for i, t in reversed(list(enumerate(found)))}, [str(t) for t in found]

        def target(q):
            return ranks(*q["python"], q["threaded"], q["arch"], q["libc"], *q["level"])

        def tag_list(q):
            return target(q)[1]

        def tag_sets(q):
            table = target(q["target"])[0]
            return [min((table[t] for t in tags.parse_tag(text) if t in table), default=-1) for text in q["texts"]]

        def wheel(q):
            try:
                name, v, build, found = parse_wheel_filename(q)
            except (InvalidWheelFilename, ValueError):
                return None
            return {"name": name, "version": str(v), "build": "".join(map(str, build)),
                    "tags": sorted(map(str, found))}

        def sdist(q):
            try:
                name, v = parse_sdist_filename(q)
            except InvalidSdistFilename:
                return None
            return {"name": name, "version": str(v)}

        def name(q):
            try:
                return canonicalize_name(q, validate=True)
            except InvalidName:
                return None

        def headers(q):
            message = email.parser.HeaderParser().parsestr(q)
            return [[k.lower(), " ".join(v.split())] for k, v in message.items()]

        def record(q):
            return [row for row in csv.reader(io.StringIO(q, newline="")) if row]

        def record_text(q):
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows(q)
            return out.getvalue()

        def link(q):
            return urllib.parse.urljoin(*q)

        class Anchors(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                if tag == "a":
                    self.found.append({k: v or "" for k, v in reversed(attributes)})

        def anchors(q):
            parser = Anchors()
            parser.found = []
            parser.feed(q)
            parser.close()
            return parser.found

        kinds = {f.__name__: f for f in
                 (version, order, specifier, marker, requirement, tag_list, tag_sets, wheel, sdist, name,
                  headers, record, record_text, link, anchors)}
        answer = kinds[sys.argv[1]]
        with open(sys.argv[2], encoding="utf-8") as questions:
            for line in questions:
                print(json.dumps(answer(json.loads(line))))
        """#
}
