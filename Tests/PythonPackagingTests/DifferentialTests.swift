import TestSupport
import Testing

@testable import PythonPackaging

/// Random text gets the same answer from us as from PyPI's `packaging`.
///
/// A few thousand cases of each kind by default; a hundred thousand where the long tests are asked for.
@Suite("The same answers as PyPI's packaging", .serialized)
struct DifferentialTests {
    static var cases: Int { Peer.deep ? 100_000 : 4_000 }

    /// Reports at most a few differences, each in a line of its own.
    private func report(_ differences: [String]) {
        let shown = differences.prefix(15).joined(separator: "\n")
        #expect(differences.isEmpty, "\(differences.count) differences:\n\(shown)")
    }

    private struct VersionAnswer: Codable, Equatable {
        var normal: String
        var pre: Bool
        var post: Bool
        var dev: Bool
        var `public`: String
        var base: String
        var local: String
        var release: Int

        init(_ version: Version) {
            normal = version.description
            pre = version.isPrerelease
            post = version.isPostrelease
            dev = version.isDevelopmentRelease
            `public` = version.withoutLocal.description
            base = version.base.description
            local = version.local ?? ""
            release = version.releaseCount
        }
    }

    @Test("versions: validity, normal form and parts")
    func versions() async throws {
        var text = PackagingText(seed: 1)
        let texts = (0..<Self.cases).map { _ in text.version() }
        let answers = try await PackagingPeer.answers("version", to: texts, as: VersionAnswer.self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let own = (try? Version(text)).map(VersionAnswer.init)
            if own != answer { differences.append("\(text.debugDescription): \(show(own)), not \(show(answer))") }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > texts.count / 2, "most cases must be valid ones")
    }

    private func show(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "invalid" }

    @Test("versions: their order, equality and hashes")
    func order() async throws {
        var text = PackagingText(seed: 2)
        var differences: [String] = []
        let groups = (0..<max(1, Self.cases / 1_000)).map { _ in
            (0..<1_000).map { _ in text.plainVersion() }
        }
        let answers = try await PackagingPeer.answers("order", to: groups, as: [Int].self)
        for (texts, answer) in zip(groups, answers) {
            let ranks = try #require(answer)
            let versions = try texts.map { try Version($0) }
            let order = versions.indices.sorted { ranks[$0] < ranks[$1] }
            for (left, right) in zip(order, order.dropFirst()) {
                let isEqual = ranks[left] == ranks[right]
                let (a, b) = (versions[left], versions[right])
                if (a == b) != isEqual || (a < b) == isEqual || b < a || (isEqual && a.hashValue != b.hashValue) {
                    differences.append("\(texts[left]) and \(texts[right])")
                }
            }
            let sorted = versions.indices.sorted { versions[$0] < versions[$1] }
            if sorted.map({ ranks[$0] }) != ranks.sorted() { differences.append("sorted another way") }
        }
        report(differences)
    }

    private struct SpecifierQuestion: Encodable {
        var text: String
        var versions: [String]
    }

    private struct SpecifierAnswer: Codable, Equatable {
        var `default`: [Int]
        var without: [Int]
        var with: [Int]
        var filter: [Int]
        var prereleases: Bool

        init(_ set: SpecifierSet, _ versions: [Version]) {
            func indices(_ prereleases: Bool?) -> [Int] {
                versions.indices.filter { set.contains(versions[$0], prereleases: prereleases) }
            }
            (`default`, without, with) = (indices(nil), indices(false), indices(true))
            var filtered = set.filter(versions).map(\.description)[...]
            filter = versions.indices.filter { index in
                guard filtered.first == versions[index].description else { return false }
                filtered.removeFirst()
                return true
            }
            prereleases = set.prereleases == true
        }
    }

    @Test("specifiers: validity, contains, filter, pre-releases, and where they match in a sorted list")
    func specifiers() async throws {
        var text = PackagingText(seed: 3)
        let questions = (0..<Self.cases).map { _ in
            SpecifierQuestion(text: text.specifierSet(), versions: (0..<12).map { _ in text.plainVersion() })
        }
        let answers = try await PackagingPeer.answers("specifier", to: questions, as: SpecifierAnswer.self)
        var differences: [String] = []
        for (question, answer) in zip(questions, answers) {
            let set = try? SpecifierSet(question.text)
            let versions = try question.versions.map { try Version($0) }
            let own = set.map { SpecifierAnswer($0, versions) }
            if own != answer { differences.append("\(question): \(show(own)), not \(show(answer))") }
            guard let set else { continue }
            let sorted = versions.sorted()
            let matches = set.matches(in: sorted)
            let expected = sorted.indices.filter { set.contains(sorted[$0], prereleases: true) }
            let isDisjoint = zip(matches, matches.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
            if matches.flatMap(Array.init) != expected || matches.contains(where: \.isEmpty) || !isDisjoint {
                differences.append("\(question.text.debugDescription) in \(sorted): \(matches), not \(expected)")
            }
            if (try? SpecifierSet(set.description)) != set {
                differences.append("\(question.text.debugDescription) does not come back from \(set)")
            }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > Self.cases / 2, "most cases must be valid ones")
    }

    /// What the tests evaluate markers with: our own environment, handed to the peer.
    fileprivate static let environment = MarkerEnvironment(
        python: PythonVersion(3, 11, 2), platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 36)))

    private static var peerEnvironment: [String: String] {
        var values: [String: String] = [:]
        for variable in MarkerVariable.allCases where variable != .extra && !variable.isSet {
            values[variable.text] = environment[variable]
        }
        return values
    }

    private struct MarkerQuestion: Encodable {
        var text: String
        var environment: [String: String]
    }

    private struct MarkerAnswer: Codable, Equatable {
        var plain: String
        var extra: String
        var lock: String

        init(_ marker: Marker) throws {
            func truth(_ body: () throws -> Bool) -> String { (try? body()).map(String.init) ?? "undefined" }
            let environment = DifferentialTests.environment
            let one = [try ExtraName("dev.tools")]
            let extras: Set = [try ExtraName("Test"), try ExtraName("dev_tools")]
            let groups: Set = [try ExtraName("other")]
            plain = truth { try marker.evaluate(in: environment) }
            extra = truth { try marker.evaluate(in: environment, extras: one) }
            lock = truth { try marker.evaluate(in: environment, lockExtras: extras, dependencyGroups: groups) }
        }
    }

    @Test("markers: validity, and their truth without extras, with one, and in a lock")
    func markers() async throws {
        var text = PackagingText(seed: 4)
        let environment = Self.peerEnvironment
        let questions = (0..<Self.cases).map { _ in MarkerQuestion(text: text.marker(), environment: environment) }
        let answers = try await PackagingPeer.answers("marker", to: questions, as: MarkerAnswer.self)
        var differences: [String] = []
        for (question, answer) in zip(questions, answers) {
            let marker = try? Marker(question.text)
            let own = try marker.map { try MarkerAnswer($0) }
            if own != answer { differences.append("\(question.text): \(show(own)), not \(show(answer))") }
            if let marker, (try? Marker(marker.description)) != marker {
                differences.append("\(question.text) does not come back from \(marker)")
            }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > Self.cases / 2, "most cases must be valid ones")
    }

    private struct RequirementAnswer: Codable, Equatable {
        var name: String
        var extras: [String]
        var url: String
        var marker: Bool
        var clauses: Int

        init(_ requirement: Requirement) {
            name = requirement.name.description
            extras = requirement.extras.map(\.description)
            url = requirement.url ?? ""
            marker = requirement.marker != nil
            clauses = requirement.specifiers.specifiers.count
        }
    }

    @Test("requirements: validity and parts")
    func requirements() async throws {
        var text = PackagingText(seed: 5)
        let texts = (0..<Self.cases).map { _ in text.requirement() }
        let answers = try await PackagingPeer.answers("requirement", to: texts, as: RequirementAnswer.self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let requirement = try? Requirement(text)
            let own = requirement.map(RequirementAnswer.init)
            if own != answer { differences.append("\(text.debugDescription): \(show(own)), not \(show(answer))") }
            // A name that `packaging` lets end in an underscore has a normal form that is no name.
            guard let requirement, let own, !([own.name] + own.extras).contains(where: { $0.hasSuffix("-") }) else {
                continue
            }
            if (try? Requirement(requirement.description)) != requirement {
                differences.append("\(text.debugDescription) does not come back from \(requirement)")
            }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > Self.cases / 3, "many cases must be valid ones")
    }

    /// Targets of every kind, those of free-threaded and old Pythons among them.
    private static let targets: [(PythonVersion, TargetPlatform)] = [
        (PythonVersion(3, 11), TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))),
        (PythonVersion(3, 8), TargetPlatform(.x86_64, .glibc(major: 2, minor: 17))),
        (PythonVersion(3, 7), TargetPlatform(.x86_64, .glibc(major: 2, minor: 5))),
        (PythonVersion(3, 12), TargetPlatform(.aarch64, .glibc(major: 2, minor: 39))),
        (PythonVersion(3, 13, isFreeThreaded: true), TargetPlatform(.x86_64, .glibc(major: 2, minor: 28))),
        (PythonVersion(3, 10), TargetPlatform(.x86_64, .musl(major: 1, minor: 2))),
        (PythonVersion(3, 14), TargetPlatform(.aarch64, .musl(major: 1, minor: 1))),
        (PythonVersion(3, 9), TargetPlatform(.x86_64, .glibc(major: 3, minor: 1))),
    ]

    private struct TargetQuestion: Encodable {
        var python: [Int]
        var threaded: Bool
        var arch: String
        var libc: String
        var level: [Int]

        init(_ target: (PythonVersion, TargetPlatform)) {
            python = [target.0.major, target.0.minor]
            threaded = target.0.isFreeThreaded
            arch = target.1.architecture.rawValue
            switch target.1.cLibrary {
            case .glibc(let major, let minor): (libc, level) = ("glibc", [major, minor])
            case .musl(let major, let minor): (libc, level) = ("musl", [major, minor])
            }
        }
    }

    @Test("tags: all of a target's in their order, and each one's rank")
    func tags() async throws {
        let answers = try await PackagingPeer.answers(
            "tag_list", to: Self.targets.map(TargetQuestion.init), as: [String].self)
        for (target, answer) in zip(Self.targets, answers) {
            let priority = TagPriority(python: target.0, platform: target.1)
            let tags = priority.tags
            #expect(tags.map(\.description) == answer, "\(target)")
            #expect(tags.indices.allSatisfy { priority.rank(of: tags[$0]) == $0 }, "\(target)")
        }
    }

    private struct TagSetQuestion: Encodable {
        var target: TargetQuestion
        var texts: [String]
    }

    @Test("tag sets: the best rank")
    func tagSets() async throws {
        var text = PackagingText(seed: 6)
        let each = Self.cases / Self.targets.count
        let questions = Self.targets.map { target -> TagSetQuestion in
            let tags = TagPriority(python: target.0, platform: target.1).tags
            let texts = (0..<each).map { index in index % 2 == 0 ? text.tagSet() : text.tagSet(of: tags) }
            return TagSetQuestion(target: TargetQuestion(target), texts: texts)
        }
        let answers = try await PackagingPeer.answers("tag_sets", to: questions, as: [Int].self)
        var differences: [String] = []
        var compatible = 0
        for ((target, question), answer) in zip(zip(Self.targets, questions), answers) {
            let priority = TagPriority(python: target.0, platform: target.1)
            for (text, rank) in zip(question.texts, try #require(answer)) {
                let own = priority.rank(ofTagSet: text) ?? -1
                if own >= 0 { compatible += 1 }
                if own != rank { differences.append("\(text) for \(target): \(own), not \(rank)") }
            }
        }
        report(differences)
        #expect(compatible > Self.cases / 3, "many tag sets must run somewhere")
    }

    private struct WheelAnswer: Codable, Equatable {
        var name: String
        var version: String
        var build: String
        var tags: [String]

        init(_ wheel: WheelFilename) {
            name = wheel.name.description
            version = wheel.version.description
            build = wheel.build?.description ?? ""
            tags = Set(wheel.tags.map(\.description)).sorted()
        }

        /// `packaging` lets empty names and tags pass, which mean nothing.
        var isEmpty: Bool {
            name.isEmpty || tags.contains { $0.hasPrefix("-") || $0.hasSuffix("-") || $0.contains("--") }
        }
    }

    @Test("file names of wheels: validity and parts")
    func wheels() async throws {
        var text = PackagingText(seed: 7)
        let texts = (0..<Self.cases).map { _ in text.wheelFilename() }
        let answers = try await PackagingPeer.answers("wheel", to: texts, as: WheelAnswer.self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let own = (try? WheelFilename(text)).map(WheelAnswer.init)
            if own == nil, answer?.isEmpty == true { continue }
            if own != answer { differences.append("\(text): \(show(own)), not \(show(answer))") }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > Self.cases / 3, "many cases must be valid ones")
    }

    private struct SourceAnswer: Codable, Equatable {
        var name: String
        var version: String
    }

    @Test("file names of source distributions: validity and parts")
    func sourceDistributions() async throws {
        var text = PackagingText(seed: 9)
        let texts = (0..<Self.cases).map { _ in text.sourceFilename() }
        let answers = try await PackagingPeer.answers("sdist", to: texts, as: SourceAnswer.self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let own = (try? SourceDistributionFilename(text)).map {
                SourceAnswer(name: $0.name.description, version: $0.version.description)
            }
            // `packaging` takes anything for a name here.
            if own == nil, let answer, (try? PackageName(answer.name)) == nil { continue }
            if own != answer { differences.append("\(text): \(show(own)), not \(show(answer))") }
        }
        report(differences)
        #expect(answers.count { $0 != nil } > Self.cases / 3, "many cases must be valid ones")
    }

    @Test("names: validity and normal form")
    func names() async throws {
        var text = PackagingText(seed: 8)
        let texts = (0..<Self.cases).map { _ in
            let name = text.name()
            return text.broken(name, with: "-_.aZ9é ")
        }
        let answers = try await PackagingPeer.answers("name", to: texts, as: String.self)
        var differences: [String] = []
        for (text, answer) in zip(texts, answers) {
            let own = withBytes(of: text) { PackageName(utf8: $0) }?.description
            if own != answer { differences.append("\(text): \(show(own)), not \(show(answer))") }
        }
        report(differences)
    }
}
