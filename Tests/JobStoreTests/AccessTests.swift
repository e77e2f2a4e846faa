import Cryptography
import JobModel
import JobStore
import JobSupport
import Testing

@Suite("settings, tokens and the audit")
struct AccessTests {
    let scratch: ScratchJobs

    init() throws {
        scratch = try ScratchJobs()
    }

    private func entry(
        _ action: String, at moment: Moment = .sample, actor: Actor = .user("ann"), tenant: String = "acme"
    )
        -> AuditEntry
    {
        AuditEntry(at: moment, actor: actor, tenant: tenant, action: action, subject: "thing \(action)", message: "m")
    }

    // MARK: - Settings

    @Test("settings are set over the version that was read, and every version is kept")
    func settings() async throws {
        var settings = Settings()
        settings.caps.drivers = 7
        settings.queues.append(QueueSettings(name: "science.training"))
        try await scratch.withStore { store async throws in
            let first = try await store.settings()
            #expect(first.number == 0)
            #expect(first.settings == Settings())
            try await store.set(settings, following: 0, at: .sample, by: .user("ann"), audit: entry("settings.change"))
            let error = await #expect(throws: JobStoreError.self) {
                try await store.set(Settings(), following: 0, at: .sample, by: .user("bob"), audit: entry("lost"))
            }
            #expect(error?.code == .stale)
            settings.caps.drivers = nil
            try await store.set(settings, following: 1, at: .sample.advanced(by: 5), by: .user("bob"))
        }
        try await scratch.withStore { store async throws in
            let latest = try await store.settings()
            #expect(latest.number == 2)
            #expect(latest.settings == settings)
            #expect(latest.actor == .user("bob"))
            #expect(latest.at == .sample.advanced(by: 5))
            #expect(try await store.settings(version: 1)?.settings.caps.drivers == 7)
            #expect(try await store.settings(version: 3) == nil)
            #expect(try await store.settingsHistory().map(\.number) == [2, 1])
            #expect(try await store.settingsHistory(before: 2).map(\.number) == [1])
            #expect(try await store.audit(AuditFilter(tenants: nil)).map(\.action) == ["settings.change"])
        }
    }

    @Test("of many who set at once, one is first")
    func race() async throws {
        try await scratch.withStore { store async throws in
            let winners = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        (try? await store.set(Settings(), following: 0, at: .sample, by: .user("x"))) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            #expect(try await store.settings().number == 1)
        }
    }

    // MARK: - Tokens

    private func token(_ id: String, expires: Moment? = nil) -> AccessToken {
        AccessToken(
            id: id, name: "for \(id)", user: "ann", tenant: "acme",
            roles: [RoleGrant(.submitter, queue: "science"), RoleGrant(.viewer)], createdAt: .sample, expiresAt: expires
        )
    }

    @Test("a token is found by its digest, with what it allows")
    func tokens() async throws {
        let (digest, other) = (SHA256Digest(of: "secret"), SHA256Digest(of: "other"))
        try await scratch.withStore { store async throws in
            try await store.add(token("ci"), digest: digest, audit: entry("token.create"))
            try await store.add(token("old", expires: .sample.advanced(by: 10)), digest: other)
            let found = try #require(try await store.token(digest))
            #expect(found == token("ci"))
            #expect(found.roles[0].covers("science.training"))
            #expect(!found.roles[0].covers("sciences"))
            #expect(found.roles[1].covers("anything"))
            #expect(try await store.token(SHA256Digest(of: "nobody's")) == nil)
            #expect(try await store.tokens().map(\.id) == ["ci", "old"])
            let old = try #require(try await store.token(other))
            #expect(old.isValid(at: .sample.advanced(by: 9)))
            #expect(!old.isValid(at: .sample.advanced(by: 10)))
        }
    }

    @Test("a token is there once, by its name and by itself")
    func duplicates() async throws {
        try await scratch.withStore { store async throws in
            try await store.add(token("ci"), digest: SHA256Digest(of: "a"))
            for (id, secret) in [("ci", "b"), ("cd", "a")] {
                let error = await #expect(throws: JobStoreError.self) {
                    try await store.add(token(id), digest: SHA256Digest(of: secret), audit: entry("no"))
                }
                #expect(error?.code == .taken)
            }
            #expect(try await store.audit(AuditFilter(tenants: nil)) == [])
        }
    }

    @Test("a revoked token stays so from its first revoking, and uses never go back")
    func revoking() async throws {
        let digest = SHA256Digest(of: "secret")
        try await scratch.withStore { store async throws in
            try await store.add(token("ci"), digest: digest)
            try await store.noteUse(["ci": .sample.advanced(by: 5), "gone": .sample])
            try await store.noteUse(["ci": .sample.advanced(by: 3)])
            try await store.revokeToken("ci", at: .sample.advanced(by: 7))
            try await store.revokeToken("ci", at: .sample.advanced(by: 9))
            let found = try #require(try await store.token(digest))
            #expect(found.usedAt == .sample.advanced(by: 5))
            #expect(found.revokedAt == .sample.advanced(by: 7))
            #expect(!found.isValid(at: .sample))
            let error = await #expect(throws: JobStoreError.self) { try await store.revokeToken("gone", at: .sample) }
            #expect(error?.code == .missing)
        }
    }

    @Test("roles include the ones before them")
    func roles() {
        #expect(Role.admin > .operator && Role.operator > .submitter && Role.submitter > .viewer)
    }

    // MARK: - Audit

    @Test("the audit tells the newest first, by actor, subject, tenant and time, a page at a time")
    func audit() async throws {
        try await scratch.withStore { store async throws in
            for number in 0..<30 {
                try await store.record([
                    entry(
                        "a\(number % 3)", at: .sample.advanced(by: Int64(number)),
                        actor: number % 2 == 0 ? .user("ann") : .system("engine"),
                        tenant: number % 5 == 0 ? "zeta" : "acme")
                ])
            }
            func numbers(_ change: (inout AuditFilter) -> Void, tenants: Set<String>? = nil, limit: Int = 100)
                async throws
                -> [Int64]
            {
                var filter = AuditFilter(tenants: tenants)
                change(&filter)
                return try await store.audit(filter, limit: limit).map { $0.number - 1 }
            }
            let all = (0..<30).map { Int64($0) }.reversed()
            #expect(try await numbers { _ in } == Array(all))
            #expect(try await numbers { $0.actor = .user("ann") } == all.filter { $0 % 2 == 0 })
            #expect(try await numbers { $0.subject = "thing a1" } == all.filter { $0 % 3 == 1 })
            #expect(try await numbers({ _ in }, tenants: ["zeta"]) == all.filter { $0 % 5 == 0 })
            #expect(try await numbers({ _ in }, tenants: ["zeta", "acme"]) == Array(all))
            #expect(try await numbers({ _ in }, tenants: []) == [])
            #expect(
                try await numbers({
                    $0.actor = .system("engine")
                    $0.subject = "thing a0"
                    $0.since = .sample.advanced(by: 9)
                    $0.until = .sample.advanced(by: 27)
                }) == [21, 15, 9])
            let first = try await store.audit(AuditFilter(tenants: nil), limit: 20)
            let second = try await store.audit(AuditFilter(tenants: nil), before: first.last?.number, limit: 20)
            #expect((first + second).map { $0.number - 1 } == Array(all))
            var expected = entry("a2", at: .sample.advanced(by: 29), actor: .system("engine"))
            #expect(first[0].action == expected.action)
            expected.request = nil
            #expect(first[0].message == "m" && first[0].outcome == .allowed && first[0].request == nil)
        }
    }

    @Test("what goes into the audit with a submission is there with the job, and not with a repeated one")
    func together() async throws {
        try await scratch.withStore { store async throws in
            for _ in 0..<2 {
                let job = Job.sample { $0.idempotencyKey = "k" }
                try await store.submit(job, audit: entry("job.submit"))
            }
            #expect(try await store.audit(AuditFilter(tenants: ["acme"])).count == 1)
        }
    }
}
