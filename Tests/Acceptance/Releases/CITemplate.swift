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
    }

    let vendor: Vendor
    let path: FilePath
    let steps: [Step]

    init(_ vendor: Vendor, _ purpose: Purpose) async throws {
        self.vendor = vendor
        let file = vendor == .jenkins ? "\(purpose.rawValue).Jenkinsfile" : "\(purpose.rawValue).yml"
        path = Peer.repository.appending("deploy/ci").appending(vendor.rawValue).appending(file)
        let text = try await Command("python3", ["-c", Self.program, vendor.rawValue, path.string]).run()
        steps = try JSONDecoder().decode([Step].self, from: Data(text.utf8))
    }

    /// Runs the steps of some jobs as the vendor does: each step in a shell of its own that ends with the first command
    /// that fails, and no step after one that has failed.
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
            var variables = environment
            for (name, text) in step.variables { variables[name] = try filled(text, values) }
            // GitLab's and Jenkins' own are variables of the shell; GitHub fills its expressions in.
            if vendor != .github { for (name, value) in values { variables[name] = variables[name] ?? value } }
            let script = vendor == .github ? try filled(step.script, values) : step.script
            let outcome = try await Command(
                "bash", ["-e", "-c", script], in: folder, environment: variables
            ).outcome()
            last = outcome
            if !outcome.succeeded { return outcome }
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
        steps = []
        if vendor == "jenkins":
            assert text.count("{") == text.count("}") and text.count("'''") % 2 == 0
            assert re.search(r"^pipeline \{", text, re.M) and "agent {" in text
            def variables(block):
                found = re.search(r"environment \{\n(.*?)\n\s*\}\n", block, re.S)
                lines = found.group(1).split("\n") if found else []
                pairs = [re.match(r"\s*([A-Z_]+) = (.*)$", line) for line in lines if "//" not in line]
                return {pair.group(1): pair.group(2).strip("'\"") if "(" not in pair.group(2) else pair.group(2) for pair in pairs}
            head, *stages = re.split(r"stage\('", text)
            shared = variables(head)
            for stage in stages:
                name, body = stage.split("')", 1)
                own = {**shared, **variables(body.split("steps {")[0])}
                for script in re.findall(r"sh '''\n(.*?)'''", body, re.S):
                    # Groovy would take a backslash for its own.
                    assert "\\" not in script
                    steps.append({"job": name, "variables": own, "script": script})
        else:
            import yaml
            document = yaml.load(text, yaml.BaseLoader)
            if vendor == "github":
                assert document["on"] and document["permissions"] == {"contents": "read"}
                for name, job in document["jobs"].items():
                    for step in job["steps"]:
                        assert ("run" in step) != ("uses" in step)
                        if "run" not in step: continue
                        own = {**document.get("env", {}), **job.get("env", {}), **step.get("env", {})}
                        steps.append({"job": step["name"], "variables": own, "script": step["run"]})
            else:
                for name, job in document.items():
                    if name in ("stages", "variables", "default"): continue
                    assert job["stage"] in document["stages"]
                    own = {**document["variables"], **job.get("variables", {})}
                    # One shell runs them all.
                    steps.append({"job": name, "variables": own, "script": "\n".join(job["script"])})
        print(json.dumps(steps))
        """#
}
