import Advisories
import EnvironmentBuilder
import EnvironmentSupply
import Foundation
import JobModel
import PythonPackaging
import Recipes
import SupplyChain
import SystemPackage
import TestSupport
import Testing

@testable import BuildService

@Suite("Environments with known vulnerabilities")
struct AuditTests {
    private let folder: Scratch

    init() throws {
        folder = try Scratch()
        let wheel = WheelFixture("weak", "1.4")
        try folder.write("recipes/wheels/\(wheel.filename)", wheel.bytes)
    }

    private var data: FilePath { folder.file("data") }

    private func settings(_ audit: AuditPolicy = AuditPolicy(), isForeign: Bool = false) -> BuilderSettings {
        var settings = BuilderSettings(data: data, offline: true, jobs: 2, createdBy: "tests", isForeign: isForeign)
        settings.audit = audit
        return settings
    }

    private func service(_ audit: AuditPolicy, recipe more: String = "") throws -> BuildService {
        try folder.write(
            "recipes/weak.yaml",
            """
            name: weak
            python:
              version: "3.11"
              packages: [weak]
              default-index: false
              find-links: [./wheels]
            \(more)
            """)
        return BuildService(settings: settings(audit), recipes: [folder.file("recipes")])
    }

    private func load(_ id: String, package: String) throws {
        let file = try folder.write(
            "osv/\(id).json",
            """
            {"id": "\(id)", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
             "affected": [{"package": {"ecosystem": "PyPI", "name": "\(package)"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}
            """)
        _ = try AdvisoryStore(in: data).load(AdvisoryFiles(file))
    }

    private func code(_ body: () async throws -> Void) async -> EnvironmentSupplyErrorCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? EnvironmentSupplyError)?.code
        }
    }

    @Test("what becomes known of an environment stops submissions at once, and not the jobs that have it")
    func known() async throws {
        let service = try service(AuditPolicy(refuse: .critical))
        #expect(await code { _ = try await service.prepare(.named("weak"), for: "t/ann") } == .cannotBuild)
        try load("CVE-1", package: "other")
        let environment = try await service.prepare(.named("weak"), for: "t/ann")
        #expect(try await service.find(.named("weak")) == .ready(environment))
        try load("CVE-2", package: "weak")
        #expect(await code { _ = try await service.find(.named("weak")) } == .vulnerable)
        #expect(await code { _ = try await service.find(.named(environment.id)) } == .vulnerable)
        #expect(await code { _ = try await service.prepare(.named(environment.id), for: "t/ann") } == .vulnerable)
        #expect(try await service.admitted(environment.id, for: "t/ann") == environment)
    }

    @Test("what is there is refused to whoever builds it or pulls its recipe, and served by its own name")
    func ready() async throws {
        let service = try service(AuditPolicy(refuse: .critical))
        try load("CVE-1", package: "other")
        let order = BuildOrder(.named("weak"))
        _ = try await service.prepare(.named("weak"), for: "t/ann")
        #expect(try await service.build(order, for: "t/ann").state == .ready)
        func isServed(_ repository: String) async throws -> Bool {
            guard case .manifest = try await service.image(tagged: "latest", of: repository, patience: .seconds(60))
            else { return false }
            return true
        }
        #expect(try await isServed("recipe/weak"))
        try load("CVE-2", package: "weak")
        #expect(await code { _ = try await service.build(order, for: "t/ann") } == .vulnerable)
        #expect(await code { _ = try await service.build(BuildOrder(.named("weak")), for: "t/bob") } == .vulnerable)
        #expect(await code { _ = try await isServed("recipe/weak") } == .vulnerable)
        #expect(try await isServed("env/weak"))
    }

    @Test("a build that the policy does not let through is refused, and its error names the vulnerability")
    func build() async throws {
        try load("CVE-2", package: "weak")
        let service = try service(AuditPolicy(refuse: .high))
        let error = await #expect(throws: EnvironmentSupplyError.self) {
            try await service.prepare(.named("weak"), for: "t/ann")
        }
        #expect(error?.code == .vulnerable)
        #expect(error?.message.contains("CVE-2 in weak 1.4 (critical 9.8)") == true, "\(error?.message ?? "")")
        #expect(service.builds().first?.state == .failed)
    }

    @Test("a recipe of an admin's excepts what it knows; the server's configuration too")
    func exceptions() async throws {
        try load("CVE-2", package: "weak")
        let known = Recipe.IgnoredVulnerability("CVE-2", reason: "not reached")
        _ = try await service(AuditPolicy(refuse: .critical, exceptions: [known])).prepare(.named("weak"), for: "t/ann")
        let own = try service(
            AuditPolicy(refuse: .critical), recipe: "audit:\n  ignore:\n    - {id: CVE-2, reason: not reached}\n")
        let environment = try await own.prepare(.named("weak"), for: "t/ann")
        #expect(try await own.find(.named("weak")) == .ready(environment))
    }

    @Test("what a recipe excepts that was sent counts for nothing, and what it refuses does")
    func foreign() {
        var recipe = Recipe(name: "sent", python: .init(version: PythonVersion(3, 11)))
        recipe.audit = .init(refuse: .low, ignored: [.init("CVE-2", reason: "trust me")])
        let keeper = AuditPolicy(refuse: .critical, exceptions: [.init("CVE-1", reason: "known")])
        let sent = EnvironmentBuilder(settings: settings(keeper, isForeign: true)).auditPolicy(of: recipe.audit)
        #expect(sent == AuditPolicy(refuse: .low, exceptions: keeper.exceptions))
        let own = EnvironmentBuilder(settings: settings(keeper)).auditPolicy(of: recipe.audit)
        #expect(own == AuditPolicy(refuse: .low, exceptions: keeper.exceptions + recipe.audit.ignored))
    }
}
