import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The downloads of a fetch")
struct DownloadTests {
    @Test("are made several at once, or as many as --jobs says", arguments: [nil, 1, 3])
    func jobs(_ jobs: Int?) async throws {
        let wheels = (0..<10).map { WheelFixture("part-\($0)") }
        let user = try FreshUser(wheels)
        try await user.succeed("env", "lock", user.recipe("parts", wheels.map(\.name)), "--quiet")
        for wheel in wheels {
            user.index.server.on(
                user.index.path(of: wheel), .file(wheel.bytes).with(\.delayMilliseconds, 60))
        }
        user.index.server.forgetRequests()
        let lock = user.scratch.file("recipes/parts.lock.toml").string
        _ = try await user.command(["env", "fetch", lock] + (jobs.map { ["--jobs", "\($0)"] } ?? [])).run()
        for wheel in wheels { #expect(user.index.server.count(user.index.path(of: wheel)) == 1) }
        let most = user.index.server.mostConcurrentRequests
        if let jobs { #expect(most == jobs) } else { #expect(most > 1 && most <= 8) }
    }

    @Test("stream: a wheel of 300 MB needs no more memory than a small one")
    func memory() async throws {
        let scratch = try Scratch("large")
        let server = try LargeWheelIndex(megabytes: 300, in: scratch.path)
        let user = try FreshUser()
        let recipe = try await user.recipe("large", ["large"])
        try await user.succeed("env", "lock", recipe, "--quiet", "--index-url", server.url)
        let lock = user.scratch.file("recipes/large.lock.toml").string
        let (fetched, peakMemory) = try await user.command([
            "env", "fetch", lock, "--index-url", server.url, "--json", "--quiet",
        ]).outcomeAndPeakMemory()
        let report = try JSONSerialization.jsonObject(with: Data(fetched.output)) as? [String: Any]
        #expect(fetched.succeeded, "\(fetched.errorText)")
        #expect((report?["bytes"] as? Int ?? 0) > 300 << 20)
        #expect(peakMemory < 150 << 20, "\(peakMemory >> 20) MiB")
    }
}

/// An index of one large wheel, which a process of its own makes and serves: this one's memory is never asked for it.
private final class LargeWheelIndex: @unchecked Sendable {
    private let process = Process()
    /// The program ends when nobody holds the other end.
    private let input = Pipe()
    let url: String

    struct DidNotStart: Error {}

    init(megabytes: Int, in folder: FilePath) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, folder.string, "\(megabytes)"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        guard let line = String(data: output.fileHandleForReading.availableData, encoding: .utf8),
            let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw DidNotStart() }
        url = "http://127.0.0.1:\(port)/simple/"
    }

    /// Stored members of zeros, metadata beside the wheel (PEP 658), and a page that names both.
    private static let script = """
        import base64, functools, hashlib, http.server, os, pathlib, sys, threading, zipfile
        root, megabytes = pathlib.Path(sys.argv[1]), int(sys.argv[2])
        wheel = root / "files" / "large-1.0-py3-none-any.whl"
        wheel.parent.mkdir()
        metadata = b"Metadata-Version: 2.1\\nName: large\\nVersion: 1.0\\n"
        with zipfile.ZipFile(wheel, "w") as archive:
            zeros = hashlib.sha256()
            with archive.open("large/zeros.bin", "w") as member:
                for _ in range(megabytes):
                    member.write(bytes(1 << 20))
                    zeros.update(bytes(1 << 20))
            info = {"METADATA": metadata, "WHEEL": b"Wheel-Version: 1.0\\nTag: py3-none-any\\n"}
            digests = {"large/zeros.bin": (zeros, megabytes << 20)}
            for name, content in info.items():
                archive.writestr(f"large-1.0.dist-info/{name}", content)
                digests[f"large-1.0.dist-info/{name}"] = (hashlib.sha256(content), len(content))
            record = "".join(
                f"{path},sha256={base64.urlsafe_b64encode(hash.digest()).rstrip(b'=').decode()},{size}\\n"
                for path, (hash, size) in digests.items())
            archive.writestr("large-1.0.dist-info/RECORD", record + "large-1.0.dist-info/RECORD,,\\n")
        pathlib.Path(f"{wheel}.metadata").write_bytes(metadata)
        digest = lambda path: hashlib.file_digest(open(path, "rb"), "sha256").hexdigest()
        page = root / "simple/large/index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<a href="../../files/{wheel.name}#sha256={digest(wheel)}" '
                        f'data-core-metadata="sha256={digest(f"{wheel}.metadata")}">{wheel.name}</a>')
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        os._exit(0)
        """
}
