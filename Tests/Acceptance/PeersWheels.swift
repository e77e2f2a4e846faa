import Foundation
import SystemPackage
import TestSupport

/// Wheels in a local index (PEP 503) of `file:` URLs.
struct PeersWheels: Sendable {
    /// What is asked for, with exact versions, so that a test means the same tomorrow.
    let requirements: [String]
    /// The folder of the wheels.
    let folder: FilePath
    /// Their index as a `file:` URL.
    let index: String

    /// How many wheels there are.
    var count: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.string).count }
    }

    /// Native code, console scripts, namespace and data files in a few dozen megabytes.
    static let small = ["numpy==2.2.6", "pandas==2.2.3", "flask==3.1.0", "pyarrow==19.0.1", "matplotlib==3.10.1"]
    /// The main job.
    static let tensorflow = ["tensorflow-cpu==2.19.0", "pandas==2.2.3"]

    /// Real wheels, chosen and fetched once by `pip` and kept in a folder that outlives the clone: what these
    /// requirements come to for Python 3.11 on this processor.
    static func fetched(_ name: String, _ requirements: [String]) async throws -> PeersWheels {
        let key = requirements.joined(separator: " ").utf8.reduce(5381 as UInt64) { $0 &* 33 &+ UInt64($1) }
        let root = Peer.cache.appending("wheels").appending("\(name)-\(String(key, radix: 16))")
        try await Command("sh", ["-c", fetch + pages, "sh", root.string, Peer.python] + requirements).run()
        return PeersWheels(requirements: requirements, folder: root.appending("files"), index: "file://\(root)/simple/")
    }

    /// Wheels that need no network: modules, a namespace that two share, commands, scripts, data files, native code,
    /// extras, and names that are written differently in different places.
    static func made(in root: FilePath) async throws -> PeersWheels {
        let wheels = [
            WheelFixture(
                "Alpha.Beta", "1.0", requires: ["gamma[fast]>=0.3", "spread-left", "spread-right; python_version>'3'"],
                tag: "cp311-cp311-manylinux_2_28_\(machine)",
                files: [
                    ("alpha_beta/__init__.py", Array(Self.module.utf8)),
                    ("alpha_beta/libanswer.so", try await nativeCode()),
                    ("alpha_beta/tables/zahlen-ü.csv", Array("1,2\n3,4\n".utf8)),
                    ("alpha_beta-1.0.data/scripts/alpha-plain", Array("#!python\nprint('plain')\n".utf8)),
                    ("alpha_beta-1.0.data/data/share/alpha/notice.txt", Array("notice\n".utf8)),
                    ("alpha_beta-1.0.data/headers/alpha.h", Array("int answer(void);\n".utf8)),
                ]
            ).with(\.purelib, false).script("alpha", "alpha_beta:main"),
            WheelFixture("gamma", "0.3.1", requires: ["delta==2; extra == 'fast'"], extras: ["fast"]),
            WheelFixture("delta", "2"),
            WheelFixture("spread-left", files: [("spread/left/__init__.py", Array("side = 'left'\n".utf8))]),
            WheelFixture("spread_right", files: [("spread/right/__init__.py", Array("side = 'right'\n".utf8))])
                .adding("spread/right/data.txt", String(repeating: "a line\n", count: 10_000)),
        ]
        let files = try IndexFixture(wheels).write(to: root.appending("files"))
        try await Command("sh", ["-c", "root=$1; python=$2\n" + pages, "sh", root.string, Peer.python]).run()
        return PeersWheels(requirements: ["alpha-beta==1.0"], folder: files, index: "file://\(root)/simple/")
    }

    #if arch(arm64)
        private static let machine = "aarch64"
    #else
        private static let machine = "x86_64"
    #endif

    private static let module = """
        import ctypes, importlib.resources
        from spread import left, right

        def answer():
            return ctypes.CDLL(str(importlib.resources.files(__name__) / 'libanswer.so')).answer()

        def main():
            print(answer(), left.side, right.side)
        """

    /// A shared library that knows one answer.
    private static func nativeCode() async throws -> [UInt8] {
        let scratch = try Scratch("native")
        let source = try scratch.write("answer.c", "int answer(void) { return 42; }\n")
        let library = scratch.file("libanswer.so")
        try await Command("cc", ["-shared", "-fPIC", "-s", "-o", library.string, source.string]).run()
        return Array(try Data(contentsOf: URL(filePath: library.string)))
    }

    private static let fetch = """
        set -eu
        root=$1; python=$2; shift 2
        mkdir -p "$root"
        exec 9>"$root/lock"
        flock 9
        test -e "$root/simple.done" && exit 0
        rm -rf "$root/files" "$root/simple"
        platforms=--platform=manylinux2014_$(uname -m)
        for minor in $(seq 5 28); do platforms="$platforms --platform=manylinux_2_${minor}_$(uname -m)"; done
        "$python" -m pip download -q --disable-pip-version-check --only-binary :all: --python-version 3.11 \
            --implementation cp $platforms -d "$root/files" "$@"

        """

    private static let pages = """
        "$python" - "$root" <<'END'
        import hashlib, pathlib, re, sys
        root = pathlib.Path(sys.argv[1])
        for wheel in sorted((root / "files").glob("*.whl")):
            page = root / "simple" / re.sub("[-_.]+", "-", wheel.name.split("-")[0]).lower() / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            page.write_text(f'<a href="../../files/{wheel.name}#sha256={digest}">{wheel.name}</a>\\n')
        END
        touch "$root/simple.done"
        """
}
