internal import ArgumentParser
internal import Diagnostics

/// A word that stands where a command's name should.
struct UnknownCommand: Diagnostic {
    let subject: String
    let message = "is no command"
    let advice: String?

    var category: DiagnosticCategory { .usage }

    /// - Parameter path: the commands before the word, the root first.
    init(_ word: String, below path: [any ParsableCommand.Type]) {
        let above = path.map { $0._commandName }
        subject = (above + [word]).joined(separator: " ")
        let meant = Self.meant(by: word, below: path).map { "`\($0.joined(separator: " "))`" }
        let list = "`\(above.joined(separator: " ")) --help` lists the commands"
        advice = meant.isEmpty ? list : "did you mean \(meant.joined(separator: " or "))? \(list)"
    }

    /// Commands of the group that other programs call so, or those of that name elsewhere, or else those whose names are
    /// nearest, those of the same group before others.
    private static func meant(by word: String, below path: [any ParsableCommand.Type]) -> [[String]] {
        let all = commands(below: [Chidori.self])
        let here = all.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path.map { $0._commandName }) }
        let synonyms = synonyms[word] ?? []
        for (candidates, names) in [
            (here, synonyms), (all, [word] + synonyms), (here, nearest(to: word, among: here.flatMap(\.names))),
            (all, nearest(to: word, among: Set(all.flatMap(\.names)))),
        ] {
            let found = candidates.filter { candidate in names.contains(where: candidate.names.contains) }
            if !found.isEmpty { return Array(found.prefix(3).map(\.path)) }
        }
        return []
    }

    /// What other programs call what ours do: `kubectl`, `gh`, `docker`, `yarn`, `sbatch` and the like.
    private static let synonyms: [String: [String]] = [
        "abort": ["kill"], "add": ["submit", "create", "set"], "cancel": ["kill"], "cat": ["logs", "show"],
        "continue": ["resume"], "create": ["submit", "set", "make", "build"], "delete": ["kill", "remove", "revoke"],
        "describe": ["show"], "drain": ["set"], "end": ["kill"], "events": ["history"], "explain": ["why"],
        "follow": ["logs"], "gc": ["collect"],
        "get": ["show", "list"], "hold": ["suspend"], "info": ["show"], "inspect": ["show"],
        "list": ["show"], "new": ["submit", "create", "set", "build"], "output": ["logs"], "pause": ["suspend"],
        "prune": ["collect"], "ps": ["list"], "publish": ["release"], "push": ["copy", "release"],
        "release": ["resume"], "rerun": ["retry"], "restart": ["retry"], "rm": ["kill", "remove", "revoke"],
        "run": ["submit"], "start": ["submit", "resume"], "status": ["show", "why"], "steps": ["history"],
        "stop": ["kill", "suspend"], "tail": ["logs"], "terminate": ["kill"], "unpause": ["resume"],
        "update": ["set"], "view": ["show"], "watch": ["wait", "logs"],
    ]

    private static func commands(
        below path: [any ParsableCommand.Type]
    ) -> [(path: [String], names: [String])] {
        path[path.count - 1].configuration.subcommands.filter { $0.configuration.shouldDisplay }.flatMap { next in
            let own = ((path + [next]).map { $0._commandName }, [next._commandName] + next.configuration.aliases)
            return [own] + commands(below: path + [next])
        }
    }
}
