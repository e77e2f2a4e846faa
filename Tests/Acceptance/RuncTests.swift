import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Containers of an image that was built", .serialized,
    .enabled(if: PeersEnvironment.possible, PeersEnvironment.needs))
struct RuncTests {
    @Test("the environment's Python is the one on the path, with its packages and variables, and no other's packages")
    func start() async throws {
        let environment = try await PeersEnvironment.of(.made)
        let text = try await environment.python(
            """
            import os, sys, alpha_beta
            print(os.path.realpath(alpha_beta.__file__).startswith("/opt/chidori/env/"), sys.prefix)
            print(alpha_beta.answer(), [path for path in sys.path if "packages" in path])
            print(os.environ["CHIDORI_TEST"], os.environ["PYSPARK_PYTHON"], os.environ["PATH"].split(":")[0])
            """)
        #expect(
            text == """
                True /opt/chidori/env
                42 ['/opt/chidori/env/lib/python3.11/site-packages']
                yes /opt/chidori/env/bin/python /opt/chidori/env/bin

                """)
    }

    @Test("commands and scripts run by their names, and through a link from elsewhere")
    func scripts() async throws {
        let environment = try await PeersEnvironment.of(.made)
        let direct = try await environment.container.run(["alpha"], readOnly: true)
        #expect(direct.succeeded && direct.text == "42 left right\n", "\(direct.errorText)")
        let plain = try await environment.container.run(["alpha-plain"], readOnly: true)
        #expect(plain.succeeded && plain.text == "plain\n", "\(plain.errorText)")
        let linked = try await environment.container.run(
            ["sh", "-c", "ln -s /opt/chidori/env/bin/alpha /tmp/f && PATH=/usr/bin:/bin /tmp/f"])
        #expect(linked.succeeded && linked.text == direct.text, "\(linked.errorText)")
    }

    @Test(
        "modules are loaded from bytecode that the base's interpreter takes without a look at the source",
        arguments: PeersEnvironment.judged)
    func bytecode(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let text = try await environment.python(
            """
            import sys, \(kind == .made ? "alpha_beta" : "pandas"), importlib.util
            missing = unchecked = 0
            for module in list(sys.modules.values()):
                spec = getattr(module, "__spec__", None)
                if not spec or not spec.has_location or not str(spec.origin).endswith(".py"): continue
                try: head = open(spec.cached, "rb").read(16)
                except OSError: missing += 1; continue
                assert head[:4] == importlib.util.MAGIC_NUMBER, spec.cached
                unchecked += head[4:8] == bytes([1, 0, 0, 0])
            print(missing, unchecked >= \(kind == .made ? 3 : 300))
            """)
        #expect(text == "0 True\n")
    }

    @Test(
        "importlib.metadata in the container sees what it sees in uv's environment", arguments: PeersEnvironment.judged)
    func metadata(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let script = """
            import importlib.metadata as metadata
            written = ("RECORD", "INSTALLER", "REQUESTED", "uv_cache.json", "direct_url.json")
            for found in sorted(metadata.distributions(), key=lambda found: found.name.lower()):
                points = sorted((point.group, point.name, point.value) for point in found.entry_points)
                files = sorted(str(file) for file in found.files if file.name not in written
                               and "__pycache__" not in str(file) and not str(file).startswith("../"))
                print(found.name, found.version, points, sorted(found.requires or []), files)
            print(sorted((name, sorted(set(owners))) for name, owners in metadata.packages_distributions().items()))
            """
        let ours = try await environment.python(script)
        let theirs = try await Command(environment.venv.appending("bin/python").string, ["-c", script]).run()
        #expect(ours == theirs)
        #expect(try ours.split(separator: "\n").count == environment.wheels.count + 1)
    }

    @Test(
        "native packages compute in a container whose root cannot be written",
        .enabled(if: Peer.deep, "a long one, for scripts/deep"))
    func compute() async throws {
        let environment = try await PeersEnvironment.of(.small)
        let text = try await environment.python(
            """
            import numpy, pandas, pyarrow.parquet, io
            frame = pandas.DataFrame({"key": list("abab"), "value": numpy.arange(4)})
            buffer = io.BytesIO()
            frame.to_parquet(buffer)
            back = pandas.read_parquet(buffer)
            print(back.groupby("key").value.sum().to_dict(), round(float(numpy.linalg.det([[1., 2.], [3., 4.]])), 6))
            """)
        #expect(text == "{'a': 2, 'b': 4} -2.0\n")
    }
}
