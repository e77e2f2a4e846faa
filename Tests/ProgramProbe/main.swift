import Glibc
import Subprocesses
import SystemPackage
import Workers

// What can be tried only in a process of its own: `ProgramProbe ACTION …`.

let words = CommandLine.arguments
guard words.count >= 2 else { exit(64) }

do {
    switch words[1] {
    case "replace":
        // In the folder of the third word, the rest is the program.
        signal(SIGPIPE, SIG_IGN)
        try Program(
            words[3], Array(words.dropFirst(4)), environment: .inherited(["PROBE": "replaced"]),
            in: FilePath(words[2])
        ).replaceThisProcess()
    case "end-all":
        async let ended = blocking { try Program("sh", ["-c", "sleep 60 & sleep 60"]).run() }
        usleep(300_000)
        Program.endAll()
        print("\(try await ended.ending)")
        // What is started afterwards ends too.
        print("\(try Program("sleep", ["60"]).run().ending)")
    case "end-work":
        // Each job tells that it has begun; the first ends all work.
        do {
            _ = try Workers(count: 1).map([1, 2, 3]) { number in
                print("job \(number)")
                Workers.endAll()
            }
        } catch is CancellationError {
            print("cancelled")
        }
    default:
        exit(64)
    }
} catch {
    print("\(error)")
    exit(1)
}
