import Glibc
import JobModel
import JobStore
import JobSupport
import SQLiteQueue
import SystemPackage

// A process that uses a store of jobs, for the tests to kill: `JobStoreProbe ACTION DATA …`.

let words = CommandLine.arguments
guard words.count >= 3 else { exit(64) }
let folder = FilePath(words[2])

/// Prints a line, which is there for whoever looks from the moment that this returns.
@Sendable func tell(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // One call, so that lines of several tasks do not mix.
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}

switch words[1] {
case "hold":
    let store = try JobStore(in: folder, doing: "a probe")
    tell("open")
    try await Task.sleep(for: .seconds(600))
    await store.close()

case "make-newer":
    try NewerDatabase.make(in: folder)
    tell("made")
    sleep(600)

case "hammer":
    try await Hammer(JobStore(in: folder, doing: "a probe"), tell: tell).strike(lanes: Int(words[3]) ?? 8)

case "publish":
    // Publishes and consumes for ever; says what was durable.
    let store = try JobStore(in: folder, doing: "a probe")
    try await QueueHammer(SQLiteQueue(store), tell: tell).strike()

case "restore":
    // Restores a backup over what is there, again and again.
    let backup = try Backup(FilePath(words[3]))
    tell("begun")
    while true { _ = try backup.restore(into: folder, isReplacing: true, now: .sample) }

default:
    exit(64)
}
