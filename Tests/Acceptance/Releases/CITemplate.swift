import Foundation
import SystemPackage
import TestSupport

/// A template of `deploy/ci` as its vendor's runner would see it: steps of a shell, each with the variables that the
/// template gives it.
struct CITemplate {
    enum Vendor: String, CaseIterable {
        case github
        case gitlab
        case jenkins
    }

    enum Purpose: String {
        case recipes
        case application = "spark-application"
    }

    struct Step: Decodable {
        /// The job or stage that it belongs to.
        var job: String
        /// In the vendor's own expressions, which ``run`` fills in.
        var variables: [String: String]
        var script: String
        /// Whether it runs however the steps before it have ended.
        var isLast: Bool
    }

    /// A job or stage, and what it runs with.
    struct Job: Decodable {
        var name: String
        /// Whatever stands between the trigger and the job: `if:`, `rules:`, `when`.
        var condition: String
        /// The machine and its image.
        var runner: String
        var needs: [String]
        /// What it takes over from other jobs.
        var cached: [String]
        /// What the vendor calls the place that its secrets are for.
        var environment: String?
        /// Its secrets, by the vendor's names.
        var secrets: [String]
        /// Whether the clone keeps a password for the repository.
        var keepsCredentials: Bool
        /// What it says, as JSON.
        var text: String
    }

    private struct Reading: Decodable {
        var steps: [Step]
        var jobs: [Job]
    }

    let vendor: Vendor
    let path: FilePath
    let steps: [Step]
    let jobs: [Job]

    init(_ vendor: Vendor, _ purpose: Purpose) async throws {
        self.vendor = vendor
        let file = vendor == .jenkins ? "\(purpose.rawValue).Jenkinsfile" : "\(purpose.rawValue).yml"
        path = Peer.repository.appending("deploy/ci").appending(vendor.rawValue).appending(file)
        let text = try await Command("python3", ["-c", Self.program, vendor.rawValue, path.string]).run()
        let reading = try JSONDecoder().decode(Reading.self, from: Data(text.utf8))
        (steps, jobs) = (reading.steps, reading.jobs)
    }

    func job(_ name: String) throws -> Job {
        guard let job = jobs.first(where: { $0.name == name }) else { throw Missing(what: "job \(name) in \(path)") }
        return job
    }

    /// Runs the steps of some jobs as the vendor does: each step in a shell of its own that ends with the first command
    /// that fails, and no step after one that has failed but those that clear up.
    ///
    /// - Returns: what the first step said that failed, else the last one.
    ///
    /// - Parameters:
    ///   - values: what the vendor's expressions stand for, such as `CI_COMMIT_SHA` and `secrets.SIGNING_KEY`; every one
    ///     that a step names must be there.
    ///   - environment: what the runner's machine has.
    func run(
        _ jobs: [String], in folder: FilePath, values: [String: String], environment: [String: String?]
    ) async throws -> Command.Outcome {
        var last: Command.Outcome?
        for step in steps where jobs.contains(step.job) {
            if last?.succeeded == false, !step.isLast { continue }
            var variables = environment
            for (name, text) in step.variables { variables[name] = try filled(text, values) }
            // GitLab's and Jenkins' own are variables of the shell; GitHub fills its expressions in.
            if vendor != .github { for (name, value) in values { variables[name] = variables[name] ?? value } }
            let script = vendor == .github ? try filled(step.script, values) : step.script
            let outcome = try await Command(
                "bash", ["-e", "-c", script], in: folder, environment: variables
            ).outcome()
            if !step.isLast || !outcome.succeeded { last = outcome }
        }
        guard let last else { throw Missing(what: "steps of \(jobs) in \(path)") }
        return last
    }

    struct Missing: Error, CustomStringConvertible {
        var what: String
        var description: String { "there is no \(what)" }
    }

    private func filled(_ text: String, _ values: [String: String]) throws -> String {
        func value(_ name: Substring) throws -> String {
            guard let value = values[String(name)] else { throw Missing(what: "value of \(name)") }
            return value
        }
        switch vendor {
        case .github: return try text.replacing(/\$\{\{ *([^ }]+) *\}\}/) { try value($0.output.1) }
        case .gitlab: return try text.replacing(/\$([A-Z_]+)/) { try value($0.output.1) }
        case .jenkins:
            return try text.replacing(/\$\{env\.([A-Z_]+)[^}]*\}/) { try value($0.output.1) }
                .replacing(/credentials\('([^']+)'\)/) { try value($0.output.1) }
        }
    }

    private static let program = #"""
        import json, re, sys
        vendor, path = sys.argv[1:]
        text = open(path).read()
        steps, jobs = [], []
        def job(name, body, condition="", runner="", needs=[], cached=[], environment=None, secrets=[], keeps=False):
            jobs.append({"name": name, "condition": condition, "runner": runner, "needs": needs, "cached": cached,
                         "environment": environment, "secrets": secrets, "keepsCredentials": keeps, "text": json.dumps(body)})
        def step(name, own, script, last=False):
            steps.append({"job": name, "variables": own, "script": script, "isLast": last})
        if vendor == "jenkins":
            assert text.count("{") == text.count("}") and text.count("'''") % 2 == 0
            assert re.search(r"^pipeline \{\n    agent none\n", text, re.M)
            def variables(block):
                found = re.search(r"environment \{\n(.*?)\n\s*\}\n", block, re.S)
                lines = found.group(1).split("\n") if found else []
                pairs = [re.match(r"\s*([A-Z_]+) = (.*)$", line) for line in lines if "//" not in line]
                return {pair.group(1): pair.group(2).strip("'\"") if "(" not in pair.group(2) else pair.group(2) for pair in pairs}
            head, *stages = re.split(r"stage\('", text)
            shared = variables(head)
            for stage in stages:
                name, body = stage.split("')", 1)
                before, body = body.split("steps {")
                own = {**shared, **variables(before)}
                when = re.search(r"when \{(.*?)\}", before, re.S)
                job(name, stage, when.group(1) if when else "", re.search(r"agent \{ label '(.*?)' \}", before).group(1),
                    secrets=re.findall(r"credentials\('(.*?)'\)", stage))
                body, *post = re.split(r"post \{\s*always \{", body)
                for part, last in [(body, False)] + [(part, True) for part in post]:
                    for script in re.findall(r"sh '''\n(.*?)'''", part, re.S):
                        # Groovy would take a backslash for its own.
                        assert "\\" not in script
                        step(name, own, script, last)
        else:
            import yaml
            document = yaml.load(text, yaml.BaseLoader)
            if vendor == "github":
                assert document["on"] and document["permissions"] == {"contents": "read"}
                for name, body in document["jobs"].items():
                    uses = [step for step in body["steps"] if "uses" in step]
                    needs = body.get("needs", [])
                    job(name, body, body.get("if", ""), body["runs-on"], [needs] if isinstance(needs, str) else needs,
                        [step["uses"] for step in uses if "cache" in step["uses"]], body.get("environment"),
                        re.findall(r"secrets\.([A-Z_]+)", json.dumps(body)),
                        any(step.get("with", {}).get("persist-credentials") != "false" for step in uses if "checkout" in step["uses"]))
                    for each in body["steps"]:
                        assert ("run" in each) != ("uses" in each)
                        if "run" not in each: continue
                        own = {**document.get("env", {}), **body.get("env", {}), **each.get("env", {})}
                        step(name, own, each["run"], each.get("if") == "always()")
            else:
                default = document.get("default", {})
                for name, body in document.items():
                    if name in ("stages", "variables", "default"): continue
                    assert body["stage"] in document["stages"]
                    cache = body.get("cache", default.get("cache", []))
                    caches = cache if isinstance(cache, list) else [cache]
                    stage = document["stages"].index(body["stage"])
                    job(name, body, json.dumps(body.get("rules", "")), json.dumps(body.get("tags", "")),
                        [other for other, it in document.items() if isinstance(it, dict) and it.get("stage") in document["stages"][:stage]],
                        [path for cache in caches for path in cache["paths"]],
                        secrets=[word for word in ("SIGNING_KEY", "REGISTRY_LOGIN", "CHIDORI_TOKEN") if f"${word}\"" in str(body["script"])])
                    own = {**document["variables"], **body.get("variables", {})}
                    # One shell runs them all, and another one what comes after.
                    step(name, own, "\n".join(body["script"]))
                    if "after_script" in body: step(name, own, "\n".join(body["after_script"]), True)
        print(json.dumps({"steps": steps, "jobs": jobs}))
        """#
}
