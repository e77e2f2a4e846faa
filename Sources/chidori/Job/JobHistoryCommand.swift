internal import ArgumentParser
internal import ChidoriClient
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `chidori job history`: every step of a job.
struct JobHistoryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show every step of a job: when, why and by whom.",
        usage: "chidori job history [<options>] <id>",
        discussion: """
            Example:
              chidori job history 01m80ys0kzeasnes75wqcd1vj1
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let steps = try await client.history(of: try jobID(id))
        var table = Table(["WHEN", "STATE", "REASON", "WHO", "MESSAGE"])
        for step in steps {
            table.add([step.at.description, step.to.rawValue, step.reason, step.actor.text, step.message])
        }
        return Answer(["transitions": .array(steps.map { Transition.shape.json($0) })], text: table.text)
    }
}
