import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The command line's words")
struct UsageTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    /// Every command with what its usage takes.
    static let commands: [(name: String, usage: String)] = [
        ("env lock", "[<options>] <recipe>"), ("env fetch", "[<options>] <lock>"),
        ("env build", "[<options>] <recipe>"), ("env check", "[<options>] <recipe>"),
        ("env export", "[<options>] <lock>"),
        ("env run", "[<options>] <environment> [--] <command> ..."), ("env test", "[<options>] <recipe>"),
        ("env list", "[<options>]"), ("env show", "[<options>] <environment>"),
        ("env size", "[<options>] <subject>"), ("env verify", "[<options>] <environment>"),
        ("env explain", "[<options>] <package>"), ("env diff", "[<options>] <from> <to>"),
        ("env outdated", "[<options>] <lock>"), ("env remove", "[<options>] <environment> ..."),
        ("base lock", "[<options>] <definition>"), ("base build", "[<options>] <base>"),
        ("image copy", "[<options>] <source> <destination>"), ("image inspect", "[<options>] <image>"),
        ("image tags", "[<options>] <repository>"), ("image release", "[<options>] <recipe> ..."),
        ("store verify", "[<options>]"), ("store prune", "[<options>]"), ("store collect", "[<options>]"),
        ("env lease", "[<options>] <environment>"), ("env release", "[<options>] <environment>"),
    ]

    @Test(
        "help begins its usage with the whole command, has examples, and tells a command's own options before shared ones",
        arguments: commands)
    func help(command: (name: String, usage: String)) async throws {
        let words = command.name.split(separator: " ").map(String.init)
        let help = try await user.command(words + ["--help"]).run()
        #expect(help.contains("USAGE: chidori \(command.name) \(command.usage)\n"), "\(help)")
        #expect(help.contains("Example"), "\(help)")
        #expect(help.contains("\n  chidori \(command.name) "), "\(help)")
        let titles = help.split(separator: "\n").filter { $0.hasSuffix("OPTIONS:") }.map(String.init)
        #expect(titles.last == "GENERAL OPTIONS:", "\(help)")
        if titles.contains("OPTIONS:") { #expect(titles.first == "OPTIONS:", "\(help)") }
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(help)")
        #expect(try await user.command(["help"] + words).run() == help)
        #expect(try await user.command([words[0], "help", words[1]]).run() == help)
    }

    @Test(
        "examples can be copied from a help of 80 columns: none is broken but by a backslash",
        arguments: commands.map(\.name) + [
            "image sign", "image key new", "env impact", "env audit", "env sbom", "env provenance", "token create",
            "backup make", "backup verify", "restore", "serve", "job submit", "volume publish", "build logs",
        ])
    func examples(command: String) async throws {
        let help = try await user.command(command.split(separator: " ").map(String.init) + ["--help"]).run()
        let lines = help.components(separatedBy: "\n")
        let title = try #require(lines.firstIndex { $0.hasPrefix("Example") }, "\(help)")
        for (above, line) in zip(lines[title...], lines[(title + 1)...]) {
            if line.isEmpty { break }
            let goesOn = above.hasSuffix(" \\") || above.hasSuffix(" &&")
            #expect(line.hasPrefix(goesOn ? "    " : "  ") && line.count <= 80, "\(help)")
            let isCommand = line.hasPrefix("  chidori ") || line.firstMatch(of: #/^  [A-Z_]+=\S+ chidori /#) != nil
            #expect(isCommand != goesOn, "\(line)\n\(help)")
        }
    }

    @Test("the groups of commands have titles of their own")
    func groups() async throws {
        let help = try await user.succeed("env", "--help")
        #expect(help.contains("\nMAKING ENVIRONMENTS:\n") && help.contains("\nHOUSEKEEPING:\n"), "\(help)")
        #expect(try await user.succeed("--help").contains("\nSUBCOMMANDS:\n"))
    }

    @Test(
        "a word that is no command is told with the one that is meant",
        arguments: [
            (["lock", "x"], "chidori lock", "`chidori env lock` or `chidori base lock`"),
            (["env", "loock"], "chidori env loock", "`chidori env lock`"),
            (["env", "prune"], "chidori env prune", "`chidori store collect`"),
            (["evn", "list"], "chidori evn", "`chidori env`"),
            (["store", "list"], "chidori store list", "`chidori env list`"),
            (["job", "cancel", "x"], "chidori job cancel", "mean `chidori job kill`? "),
            (["job", "stop", "x"], "chidori job stop", "`chidori job kill` or `chidori job suspend`? "),
            (["job", "status", "x"], "chidori job status", "`chidori job show` or `chidori job why`? "),
            (["job", "delete", "x"], "chidori job delete", "mean `chidori job kill`? "),
            (["job", "explain", "x"], "chidori job explain", "mean `chidori job why`? "),
            (["job", "kil", "x"], "chidori job kil", "mean `chidori job kill`? "),
            (["queue", "create", "x"], "chidori queue create", "mean `chidori queue set`? "),
            (["token", "rm", "x"], "chidori token rm", "mean `chidori token revoke`? "),
            (["caps", "list"], "chidori caps list", "mean `chidori caps show`? "),
            (["cancel", "x"], "chidori cancel", "`chidori job kill` or `chidori build cancel`? "),
            (["submit", "x"], "chidori submit", "mean `chidori job submit`? "),
        ])
    func unknown(words: [String], subject: String, meant: String) async throws {
        let outcome = try await user.refuse(words, status: 2, naming: ["\(subject): is no command", meant])
        #expect(outcome.output.isEmpty)
        let json = try await user.command(words + ["--json"]).outcome()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        #expect(document["event"] as? String == "error" && document["category"] as? String == "usage")
    }

    @Test("a wrong use of a command shows that command's usage")
    func wrongUse() async throws {
        for (arguments, words) in [
            (["env", "lock"], ["<recipe>", "Usage: chidori env lock [<options>] <recipe>"]),
            (["env", "list", "--jobs", "0"], ["--jobs takes a number from 1 up", "Usage: chidori env list"]),
            (["env", "lock", "a.yaml", "--upgrade=_"], ["'_' is no package's name", "Usage: chidori env lock"]),
            (["env", "lock", "a.yaml", "-P", "_"], ["'_' is no package's name", "Usage: chidori env lock"]),
            (["env", "fetch", "a", "--python-version", "2.7"], ["takes a Python 3", "Usage: chidori env fetch"]),
            (["env", "diff", "--meditaion", "a.yaml"], ["Unknown option '--meditaion'", "Usage: chidori env diff"]),
            (["env", "diff", "a.yaml"], ["takes two things to compare", "env diff --help"]),
            (["env", "run", "a"], ["name a program, such as", "Usage: chidori env run"]),
        ] {
            let outcome = try await user.command(arguments).outcome()
            #expect(outcome.status == 2)
            for word in words { #expect(outcome.errorText.contains(word), "\(outcome.errorText)") }
        }
    }

    @Test("every command takes the options that all of its kind share", arguments: commands)
    func sharedOptions(command: (name: String, usage: String)) async throws {
        let general = [
            "--data", user.data.string, "--offline", "--jobs", "2", "--json", "--quiet", "--verbose",
        ]
        let environments = [
            "--index-url", user.index.url, "--extra-index-url", user.index.url, "--find-links",
            user.scratch.path.string,
            "--python-version", "3.12", "--platform", "linux-x86_64-glibc2.28",
        ]
        let options = general + (command.name.hasPrefix("env ") ? environments : [])
        func arguments(_ options: [String]) -> [String] {
            command.name.split(separator: " ").map(String.init)
                + command.usage.split(separator: " ").flatMap { word -> [String] in
                    switch word {
                    case "[<options>]": options
                    case "...": []
                    case "--": ["--"]
                    case "<repository>": ["docker://127.0.0.1:9/nothing"]
                    case "<image>", "<source>", "<destination>": ["oci:nothing:tag"]
                    default: ["nothing"]
                    }
                }
        }
        // What is named is not there, which is another thing than a wrong use.
        let taken = try await user.command(arguments(options)).outcome()
        #expect(taken.status != 2 && !taken.errorText.contains("Usage: "), "\(taken.errorText)")
        let refused = try await user.command(arguments(options + ["--no-such"])).outcome()
        #expect(refused.status == 2 && refused.errorText.contains("--no-such"), "\(refused.errorText)")
    }
}
