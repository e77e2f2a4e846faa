import Foundation
import SystemPackage
import TestSupport
import Testing

/// Debian's registry with a service that signs tokens for it, as most public registries have one.
@Suite("A registry with tokens", .enabled(if: RegistryUser.possible, RegistryUser.needs), .timeLimit(.minutes(5)))
struct TokenTests {
    @Test("what `skopeo login` left gets signed tokens for a push, a mount and a pull, and none for what is others'")
    func tokens() async throws {
        let service = try await TokenService()
        let person = try await RegistryUser(tokens: service)
        let digest = try await person.layout.add("v1", [.init("a", size: 300_000, seed: 1)])
        let source = "oci:\(person.layout.folder):v1"
        let auth = person.user.scratch.file("auth.json").string
        func login(_ password: String) async throws -> Command.Outcome {
            try await Command(
                "skopeo",
                [
                    "login", "--tls-verify=false", "--authfile", auth, "-u", "ana", "-p", password,
                    person.registry.host,
                ]
            ).outcome()
        }
        #expect(try await !login("guess").succeeded)
        #expect(try await login(String(TokenService.login.dropFirst("ana:".count))).succeeded)
        _ = try await person.skopeo("copy", ["-q", source, person.place("team/first:1")])

        let plain = "\(person.registry.host) \(service.host)"
        func copy(_ from: String, _ to: String, plain hosts: String, auth file: String?) async throws -> Command.Outcome
        {
            try await person.chidori(
                "image", "copy", from, to, "--json",
                environment: ["CHIDORI_PLAIN_HTTP": hosts, "REGISTRY_AUTH_FILE": file])
        }
        // The password goes to the service, so that is a host to be named too.
        let place = person.place("team/app:1")
        let unnamed = try await copy(source, place, plain: person.registry.host, auth: auth)
        #expect(unnamed.status == 5 && unnamed.errorText.contains("--plain-http \(service.host)"))
        let unknown = try await copy(source, place, plain: plain, auth: nil)
        #expect(unknown.status == 3 && unknown.errorText.contains("skopeo login"), "\(unknown.errorText)")

        let pushed = try await copy(source, place, plain: plain, auth: auth)
        #expect(pushed.status == 0, "\(pushed.errorText)")
        #expect(try await person.digest("team/app:1") == digest)
        // A mount takes one token for both repositories.
        let (first, other) = (person.place("team/first:1"), person.place("team/other:1"))
        let mounted = try await copy(first, other, plain: plain, auth: auth)
        #expect(mounted.status == 0 && mounted.text.contains(#""mounted":2"#), "\(mounted.text)\(mounted.errorText)")
        let both = ["repository:team/first:pull", "repository:team/other:pull,push"]
        #expect(service.questions.contains { $0.isKnown && $0.scopes.sorted() == both }, "\(service.questions)")
        let pulled = try await copy(person.place("team/other@\(digest)"), "oci:out:v1", plain: plain, auth: auth)
        #expect(pulled.status == 0, "\(pulled.errorText)")
        let out = "oci:\(person.user.scratch.file("out")):v1"
        #expect(try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", out]).run() == "\(digest)\n")

        // A good token that is for something else.
        let asked = service.questions.count
        let foreign = try await copy(source, person.place("others/app:1"), plain: plain, auth: auth)
        #expect(foreign.status == 3 && foreign.errorText.contains("is not ours"), "\(foreign.errorText)")
        #expect(service.questions.count - asked < 4)
        for outcome in [unnamed, unknown, pushed, mounted, pulled, foreign] {
            #expect(!outcome.errorText.contains("t0ken") && !outcome.text.contains("t0ken"))
        }
    }
}
