import ContentStore
import Cryptography
import Glibc
import SystemPackage

// A process that uses a store, for the tests to start many of and to kill: `StoreProbe ACTION DATA …`.

let words = CommandLine.arguments
guard words.count >= 3 else { exit(64) }
let store = ContentStore(at: FilePath(words[2]))

/// Ends with a word that the test understands: the error's code.
func reporting(_ body: () throws -> Void) -> Never {
    do {
        try body()
        print("done")
        exit(0)
    } catch let error as StoreError {
        print("\(error.code)\n\(error)")
        exit(1)
    } catch {
        print("\(error)")
        exit(2)
    }
}

/// Adds a line to the file that counts how often work was really done.
func tally(_ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    write(descriptor, "done\n", 5)
    close(descriptor)
}

switch words[1] {
case "hammer":
    // Its wall clock is a year ahead or behind, now and then.
    let jumpy = ContentStore(
        at: FilePath(words[2]),
        clock: {
            var time = MachineTime.now
            time.wall += [0, 0, 0, 365, -365][Int.random(in: 0..<5)] * 86_400
            return time
        })
    var hammer = Hammer(store: jumpy, seed: UInt64(words[3]) ?? 0)
    while true { hammer.strike() }

case "fetch-once":
    // What a fetch does: one process downloads, the others find the blob.
    reporting {
        let digest = SHA256Digest(of: "artifact")
        try store.exclusively("blob-\(digest.hex)", doing: "downloading the artifact") {
            if try store.contains(digest) { return }
            tally(words[3])
            usleep(50_000)
            try store.insert(expecting: digest) { try $0.write(Array("artifact".utf8)) }
        }
    }

case "build-once":
    reporting {
        let id = SHA256Digest(of: "environment")
        let contents = try store.keepContents(doing: "building")
        defer { contents.release() }
        try store.building(id, doing: "building the environment") {
            if try store.environment(id) != nil { return }
            tally(words[3])
            usleep(50_000)
            let blob = try store.insert(Array("wheel".utf8))
            try store.register(Hammer.environment(id, "environment"), contents: [.blob(blob.digest)], manifest: [])
        }
    }

case "insert":
    // As much as is asked for, with a limit on the size of files if one is given.
    signal(SIGXFSZ, SIG_IGN)
    if words.count > 4, let most = UInt(words[4]) {
        var limit = rlimit(rlim_cur: most, rlim_max: most)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }
    reporting {
        try store.insert { try $0.write([UInt8](repeating: 1, count: Int(words[3]) ?? 0)) }
    }

case "as-nobody":
    guard setuid(65_534) == 0 else { exit(65) }
    reporting {
        if words[3] == "blob" {
            try store.insert([2])
        } else {
            try store.setRecord(kind: "unit.1", key: "k", value: [1])
        }
    }

case "list":
    reporting { print(try store.environments().count) }

case "use":
    // Holds the environment through `exec`, as running a program in it does.
    try store.use(SHA256Digest(of: words[3])).surviveExec()
    print("held")
    fflush(nil)
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
    execv("/bin/sleep", &arguments)
    exit(66)

default:
    exit(64)
}
