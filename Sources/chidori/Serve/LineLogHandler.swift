internal import Diagnostics
internal import JSONDocument
internal import JobModel
internal import Logging
internal import SystemPackage

/// A server's log on standard error: a line for people, or a JSON object, for each thing.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String
    private let format: ServeConfiguration.Log.Format

    init(_ label: String, _ log: ServeConfiguration.Log) {
        self.label = label
        format = log.format
        logLevel =
            switch log.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let moment = Moment.now
        switch format {
        case .json:
            let members: [JSON.Member] = [
                .init("at", .string(moment.description)), .init("level", .string(event.level.rawValue)),
                .init("part", .string(label)), .init("message", .string(event.message.description)),
            ]
            let document = JSON.object(members + facts.map { .init($0.key, .string($0.value.description)) })
            writeAll(document.compact + "\n", to: .standardError)
        case .text:
            let words = facts.map { " \($0.key)=\($0.value)" }.joined()
            let line = "\(moment) \(event.level.rawValue) \(label): \(event.message)\(words)"
            writeAll(withoutControls(line, keepsColours: false) + "\n", to: .standardError)
        }
    }
}
