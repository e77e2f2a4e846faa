public import MavenPackaging

extension Recipe {
    /// The JVM half of a recipe: the jars of a class path, and where they may come from.
    public struct Jars: Sendable, Hashable {
        public var packages: [JarRequest]
        /// Versions that hold wherever a jar brings the module, and for packages without a version.
        public var constraints: [JarRequirement]
        /// POMs whose `dependencyManagement` counts after that (`group:artifact:version`).
        public var boms: [JarRequirement]
        /// Asked in this order, before those of Maven's settings and Maven's own.
        public var repositories: [Repository]
        /// Whether Maven's own repository is asked, or the mirror in its place.
        public var usesDefaultRepository: Bool
        public var mediation: MediationKind
        /// Whose POMs are not read: their jars are taken without what they need.
        public var ignoredPOMs: [Exclusion]
        /// `2.13`, where no Spark of the environment tells it.
        public var scala: String?

        public init(packages: [JarRequest] = []) {
            self.packages = packages
            constraints = []
            boms = []
            repositories = []
            usesDefaultRepository = true
            mediation = .nearest
            ignoredPOMs = []
        }
    }

    /// A jar that is asked for, and what is not wanted of what it brings.
    public struct JarRequest: Sendable, Hashable {
        public var requirement: JarRequirement
        public var exclusions: [Exclusion]

        public init(_ requirement: JarRequirement, exclusions: [Exclusion] = []) {
            self.requirement = requirement
            self.exclusions = exclusions
        }
    }

    /// A repository of jars that a recipe names.
    public struct Repository: Sendable, Hashable {
        /// What mirrors and servers of Maven's settings call it; the URL if `nil`.
        public var id: String?
        public var url: String

        public init(id: String? = nil, url: String) {
            self.id = id
            self.url = url
        }
    }
}

extension Recipe.Jars {
    static let shape = Shape(
        "The jars of an environment.", initial: Recipe.Jars(),
        fields: [
            Field(
                "packages", \.packages, .list(of: .jarRequest, checking: Recipe.Jars.checkModules),
                synonyms: ["dependencies", "artifacts", "coordinates", "spark.jars.packages"],
                examples: ["['org.apache.spark::spark-sql-kafka-0-10:4.0.1']"],
                "What is asked for: group:artifact:version, with `::` before the artifact for the environment's Scala."),
            Field(
                "constraints", \.constraints, .list(of: .versionedJar, checking: Recipe.Jars.checkModules),
                synonyms: ["constraint", "managed", "dependencyManagement"],
                "Versions that hold wherever a jar brings the module, and for packages without a version; a package's own version "
                    + "stands."),
            Field(
                "boms", \.boms, .list(of: .versionedJar), synonyms: ["bom", "platform"],
                "POMs whose managed versions hold after the constraints; the first that names a module counts."),
            Field(
                "repositories", \.repositories, .list(of: .repository),
                synonyms: ["repository", "resolvers", "spark.jars.repositories"],
                "Repositories that are asked before those of Maven's settings and Maven's own: URLs, or paths from the recipe."
            ),
            Field(
                "default-repository", \.usesDefaultRepository, .flag, synonyms: ["central", "no-default-repository"],
                "Whether Maven's own repository is asked, after `repositories` and those of Maven's settings."),
            Field(
                "mediation", \.mediation, .word, synonyms: ["strategy", "conflict-resolution"],
                "Which version is taken of several: the one `nearest` to the recipe, as Maven does, or the `latest`, as "
                    + "Ivy, coursier and `spark-submit --packages` do."),
            Field(
                "ignore-poms", \.ignoredPOMs, .list(of: .exclusion), synonyms: ["ignored-poms"],
                examples: ["['com.example:broken']"],
                "Modules whose POMs are not read, such as broken ones: their jars are taken without what they need."),
            Field(
                "scala", \.scala, .text, synonyms: ["scala-version"], examples: ["'2.13'"],
                "The Scala that jars must be made for, where no Spark of the environment tells it."),
        ]
    ) { jars, entries, mark, reading in
        guard let packages = entries.first(where: { $0.key == "packages" }) else { return }
        reading.under("packages") { jars.checkVersions(packages.value, &$0) }
    }
}

extension Codec where Value == JarRequirement {
    static var jar: Codec {
        parsed("a jar's coordinate") {
            try JarRequirement($0)
        } print: {
            $0.description
        }
    }

    /// One that says a version: what it does is to say it.
    fileprivate static var versionedJar: Codec {
        jar.checked { requirement, node, reading in
            guard requirement.version == nil else { return }
            reading.report(
                .badValue, at: node.mark, "`\(requirement)` says no version",
                advice: "write it as group:artifact:version, such as \(requirement):1.2.3")
        }
    }
}

extension Codec where Value == Exclusion {
    static var exclusion: Codec {
        parsed("a module, group:artifact") {
            try Exclusion($0)
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == Recipe.Jars {
    /// The packages alone.
    static var jarPackages: Codec {
        Codec<[Recipe.JarRequest]>.list(of: .jarRequest, checking: Recipe.Jars.checkModules)
            .map({ Recipe.Jars(packages: $0) }, { $0.packages })
            .checked { $0.checkVersions($1, &$2) }
    }
}

extension Codec where Value == Recipe.Repository {
    /// A URL, or a mapping of one and its name.
    static var repository: Codec {
        .short(
            Codec<String>.text.map({ Recipe.Repository(url: $0) }, { withoutCredentials($0.url) }),
            or: Recipe.Repository.shape.codec
        ) { $0.id == nil }
    }
}

extension Recipe.Repository {
    static let shape = Shape(
        "A repository of jars.", initial: Recipe.Repository(url: ""),
        fields: [
            Field("id", \.id, .text, synonyms: ["name"], "What mirrors and servers of Maven's settings call it."),
            Field(
                "url", \.url, Codec<String>.text.map({ $0 }, { withoutCredentials($0) }), required: true,
                synonyms: ["href", "root"], examples: ["https://repo.example.org/maven2/"],
                "Its root. Credentials are better kept in Maven's settings; they are never written to a lock."),
        ])
}
