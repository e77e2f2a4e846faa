internal import JSONDocument
internal import Logging

/// The server's log: a line each on standard error, or a JSON object each where JSON is asked for.
struct LineLogHandler: LogHandler {
    let output: Output
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(output: Output) {
        self.output = output
        if output.verbose { logLevel = .debug }
        if output.quiet { logLevel = .warning }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        guard !output.json else {
            output.event(
                .object(
                    [
                        .init("event", "log"), .init("level", .string(event.level.rawValue)),
                        .init("message", .string("\(event.message)")),
                    ] + all.map { .init($0.key, .string("\($0.value)")) }))
            return
        }
        let facts = all.map { " \($0.key)=\($0.value)" }.joined()
        if event.level >= .warning {
            output.warn("\(event.message)\(facts)")
        } else {
            output.say("\(event.message)\(facts)")
        }
    }
}
