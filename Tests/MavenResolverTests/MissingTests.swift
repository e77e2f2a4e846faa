import ContentStore
import MavenPackaging
import MavenResolver
import SystemPackage
import TestSupport
import Testing

@Suite("What is not there")
struct MissingTests {
    @Test("a folder without lists shows the versions that it has: for ranges, and for those who look for later ones")
    func folderLists() async throws {
        let maven = try ScratchMaven()
        for version in ["1.0", "1.5", "2.0"] { try maven.write("a:\(version)", to: "folder") }
        try maven.scratch.write("folder/g/a/9.9/other.pom", "")
        let request = try maven.request("a:[1,2)", repositories: [maven.scratch.file("folder").string])
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["a-1.5.jar"])
        let module = ModuleName(group: "g", artifact: "a")
        let none = ModuleName(group: "g", artifact: "none")
        let listings = try await maven.resolver().listings(of: [module, none], for: request)
        #expect(try listings[module]?.get()?.versions == ["1.0", "1.5", "2.0"])
        #expect(try listings[none]?.get() == nil)
        // A list rules.
        try maven.scratch.write(
            "folder/g/a/maven-metadata.xml",
            "<metadata><versioning><versions><version>1.0</version></versions></versioning></metadata>")
        let listed = try await maven.resolver(.refresh).listings(of: [module], for: request)
        #expect(try listed[module]?.get()?.versions == ["1.0"])
    }

    @Test("a list that cannot be had takes no other one with it")
    func someLists() async throws {
        let maven = try ScratchMaven()
        let list = "<metadata><versioning><versions><version>1</version></versions></versioning></metadata>"
        maven.serve("g/a/maven-metadata.xml", Array(list.utf8))
        maven.server.on("/r/g/b/maven-metadata.xml", HTTPReply(503))
        let (a, b) = (ModuleName(group: "g", artifact: "a"), ModuleName(group: "g", artifact: "b"))
        let listings = try await maven.resolver().listings(of: [a, b], for: maven.request("a:1"))
        #expect(try listings[a]?.get()?.versions == ["1"])
        guard case .failure(let error)? = listings[b] else { return #expect(Bool(false), "\(listings)") }
        #expect(error.code == .unreachable)
    }

    @Test("a recipe's folder that is none is an error before anything is asked; one of the settings is told")
    func noFolder() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let path = maven.scratch.file("nowhere").string
        for place in [path, "file://" + path] {
            let request = try maven.request("a:1", repositories: [place, maven.url()])
            let error = await failure { _ = try await maven.resolver().resolve(request) }
            #expect(error?.code == .noSuchRepository && error?.subject.contains(path) == true)
            #expect(error?.category == .badInput && error?.advice != nil)
        }
        try maven.scratch.write("nowhere", "a file")
        let request = try maven.request("a:1", repositories: [path])
        let error = await failure { try maven.resolver().configuration(for: request) }
        #expect(error?.message.hasPrefix("is no folder") == true)
        #expect(maven.server.requests().isEmpty)
        let settings =
            "<settings><mirrors><mirror><id>m</id><url>file://\(path)</url><mirrorOf>central</mirrorOf></mirror></mirrors></settings>"
        let resolution = try await maven.resolver(settings: settings).resolve(maven.request("a:1"))
        #expect(resolution.notices.contains { if case .noFolder("m", _) = $0 { true } else { false } })
    }

    @Test("a list that cannot be read takes no other one with it, and a range says whose it is")
    func badList() async throws {
        let maven = try ScratchMaven()
        let list = "<metadata><versioning><versions><version>1</version></versions></versioning></metadata>"
        maven.serve("g/a/maven-metadata.xml", Array(list.utf8))
        maven.serve("g/b/maven-metadata.xml", Array("<metadata><versioning>".utf8))
        maven.project("c:1", "b:[1,2]")
        let (a, b) = (ModuleName(group: "g", artifact: "a"), ModuleName(group: "g", artifact: "b"))
        let listings = try await maven.resolver().listings(of: [a, b], for: maven.request("a:1"))
        #expect(try listings[a]?.get()?.versions == ["1"])
        guard case .failure(let error)? = listings[b] else { return #expect(Bool(false), "\(listings)") }
        #expect(error.code == .badList && error.subject.contains(maven.url()))
        let ranged = await failure { _ = try await maven.resolver().resolve(maven.request("c:1")) }
        #expect(ranged?.code == .badList && ranged?.message.contains("through g:c:1") == true)
    }

    @Test("where folders are asked alone, what they lack and what they list is looked for in every run, offline too")
    func foldersAgain() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", "b:[1,2]", to: "folder")
        try maven.write("b:1", to: "folder")
        try maven.scratch.write("folder/g/bare/1/bare-1.jar", ScratchMaven.jar("bare:1"))
        let request = try maven.request("a:1", "bare:1", repositories: [maven.scratch.file("folder").string])
        func names() async throws -> [String] { maven.names(try await maven.resolver(.offline).resolve(request)) }
        #expect(try await names() == ["a-1.jar", "b-1.jar", "bare-1.jar"])
        try maven.write("b:2", to: "folder")
        try maven.write("c:1", to: "folder")
        try maven.scratch.write("folder/g/bare/1/bare-1.pom", ScratchMaven.pom("bare:1", ["c:1"]))
        #expect(try await names() == ["a-1.jar", "b-2.jar", "bare-1.jar", "c-1.jar"])
        // Lists of before folders showed theirs do not serve.
        #expect(try maven.store.recordKeys(kind: "maven-versions.2").count == 1)
    }

    @Test("a POM that was missing is read once a folder has it, though others are asked too")
    func folderBesides() async throws {
        let maven = try ScratchMaven()
        try maven.scratch.write("folder/g/bare/1/bare-1.jar", ScratchMaven.jar("bare:1"))
        let request = try maven.request("bare:1", repositories: [maven.url(), maven.scratch.file("folder").string])
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["bare-1.jar"])
        try maven.scratch.write("folder/g/bare/1/bare-1.pom", ScratchMaven.pom("bare:1", ["c:1"]))
        try maven.write("c:1", to: "folder")
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["bare-1.jar", "c-1.jar"])
    }

    @Test("where a repository cannot be asked, it is told which, which others lack it, and who asks for it")
    func unreachable() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1")
        maven.server.on("/s/g/b/1/b-1.pom", HTTPReply(503))
        let request = try maven.request("a:1", repositories: [maven.url("r"), maven.url("s")])
        let error = await failure { _ = try await maven.resolver().resolve(request) }
        #expect(error?.code == .unreachable && error?.category == .unavailable && error?.subject == "g:b:1")
        let message = error?.message ?? ""
        #expect(message.contains("may be in 's' (\(maven.url("s"))), which cannot be asked"), "\(message)")
        #expect(message.contains("not in 'r' (\(maven.url("r")))"), "\(message)")
        #expect(message.contains("(through g:a:1)"), "\(message)")
        maven.server.on("/s/g/c/1/c-1.pom", HTTPReply(503))
        let direct = try maven.request("c:1", repositories: [maven.url("r"), maven.url("s")])
        let other = await failure { _ = try await maven.resolver().resolve(direct) }
        #expect(other?.message.hasSuffix("; the recipe asks for it") == true, "\(other?.message ?? "")")
        // The jar alone.
        maven.serve("g/d/1/d-1.pom", ScratchMaven.pom("d:1", []))
        maven.server.on("/s/g/d/1/d-1.jar", HTTPReply(503))
        let jar = try maven.request("d:1", repositories: [maven.url("r"), maven.url("s")])
        let third = await failure { _ = try await maven.resolver().resolve(jar) }
        #expect(third?.code == .unreachable && third?.subject == "g:d:1")
    }

    @Test(
        "who asks for what cannot be had is told, though other things are not known yet",
        arguments: MediationKind.allCases)
    func unreachableBesides(_ kind: MediationKind) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1")
        maven.server.on("/r/g/b/1/b-1.pom", HTTPReply(503))
        maven.project("c:1", "d:1")
        maven.project("d:1", "e:1")
        maven.project("e:1")
        let request = try maven.request("a:1", "c:1", mediation: kind)
        let error = await failure { _ = try await maven.resolver().resolve(request) }
        #expect(
            error?.code == .unreachable && error?.message.hasSuffix("(through g:a:1)") == true,
            "\(error?.message ?? "")")
    }

    @Test("a parent that cannot be asked for is told with who needs its child")
    func unreachableParent() async throws {
        let maven = try ScratchMaven()
        let parent = "<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>"
        maven.project("a:1", "b:1")
        maven.project("b:1", more: parent)
        maven.server.on("/r/g/p/1/p-1.pom", HTTPReply(503))
        let error = await failure { _ = try await maven.resolver().resolve(maven.request("a:1")) }
        #expect(
            error?.subject == "g:p:1" && error?.message.contains("through g:a:1") == true, "\(error?.message ?? "")")
    }

    @Test("offline, it is told what the folders lack, and what they have in its place")
    func offline() async throws {
        let maven = try ScratchMaven()
        try maven.write("tool:1.0", to: "folder")
        let folder = maven.scratch.file("folder").string
        let error = await failure {
            let request = try maven.request("tol:1.0", repositories: [folder, maven.url()])
            _ = try await maven.resolver(.offline).resolve(request)
        }
        #expect(error?.code == .notStored && error?.message.contains("\(folder)/) lacks it") == true)
        #expect(error?.message.contains("(\(maven.url())) may not be asked offline") == true)
        #expect(error?.advice == "did you mean g:tool?")
        let other = await failure {
            let request = try maven.request("tool:1.1", repositories: [folder, maven.url()])
            _ = try await maven.resolver(.offline).resolve(request)
        }
        #expect(other?.message.contains("what there is: 1.0") == true, "\(other?.message ?? "")")
    }

    @Test("what every repository denies has no solution: the versions that there are, names like it, or a POM alone")
    func denied() async throws {
        let maven = try ScratchMaven()
        for number in 1...7 { try maven.write("tool:1.\(number)", to: "folder") }
        let folder = maven.scratch.file("folder").string
        func error(_ id: String) async throws -> MavenResolverError? {
            let request = try maven.request(id, repositories: [folder])
            let error = await failure { _ = try await maven.resolver().resolve(request) }
            #expect(error?.code == .noSuchArtifact && error?.category == .noSolution)
            return error
        }
        let version = try await error("tool:2.0")
        #expect(
            version?.message.hasSuffix("; of its 7 versions the newest are 1.7, 1.6, 1.5, 1.4, 1.3") == true,
            "\(version?.message ?? "")")
        #expect(version?.advice == "use one of its versions, such as g:tool:1.7")
        #expect(try await error("toll:1.0")?.advice == "did you mean g:tool?")
        #expect(try await error("else:1.0")?.advice?.contains("name the repository") == true)
        try maven.scratch.write("folder/g/bare/1/bare-1.pom", ScratchMaven.pom("bare:1", []))
        #expect(try await error("bare:1")?.message.hasPrefix("has a POM, and no jar in any repository") == true)
    }

    @Test("a recipe can do without Maven's own repository")
    func noDefault() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "m")
        let settings =
            "<settings><mirrors><mirror><id>m</id><url>\(maven.url("m"))</url><mirrorOf>central</mirrorOf></mirror></mirrors></settings>"
        var request = try maven.request("a:1", repositories: [maven.url("r")])
        #expect(try await maven.resolver(settings: settings).resolve(request).jars.first?.isFromDefault == true)
        request.usesDefaultRepository = false
        let error = await failure { _ = try await maven.resolver(settings: settings).resolve(request) }
        #expect(error?.code == .noSuchArtifact && error?.message.contains("/m/") == false)
        request.repositories = []
        let none = await failure { try maven.resolver(settings: settings).configuration(for: request) }
        #expect(none?.code == .noDefaultRepository && none?.message.contains("default-repository: false") == true)
    }

    @Test("exclusions and constraints that do nothing are told, others are not", arguments: MediationKind.allCases)
    func unused(_ kind: MediationKind) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1", "c:1")
        for id in ["b:1", "c:1", "c:2"] { maven.project(id) }
        var request = try maven.request("a:1", mediation: kind)
        request.roots[0].exclusions = [try Exclusion("g:b"), try Exclusion("g:bb")]
        request.managed = [try JarRequirement("g:c:2"), try JarRequirement("g:d:2")]
        let notices = try await maven.resolver().resolve(request).notices.filter { $0 != .noDefaultRepository }
        #expect(
            notices == [
                .unusedExclusion(try Exclusion("g:bb"), of: try JarRequirement("g:a:1")),
                .unusedConstraint(try JarRequirement("g:d:2")),
            ])
    }

    @Test("a missing checksum is told when the jar is fetched, and not again")
    func checksumOnce() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", to: "folder")
        let request = try maven.request("a:1", repositories: [maven.scratch.file("folder").string])
        func isTold() async throws -> Bool {
            try await maven.resolver().resolve(request).notices.contains {
                if case .withoutChecksum = $0 { true } else { false }
            }
        }
        #expect(try await isTold())
        #expect(try await !isTold())
    }

    @Test("a POM that cannot be read says what to do, and does as it is said")
    func unreadPOM() async throws {
        let maven = try ScratchMaven()
        maven.serve("g/a/1/a-1.pom", Array("<project><artifactId>a</project>".utf8))
        maven.serve("g/a/1/a-1.jar", ScratchMaven.jar("a:1"))
        var request = try maven.request("a:1")
        await #expect { _ = try await maven.resolver().resolve(request) } throws: { error in
            (error as? MavenPackagingError)?.advice?.contains("ignore-poms") == true
        }
        request.roots[0].exclusions = [.everything]
        let notices = try await maven.resolver().resolve(request).notices
        #expect(notices.contains(.unreadPOM(ModuleVersion(group: "g", artifact: "a", version: "1"))))
        #expect(!notices.contains { if case .withoutPOM = $0 { true } else { false } })
    }

    @Test("a BOM that is nowhere, and a package that no BOM manages, are told as what they are")
    func boms() async throws {
        let maven = try ScratchMaven()
        maven.project("bom:1", hasJar: false)
        var request = JarRequest(
            roots: [.init(try JarRequirement("g:a"))], boms: [ModuleVersion(group: "g", artifact: "bom", version: "1")],
            repositories: [JarRepository(id: "r", url: maven.url())])
        await #expect { _ = try await maven.resolver().resolve(request) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.category == .badInput && error?.advice?.contains("group:artifact:version") == true
        }
        request.boms = [ModuleVersion(group: "g", artifact: "none", version: "1")]
        await #expect { _ = try await maven.resolver().resolve(request) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.category == .noSolution && error?.subject == "g:none:1"
        }
    }
}
