import Foundation
import SystemPackage
import TestSupport
import Testing

/// The steps of `deploy/ci`, run as they stand there.
@Suite("Templates for CI", .serialized, .timeLimit(.minutes(15)))
struct CITemplateTests {
    private static let folder = Peer.repository.appending("deploy/ci")

    @Test("are what the vendors' schemas ask for")
    func schemas() async throws {
        let environment = try await PythonPeers.environment(requirements: ["check-jsonschema==0.39.0"])
        for (vendor, schema) in [("github", "vendor.github-workflows"), ("gitlab", "vendor.gitlab-ci")] {
            let files = ["recipes.yml", "spark-application.yml"].map {
                Self.folder.appending(vendor).appending($0).string
            }
            let outcome = try await Command(
                environment.appending("bin/check-jsonschema").string, ["--builtin-schema", schema] + files
            ).outcome()
            #expect(outcome.succeeded, "\(outcome.text)\(outcome.errorText)")
        }
    }

    @Test("have the same commands, whoever runs them", arguments: ["recipes", "spark-application"])
    func same(purpose: String) async throws {
        var commands: [CITemplate.Vendor: [String]] = [:]
        for vendor in CITemplate.Vendor.allCases {
            let template = try await CITemplate(vendor, try #require(CITemplate.Purpose(rawValue: purpose)))
            commands[vendor] = template.steps.flatMap { step in
                step.script.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            }.filter { !$0.isEmpty && $0 != "mkdir -p .chidori" }
        }
        #expect(commands[.github]?.isEmpty == false)
        #expect(commands[.github] == commands[.gitlab] && commands[.github] == commands[.jenkins])
    }

    @Test(
        "Jenkins' are Groovy, which finds the stages, variables and steps in them that the tests run",
        .enabled(if: Peer.has("groovy"), "needs groovy"))
    func groovy() async throws {
        for purpose in [CITemplate.Purpose.recipes, .application] {
            let template = try await CITemplate(.jenkins, purpose)
            let pipeline = try await Jenkinsfile(template.path)
            #expect(pipeline.steps.map(\.job) == template.steps.map(\.job))
            #expect(pipeline.steps.map(\.script) == template.steps.map(\.script))
            #expect(pipeline.steps.map(\.isLast) == template.steps.map(\.isLast))
            #expect(pipeline.steps.map(\.variables) == template.steps.map { Set($0.variables.keys) })
        }
    }

    // MARK: - What is kept apart

    @Test("what signs takes over nothing that an unreviewed change could write", arguments: CITemplate.Vendor.allCases)
    func signing(vendor: CITemplate.Vendor) async throws {
        let template = try await CITemplate(vendor, .recipes)
        let names = Self.jobs(vendor)
        let check = try template.job(names.check[0])
        let release = try template.job(names.release[0])
        #expect(template.jobs.count == 2 && check.secrets.isEmpty && release.secrets.count >= 2)
        #expect(release.cached.isEmpty && !check.keepsCredentials && !release.keepsCredentials)
        switch vendor {
        case .github:
            #expect(check.condition == "github.event_name == 'pull_request'")
            #expect(
                release.condition == "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'")
            #expect(release.environment == "release" && check.environment == nil)
        case .gitlab:
            #expect(check.cached == [".chidori/data"])
            #expect(release.condition.contains("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"))
        case .jenkins:
            #expect(check.condition.contains("changeRequest()") && release.condition.contains("branch 'main'"))
            #expect(check.runner != release.runner)
        }
        try expectRemoval(of: [".chidori/config.json", ".chidori/release.key"], by: template, release)
    }

    @Test(
        "tests run in another job than what has the token, and a fork's not at all",
        arguments: CITemplate.Vendor.allCases)
    func submitting(vendor: CITemplate.Vendor) async throws {
        let template = try await CITemplate(vendor, .application)
        let test = try template.job(vendor == .jenkins ? "Test" : "test")
        let run = try template.job(vendor == .jenkins ? "Run" : "run")
        #expect(template.jobs.count == 2 && test.secrets.isEmpty && Set(run.secrets).count == 1)
        #expect(run.cached.isEmpty && !test.keepsCredentials && !run.keepsCredentials)
        #expect(!test.text.contains("APPLICATIONS") && !run.text.contains("unittest"))
        switch vendor {
        case .github:
            #expect(
                test.condition
                    == "github.event_name == 'push' || "
                    + "github.event.pull_request.head.repo.full_name == github.repository")
            #expect(run.condition == "github.event_name == 'push'" && run.needs == ["test"])
            #expect(test.runner == "ubuntu-latest" && run.runner == "self-hosted")
        case .gitlab:
            #expect(run.condition.contains("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH") && run.needs == ["test"])
        case .jenkins:
            #expect(run.condition.contains("branch 'main'") && test.runner != run.runner)
        }
        try expectRemoval(of: [".chidori/token"], by: template, run)
    }

    /// Every file that a step of the job makes of a secret is taken away, however the job ends.
    private func expectRemoval(of files: [String], by template: CITemplate, _ job: CITemplate.Job) throws {
        let steps = template.steps.filter { $0.job == job.name }
        for file in files {
            #expect(steps.contains { !$0.isLast && $0.script.contains(">\(file)") }, "\(template.path)")
        }
        let last = try #require(steps.last, "\(template.path)")
        #expect(
            last.isLast
                && last.script.trimmingCharacters(in: .whitespacesAndNewlines) == "rm -f "
                    + files.joined(separator: " ")
        )
    }

    // MARK: - Recipes

    /// The jobs that look at a change, and those that release.
    private static func jobs(_ vendor: CITemplate.Vendor) -> (check: [String], release: [String]) {
        switch vendor {
        case .github, .gitlab: (["check"], ["release"])
        case .jenkins: (["Build and test what has changed"], ["Release what has changed"])
        }
    }

    @Test(
        "for recipes: a change is built and tested, and released with a signature when it is in, once",
        .enabled(if: RegistryUser.possible && Peer.has("git"), RegistryUser.needs),
        arguments: CITemplate.Vendor.allCases)
    func recipes(vendor: CITemplate.Vendor) async throws {
        let template = try await CITemplate(vendor, .recipes)
        let releaser = try await Releaser(password: "s3cret")
        let user = releaser.user
        let work = user.scratch.file("work")
        let git = GitRepository(work)
        try await git.make()
        try await user.succeed("image", "key", "new", "release.key")
        for name in ["alpha", "beta"] {
            try FileManager.default.createDirectory(
                atPath: work.appending("recipes").string, withIntermediateDirectories: true)
            let recipe = try await releaser.recipe(name)
            try FileManager.default.moveItem(
                atPath: recipe, toPath: work.appending("recipes/\(name).yaml").string)
            try await user.succeed("env", "lock", work.appending("recipes/\(name).yaml").string)
        }
        try git.write(".gitignore", ".chidori/\n")
        let first = try await git.commit("recipes")

        let key = try String(contentsOfFile: user.scratch.file("release.key").string, encoding: .utf8)
        let host = releaser.person.registry.host
        var environment = releaser.person.command([]).environment
        environment["CHIDORI_DATA"] = .some(nil)
        environment["DOCKER_CONFIG"] = .some(nil)
        environment["PATH"] = try Self.path(in: user.scratch)
        func run(_ jobs: [String], since: String) async throws -> Command.Outcome {
            let values = [
                "vars.REGISTRY": "\(host)/team", "secrets.REGISTRY_USER": "ana", "secrets.REGISTRY_PASSWORD": "s3cret",
                "secrets.SIGNING_KEY": key, "github.event.before": since,
                "github.event.pull_request.base.sha": since,
                "CI_REGISTRY_IMAGE": "\(host)/team", "CI_REGISTRY_USER": "ana", "CI_REGISTRY_PASSWORD": "s3cret",
                "SIGNING_KEY": key, "CI_COMMIT_BEFORE_SHA": since, "CI_MERGE_REQUEST_DIFF_BASE_SHA": since,
                "REGISTRY": "\(host)/team", "chidori-registry": "ana:s3cret", "chidori-signing-key": key,
                "GIT_PREVIOUS_SUCCESSFUL_COMMIT": since, "CHANGE_TARGET": "main",
            ]
            return try await template.run(jobs, in: work, values: values, environment: environment)
        }
        let jobs = Self.jobs(vendor)
        let zeros = String(repeating: "0", count: 40)
        let initial = try await run(jobs.release, since: vendor == .jenkins ? "" : zeros)
        #expect(initial.status == 0, "\(initial.errorText)")
        #expect(initial.errorText.contains("2 released"), "\(initial.errorText)")

        // A change is looked at, and nothing released.
        try await git.run("checkout", "--quiet", "-b", "newer")
        try await git.run("update-ref", "refs/remotes/origin/main", first)
        let recipe = work.appending("recipes/beta.yaml")
        let text = try String(contentsOfFile: recipe.string, encoding: .utf8)
        try git.write("recipes/beta.yaml", text.replacing("tool==1.0", with: "tool==1.1"))
        let unlocked = try await run(jobs.check, since: first)
        #expect(unlocked.status == 3 && unlocked.errorText.contains("does not answer"), "\(unlocked.errorText)")
        try await user.succeed("env", "lock", recipe.string)
        _ = try await git.commit("a newer tool")
        let looked = try await run(jobs.check, since: first)
        #expect(looked.status == 0, "\(looked.errorText)")
        #expect(looked.errorText.contains("1 of 2 recipes changed"), "\(looked.errorText)")
        #expect(looked.errorText.contains("beta would be"), "\(looked.errorText)")

        let second = try await run(jobs.release, since: first)
        #expect(second.status == 0, "\(second.errorText)")
        #expect(second.text.contains("\(host)/team/beta:1.0-2@sha256:") && !second.text.contains("alpha"))
        let again = try await run(jobs.release, since: "")
        #expect(again.status == 0 && again.errorText.contains("2 unchanged"), "\(again.errorText)")

        // A release that fails leaves no secret behind either.
        try git.write("recipes/beta.yaml", text.replacing("tool==1.0", with: "tool==1.2"))
        let failed = try await run(jobs.release, since: first)
        #expect(failed.status == 3, "\(failed.errorText)")
        for name in ["config.json", "release.key"] {
            #expect(!FileManager.default.fileExists(atPath: work.appending(".chidori/\(name)").string))
        }

        let login = Data("ana:s3cret".utf8).base64EncodedString()
        try user.scratch.write("known/config.json", #"{"auths":{"\#(host)":{"auth":"\#(login)"}}}"#)
        let known: [String: String?] = ["DOCKER_CONFIG": user.scratch.file("known").string]
        let verified = try await releaser.person.chidori(
            "env", "verify", "docker://\(host)/team/beta:latest", "--key", "release.pub", environment: known)
        #expect(verified.status == 0, "\(verified.errorText)")
        // Nothing of a secret is in what was said.
        for outcome in [initial, looked, second] {
            #expect(!(outcome.text + outcome.errorText).contains("s3cret"))
        }
    }

    /// A `PATH` with the program under test on it.
    static func path(in scratch: Scratch) throws -> String {
        let bin = scratch.file("bin")
        try FileManager.default.createDirectory(atPath: bin.string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: bin.appending("chidori").string, withDestinationPath: Peer.chidori)
        return "\(bin):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    }

    // MARK: - An application

    @Test(
        "for an application: it is built, tested in its environment, submitted and watched to its end",
        .enabled(if: Peer.has("/usr/bin/python3.11", "git"), "needs Python 3.11 and git"),
        arguments: CITemplate.Vendor.allCases)
    func application(vendor: CITemplate.Vendor) async throws {
        let template = try await CITemplate(vendor, .application)
        let index = try IndexFixture([WheelFixture("tool", "1.0")])
        let server = try await RunningServer(
            "drivers: {cores: 4, memory: 4g}\n", ["--index-url", index.url])
        let work = server.scratch.file("work")
        let git = GitRepository(work)
        try await git.make()
        try git.write(
            "environment.yaml",
            """
            name: application
            version: "1.0"
            python: {version: "3.11", packages: [tool]}
            tests:
              - import: tool

            """)
        func write(_ result: String) throws {
            try git.write(
                "application/main.py",
                "import os, tool\n\ndef answer():\n    return \(result)\n\nif __name__ == '__main__':\n"
                    + "    print('ANSWER', answer(), tool.__version__, os.environ['CHIDORI_ENVIRONMENT'][:4])\n"
                    + "    assert answer() > 0\n")
        }
        try git.write(
            "tests/test_main.py",
            """
            import unittest
            from application import main

            class MainTest(unittest.TestCase):
                def test_answer(self):
                    self.assertEqual(abs(main.answer()), 42)

            """)
        try write("42")
        var environment: [String: String?] = [
            "PIP_INDEX_URL": index.url, "PIP_CONFIG_FILE": "/dev/null", "NETRC": nil, "CHIDORI_DATA": nil,
            "CHIDORI_TOKEN_FILE": nil, "CHIDORI_SERVER": nil, "NO_PROXY": "*",
            "PATH": try Self.path(in: server.scratch),
        ]
        try await Command(
            Peer.chidori, ["env", "lock", "environment.yaml"], in: work,
            environment: environment.merging(["CHIDORI_DATA": server.scratch.file("own").string]) { $1 }
        ).run()
        let token = try String(contentsOfFile: server.data.appending("admin.token").string, encoding: .utf8)
            .filter { !$0.isWhitespace }
        let applications = server.scratch.file("applications").string
        if vendor != .github {
            environment["CHIDORI_SERVER"] = server.url
            environment["APPLICATIONS"] = applications
        }
        func run(_ jobs: [String], _ number: Int) async throws -> Command.Outcome {
            let commit = try await git.commit("state \(number)")
            return try await template.run(
                jobs, in: work,
                values: [
                    "vars.CHIDORI_SERVER": server.url, "vars.APPLICATIONS": applications, "github.sha": commit,
                    "github.run_id": "\(number)", "github.run_attempt": "1", "secrets.CHIDORI_TOKEN": token,
                    "CHIDORI_TOKEN": token, "CI_COMMIT_SHA": commit, "CI_JOB_ID": "\(number)",
                    "chidori-token": token, "GIT_COMMIT": commit, "BUILD_TAG": "jenkins-\(number)",
                ], environment: environment)
        }
        let jobs = vendor == .jenkins ? ["Test", "Run"] : ["test", "run"]
        let good = try await run(jobs, 1)
        #expect(good.status == 0, "\(good.text)\(good.errorText)")
        #expect(good.text.contains("ANSWER 42 1.0 "), "\(good.text)\(good.errorText)")

        // A test that fails keeps it from being submitted.
        try write("41")
        let wrong = try await run(jobs, 2)
        #expect(wrong.status == 1 && wrong.errorText.contains("41 != 42"), "\(wrong.text)\(wrong.errorText)")
        struct Listed: Decodable {
            struct Job: Decodable { var id: String }
            var jobs: [Job]
        }
        #expect(try await server.answer(["job", "list", "--all"], as: Listed.self).jobs.count == 1)

        // A job that fails is the step's failure, and says why.
        try write("-42")
        let failed = try await run(jobs, 3)
        #expect(failed.status == 12, "\(failed.text)\(failed.errorText)")
        #expect(failed.text.contains("ANSWER -42"), "\(failed.text)\(failed.errorText)")
        #expect((failed.text + failed.errorText).contains("AssertionError"), "\(failed.text)\(failed.errorText)")
        #expect(!FileManager.default.fileExists(atPath: work.appending(".chidori/token").string))
    }
}

/// The same with Spark itself.
@Suite(
    "Templates for CI, with Spark", .timeLimit(.minutes(25)), .enabled(if: ReadyRecipes.possible, ReadyRecipes.needs))
struct SparkTemplateStepTests {
    @Test("a PySpark application is built, tested in its environment, submitted and watched to its end")
    func spark() async throws {
        let template = try await CITemplate(.gitlab, .application)
        let server = try await ReadyRecipes.server()
        let work = server.scratch.file("work")
        let git = GitRepository(work)
        try await git.make()
        for (name, place) in [("spark-4.0.yaml", "environment.yaml"), ("spark-4.0.lock.toml", "environment.lock.toml")]
        {
            try FileManager.default.copyItem(
                atPath: Peer.repository.appending("recipes").appending(name).string,
                toPath: work.appending(place).string)
        }
        try git.write(
            "application/main.py",
            """
            from pyspark.sql import SparkSession

            def total(spark, n):
                return spark.range(n + 1).selectExpr("sum(id)").first()[0]

            if __name__ == "__main__":
                spark = SparkSession.builder.getOrCreate()
                print("TOTAL", total(spark, 100), spark.sparkContext.appName, flush=True)
                spark.stop()

            """)
        try git.write(
            "tests/test_main.py",
            """
            import unittest
            from pyspark.sql import SparkSession
            from application import main

            class TotalTest(unittest.TestCase):
                def test_total(self):
                    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
                    self.assertEqual(main.total(spark, 10), 55)
                    spark.stop()

            """)
        // What the runner's cache would have.
        try ReadyRecipes.share(with: work.appending(".chidori/data"))
        let token = try String(contentsOfFile: server.data.appending("admin.token").string, encoding: .utf8)
            .filter { !$0.isWhitespace }
        let environment: [String: String?] = [
            "CHIDORI_SERVER": server.url, "APPLICATIONS": server.scratch.file("applications").string,
            "PATH": try CITemplateTests.path(in: server.scratch), "NETRC": nil,
        ]
        let outcome = try await template.run(
            ["test", "run"], in: work,
            values: [
                "CHIDORI_TOKEN": token, "CI_COMMIT_SHA": try await git.commit("application"), "CI_JOB_ID": "1",
            ], environment: environment)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.text.contains("TOTAL 5050 "), "\(outcome.text)\(outcome.errorText)")
    }
}

/// A small git repository of the test's own.
struct GitRepository {
    let path: FilePath

    init(_ path: FilePath) { self.path = path }

    func make() async throws {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        try await run("init", "--quiet", "--initial-branch=main")
    }

    func write(_ name: String, _ text: String) throws {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file.string))
    }

    @discardableResult
    func run(_ words: String...) async throws -> String { try await run(words) }

    @discardableResult
    func run(_ words: [String]) async throws -> String {
        let identity: [String: String?] = [
            "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example", "GIT_COMMITTER_NAME": "Ana",
            "GIT_COMMITTER_EMAIL": "ana@example", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        ]
        return try await Command("git", words, in: path, environment: identity).run()
    }

    /// Commits everything, and gives the commit.
    func commit(_ message: String) async throws -> String {
        try await run("add", "--all")
        try await run("commit", "--quiet", "--allow-empty", "--message", message)
        return try await run("rev-parse", "HEAD").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
