internal import ArgumentParser
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori store`: the data folder itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the data folder.",
        subcommands: [StoreVerifyCommand.self, StorePruneCommand.self])
}

/// `chidori store verify`: reads every byte again, and mends what can be fetched again.
struct StoreVerifyCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every stored byte, compare it with its digest, and mend what is damaged.",
        discussion: "A damaged file is set aside and fetched again from the default index, or the indexes named.")

    @Flag(name: .long, help: "Only look; set nothing aside and fetch nothing.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let report = try await session.builder.verifyStore(mending: !dryRun)
        session.progress.finish()
        output.result(report.json, text: "")
        output.say(
            "Read \(counted(report.blobs, "file")), \(readable(bytes: report.bytes)), and "
                + "\(counted(report.packages, "unpacked package")), in \(readable(seconds: report.seconds))")
        for fault in report.faults { output.say(fault.line) }
        if report.faults.isEmpty { output.say("Everything is as it was stored") }
        if !report.isSound { throw ExitCode(DiagnosticCategory.damaged.rawValue) }
    }
}

/// `chidori store prune`: frees what no environment needs.
struct StorePruneCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete what no environment needs and has not been written for a while.",
        discussion:
            "Files that were only fetched, layers of older groupings, cached pages and the like: all of it can be had again."
    )

    @Option(name: .long, help: "Keep what was written in the last so many days.")
    var olderThan = 30

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func validate() throws {
        if olderThan < 0 { throw ValidationError("--older-than takes a number of days from 0 up, not \(olderThan)") }
    }

    func run() async throws {
        let session = try Session(shared)
        let freed = try await session.builder.pruneStore(olderThan: olderThan)
        output.result(
            [
                "event": "result", "items": JSON(freed.items), "bytes": JSON(freed.bytes),
                "deferred": JSON(freed.deferred),
            ], text: "")
        output.say("Freed \(readable(bytes: freed.bytes)) in \(counted(freed.items, "thing"))")
        if freed.deferred > 0 {
            output.say("\(counted(freed.deferred, "thing")) left for later, because a build is running")
        }
    }
}

extension StoreReport {
    var json: JSON {
        [
            "event": "result", "sound": JSON(isSound), "blobs": JSON(blobs), "bytes": JSON(bytes),
            "packages": JSON(packages), "faults": .array(faults.map(\.json)),
            "seconds": JSON(seconds: seconds),
        ]
    }
}

extension StoreReport.Fault {
    /// What was wrong, for people.
    var line: String {
        let what =
            switch kind {
            case .file: "damaged file \(subject)"
            case .missing: "missing file \(subject)"
            case .package: "damaged package \(subject)"
            case .records: "damaged: \(subject)"
            }
        switch outcome {
        case .mended: return "\(what): mended"
        case .madeWhenNeeded: return "\(what): set aside, and made again when it is needed"
        case .unmended(let why): return "\(what): not mended, \(why)"
        }
    }

    var json: JSON {
        var reason: String?
        let word: String
        switch outcome {
        case .mended: word = "mended"
        case .madeWhenNeeded: word = "set-aside"
        case .unmended(let why): (word, reason) = ("unmended", why)
        }
        return [
            "kind": .string(kind.rawValue), "subject": .string(subject), "outcome": .string(word),
            "reason": JSON(reason),
        ]
    }
}
