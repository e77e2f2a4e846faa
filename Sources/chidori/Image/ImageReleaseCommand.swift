internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import FileSystem
internal import ImageSpec
internal import JSONDocument
internal import Recipes
internal import SupplyChain
internal import SystemPackage

/// `chidori image release`: from recipes to versioned, tested, signed images at a registry.
struct ImageReleaseCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Release recipes: lock, audit, check, build, test, push, attest, sign and tag their images.",
        usage: "chidori image release [<options>] <recipe> ...",
        discussion: """
            The tag is VERSION-REVISION, of the recipe's version and a number that grows only with another image, such as one \
            on a patched base. An image that was released before is not pushed again. The tags VERSION and 'latest' move last. After a revert \
            they stay at the later release, and a warning tells so; --move-tags moves them back.

            With several recipes or a folder, the others go on where one fails, and the first failure is the exit status: \
            10 where tests fail, 11 where the check finds conflicts, 14 where the audit lets a vulnerability not through.

            Without --to a release stays in the data folder, whose server offers it as env/NAME:VERSION-REVISION.

            Examples:
              chidori image release features.yaml --locked \\
                --to registry.example/team/features
              chidori image release recipes/ --to registry.example/team \\
                --key release.key --changed-since origin/main
              chidori image release recipes/ --to registry.example/{name}/env --dry-run
            """)

    @Argument(
        help: "Recipes, or folders: all that end in .yaml or .yml there.",
        completion: .file(extensions: ["yaml", "yml", "toml", "txt"]))
    var recipes: [String]

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The repository. {name} stands for the recipe's name; without it that is \
            added where several recipes or a folder are named.
            """, valueName: "host/name"))
    var to: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Release only what has changed since a git revision: recipes, their locks, and the files that they name.",
            valueName: "revision"))
    var changedSince: String?

    @Flag(name: .long, help: "Build and test everything, and write nothing at the registry.")
    var dryRun = false

    @Flag(name: .long, help: "Refuse to make or change a lock.")
    var locked = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the recipe's tests run: in the image, in a folder of the environment, or nowhere.",
            valueName: "place"))
    var testIn: TestIn = .image

    @Flag(name: .long, help: "Leave the tag 'latest' where it is: for older lines.")
    var noLatest = false

    @Flag(
        name: .long,
        help: "Move VERSION and 'latest' back to an image that was released before later ones: after a revert.")
    var moveTags = false

    @Flag(
        name: .long,
        help: "Run programs of a base that is an image of somebody else's, for bytecode and tests.")
    var trustBase = false

    @Option(name: .long, help: ArgumentHelp("Who builds it, in the provenance.", valueName: "uri"))
    var builderID: String = Provenance.standardBuilder

    @OptionGroup var signing: KeyOptions

    @OptionGroup var shared: DeliveryOptions

    func validate() throws {
        guard let to else { return }
        do {
            _ = try place(in: to, of: "name", isSingle: to.contains("/"))
        } catch {
            let trouble = (error as? ImageSpecError)?.message ?? "has a tag or digest, which a release chooses itself"
            throw ValidationError(
                "--to takes a repository such as registry.example/team/features, and \(to) \(trouble)")
        }
    }

    func answer(_ session: Session) async throws -> Answer {
        let isSingle = recipes.count == 1 && !absolute(recipes[0]).isFolder
        var paths = try recipes.flatMap { try Self.files(at: absolute($0)) }
        var unchanged: [FilePath] = []
        var causes: [FilePath: String] = [:]
        if let changedSince {
            let changes = try await session.builder.changes(of: paths, since: changedSince)
            unchanged = changes.filter { $0.cause == nil }.map(\.path)
            for change in changes { causes[change.path] = change.cause }
            paths = changes.filter { $0.cause != nil }.map(\.path)
        }
        let key = try signing.signingKey()
        var reports: [ReleaseReport] = []
        var taken: [String: FilePath] = [:]
        for path in paths {
            if paths.count > 1 { session.output.say(session.output.terminal.styled(path.string, .bold)) }
            var report = ReleaseReport(path: path, cause: causes[path])
            do {
                let input = try session.builder.read(path)
                let name = try session.builder.recipe(of: input).name
                report.name = name
                let destination: ReleaseRequest.Place =
                    try to.map { .registry(try place(in: $0, of: name, isSingle: isSingle)) } ?? .store
                // Both would take their revisions from one row.
                if let other = taken.updateValue(path, forKey: destination.description(of: name)) {
                    throw BuilderError(
                        .unreleasable, path.string,
                        "would go where \(other) goes: \(destination.description(of: name))",
                        advice: "give one of them another name, or put {name} into --to")
                }
                let request = ReleaseRequest(
                    to: destination, key: key, builder: builderID, trustsBase: trustBase, tests: testIn.place,
                    movesLatest: !noLatest, movesBack: moveTags, isRehearsal: dryRun)
                let release = try await session.builder.release(
                    input, policy: locked ? .locked : .lockIfNeeded, request
                ) { session.tell($0) }
                report.release = release
                session.progress.finish()
                session.output.say(release.remark(isSigned: key != nil))
                if let warning = release.warning { session.output.warn(warning) }
            } catch let error as any Diagnostic {
                session.progress.finish()
                report.failure = error
                session.output.explain(error)
            }
            reports.append(report)
        }
        let failures = reports.compactMap(\.failure)
        var remarks: [String] = []
        if let changedSince {
            let all = paths.count + unchanged.count
            remarks.append("\(paths.count) of \(counted(all, "recipe")) changed since \(changedSince)")
        }
        if reports.count > 1 { remarks.append(Self.summary(reports)) }
        return Answer(
            [
                "releases": .array(reports.map(\.json)), "unchanged": JSON(unchanged.map(\.string)),
                "dryRun": .bool(dryRun),
            ],
            text: reports.compactMap { $0.release?.reference }.joined(separator: "\n"), remarks: remarks,
            finding: failures.first?.category)
    }

    /// The repository of a recipe.
    private func place(in text: String, of name: String, isSingle: Bool) throws -> RegistryReference {
        let whole = text.contains("{name}") ? text.replacing("{name}", with: name) : isSingle ? text : "\(text)/\(name)"
        let place = try RegistryReference(whole)
        guard place.tag == nil, place.digest == nil else {
            throw WrongUse("chidori image release", "takes a repository without a tag or digest: --to HOST/NAME")
        }
        return place
    }

    /// A recipe, or those of a folder in the order of their names.
    private static func files(at path: FilePath) throws -> [FilePath] {
        guard path.isFolder else { return [path] }
        let names = try path.folderNames().filter { name in
            !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
        }
        guard !names.isEmpty else {
            throw BuilderError(
                .unknownInput, path.string, "has no recipes", advice: "recipes end in .yaml; name them, or their folder"
            )
        }
        return names.sorted().map { path.appending($0) }
    }

    private static func summary(_ reports: [ReleaseReport]) -> String {
        let outcomes: [(String, Release.Outcome)] = [
            ("released", .released), ("unchanged", .unchanged), ("to be released", .planned),
        ]
        let counts =
            outcomes.map { word, outcome in (word, reports.count { $0.release?.outcome == outcome }) }
            + [("failed", reports.count { $0.failure != nil })]
        return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}

/// The words of `--test-in`.
enum TestIn: String, ExpressibleByArgument, CaseIterable {
    case image
    case folder
    case nowhere

    var place: ReleaseRequest.TestPlace {
        switch self {
        case .image: .image
        case .folder: .folder
        case .nowhere: .nowhere
        }
    }
}

extension ReleaseRequest.Place {
    /// Where a recipe's releases are found, without a tag.
    fileprivate func description(of name: String) -> String {
        switch self {
        case .registry(let place): place.place
        case .store: "env/\(name)"
        }
    }
}
