internal import ArgumentParser
internal import Diagnostics
internal import JSONDocument
internal import SystemPackage

/// The words of a command line, and what they mean.
struct CommandLineWords {
    private let words: [String]

    init(_ words: [String]) {
        self.words = Self.spelledOut(words)
    }

    /// How the words ask to be answered, for as long as there is no command that could say so.
    var output: Output { Output(json: words.prefix { $0 != "--" }.contains("--json"), quiet: false, verbose: false) }

    /// The command that the words name, its options read.
    ///
    /// A command named in full reads its options by itself: asking every command above it first takes 2 ms. Whatever it
    /// does not take, such as a call for help, is the root's to answer.
    ///
    /// - Throws: ``UnknownCommand``, the parser's errors.
    func command() throws -> any ParsableCommand {
        var path: [any ParsableCommand.Type] = [Chidori.self]
        var rest = words[...]
        while let word = rest.first, let next = path[path.count - 1].subcommand(word) {
            path.append(next)
            rest = rest.dropFirst()
        }
        let named = path[path.count - 1]
        guard named.configuration.subcommands.isEmpty else {
            if rest.first == "help" {
                let above = path.dropFirst().map { $0._commandName }
                return try Chidori.parseAsRoot(["help"] + above + rest.dropFirst())
            }
            if let word = rest.first, !word.hasPrefix("-") { throw UnknownCommand(word, below: path) }
            return try Chidori.parseAsRoot(words)
        }
        // A call for help is answered with a command of another kind, which takes this one for the root.
        if let command = try? named.parseAsRoot(Array(rest)), type(of: command) == named { return command }
        return try Chidori.parseAsRoot(words)
    }

    /// Prints help where it was asked for, or what is wrong with the command line, and returns the exit status.
    func refuse(_ error: any Error) -> Int32 {
        if let error = error as? any Diagnostic {
            output.fail(error)
            return error.category.rawValue
        }
        let status = Chidori.exitCode(for: error)
        let message = Chidori.fullMessage(for: error)
        if status.isSuccess {
            writeAll(HelpText.arranged(message) + "\n", to: .standardOutput)
            return 0
        }
        Terminal.standardError.write(message + "\n")
        let category = status == .validationFailure ? DiagnosticCategory.usage : .internalFault
        output.document(ofError: category, about: "the command line", Chidori.message(for: error), advice: nil)
        return category.rawValue
    }

    /// `--upgrade=NAME` is an option and `--upgrade` alone a flag: the first form gets the name that the parser knows it
    /// by. What follows `--` is another program's.
    private static func spelledOut(_ words: [String]) -> [String] {
        let words = withCommand(withTerminator(words))
        let end = words.firstIndex(of: "--") ?? words.endIndex
        let named = words[..<end].map { word in
            word.hasPrefix("--upgrade=") ? "--upgrade-package=" + word.dropFirst("--upgrade=".count) : word
        }
        return named + words[end...]
    }

    /// `env run ENVIRONMENT COMMAND …` with the `--` that may be left out: what stands behind the command's name is the
    /// command's.
    private static func withTerminator(_ words: [String]) -> [String] {
        guard words.starts(with: ["env", "run"]) else { return words }
        var hasEnvironment = false
        var index = 2
        while index < words.count, words[index] != "--" {
            let word = words[index]
            if word.hasPrefix("-") {
                index += optionsOfRunWithValues.contains(word) ? 2 : 1
                continue
            }
            if hasEnvironment { return words[..<index] + ["--"] + words[index...] }
            hasEnvironment = true
            index += 1
        }
        return words
    }

    /// `job submit --command WORD …` with the `--` that may be left out: what stands behind it is the command's.
    private static func withCommand(_ words: [String]) -> [String] {
        let head = words.prefix { $0 != "--" }
        guard words.starts(with: ["job", "submit"]), let option = head.firstIndex(of: "--command"),
            option + 1 < words.count, words[option + 1] != "--"
        else { return words }
        return words[...option] + ["--"] + words[(option + 1)...]
    }

    /// The options of `env run` whose value is the next word.
    private static let optionsOfRunWithValues: Set<String> = [
        "--data", "--jobs", "-j", "--python-version", "--platform", "--index-url", "-i", "--extra-index-url",
        "--find-links", "-f",
    ]
}

extension ParsableCommand {
    /// The command that a word means below this one.
    fileprivate static func subcommand(_ word: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first {
            $0._commandName == word || $0.configuration.aliases.contains(word)
        }
    }
}
