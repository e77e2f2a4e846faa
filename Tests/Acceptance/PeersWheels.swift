import Foundation
import SystemPackage
import TestSupport

/// Real wheels in a local index: chosen and fetched once by `pip`, kept in a folder that outlives the clone.
struct PeersWheels: Sendable {
    /// What is asked for, with exact versions, so that a test means the same tomorrow.
    let requirements: [String]
    /// The folder of the wheels.
    let folder: FilePath
    /// Their index (PEP 503) as a `file:` URL.
    let index: String
    /// `name==version` of each wheel.
    let pins: [String]

    /// Native code, console scripts, namespace and data files in a few dozen megabytes.
    static let small = ["numpy==2.2.6", "pandas==2.2.3", "flask==3.1.0", "pyarrow==19.0.1", "matplotlib==3.10.1"]
    /// The main job.
    static let tensorflow = ["tensorflow-cpu==2.19.0", "pandas==2.2.3"]

    /// Fetches what these requirements come to for Python 3.11 on this processor, unless it was fetched before.
    static func fetched(_ name: String, _ requirements: [String]) async throws -> PeersWheels {
        let key = requirements.joined(separator: " ").utf8.reduce(5381 as UInt64) { $0 &* 33 &+ UInt64($1) }
        let root = Peer.cache.appending("wheels").appending("\(name)-\(String(key, radix: 16))")
        try await Command("sh", ["-c", fetch, "sh", root.string, Peer.python] + requirements).run()
        let folder = root.appending("files")
        let wheels = try FileManager.default.contentsOfDirectory(atPath: folder.string).filter { $0.hasSuffix(".whl") }
        let pins = wheels.sorted().map { wheel in
            let parts = wheel.split(separator: "-")
            return "\(parts[0].lowercased().replacing("_", with: "-"))==\(parts[1])"
        }
        return PeersWheels(
            requirements: requirements, folder: folder, index: "file://\(root)/simple/", pins: pins)
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
