public import Documents

/// What `POST /api/v1/impact` takes: what somebody looks for in environments.
public struct ImpactQuery: Hashable, Sendable {
    /// `sha256:DIGEST`, `PACKAGE[==VERSION]`, `GROUP:ARTIFACT[:VERSION]`; `nil` where advisories are meant.
    public var what: String?
    /// Advisories in OSV's JSON.
    public var advisories: [String]

    public init(what: String? = nil, advisories: [String] = []) {
        self.what = what
        self.advisories = advisories
    }

    public static let shape = Shape(
        "What to look for in environments: `what`, or `advisories`.", initial: ImpactQuery(),
        fields: [
            Field(
                "what", \.what, .text(1...1024), examples: ["numpy==2.1.0"],
                "`sha256:DIGEST` of a file, an environment, a lock or an image; `PACKAGE[==VERSION]`; "
                    + "`GROUP:ARTIFACT[:VERSION]`."),
            Field("advisories", \.advisories, .list(of: .anyText), "Whatever these are about: each in OSV's JSON."),
        ]
    ) { query, _, mark, reading in
        guard (query.what == nil) == query.advisories.isEmpty else { return }
        reading.report(.missingKey, at: mark, "needs either `what` or `advisories`", advice: "give one of them")
    }
}

/// Which environments contain something.
public struct KnownImpact: Hashable, Sendable {
    /// How many environments were looked at.
    public var searched: Int64 = 0
    public var environments: [Hit] = []

    public init() {}

    public struct Hit: Hashable, Sendable {
        /// 64 hexadecimal digits.
        public var id = ""
        public var name = ""
        public var tags: [String] = []
        public var platform = ""
        /// What of it was found: `numpy 2.1.0`, or a file's path and package.
        public var contains: [String] = []
        public var images: [Image] = []

        public init() {}

        static let shape = Shape(
            "An environment that contains it.", initial: Hit(),
            fields: [
                Field("id", \.id, .anyText, required: true, "64 hexadecimal digits."),
                Field("name", \.name, .anyText, required: true, "Its recipe's name."),
                Field("tags", \.tags, .list(of: .anyText), isAlwaysWritten: true, "Its tags."),
                Field("platform", \.platform, .anyText, required: true, "What it is for."),
                Field(
                    "contains", \.contains, .list(of: .anyText), isAlwaysWritten: true,
                    "What of it was found: a package with its version, a file's path and package."),
                Field(
                    "images", \.images, .list(of: Image.shape.codec), isAlwaysWritten: true,
                    "The images that were made of it; to administrators alone."),
            ])
    }

    public struct Image: Hashable, Sendable {
        public var digest = ""
        public var reference = ""

        public init(digest: String = "", reference: String = "") {
            (self.digest, self.reference) = (digest, reference)
        }

        static let shape = Shape(
            "An image.", initial: Image(),
            fields: [
                Field("digest", \.digest, .anyText, required: true, "Of its manifest or index."),
                Field("reference", \.reference, .anyText, required: true, "Where it was written or pushed to."),
            ])
    }

    public static let shape = Shape(
        "Which environments contain something.", initial: KnownImpact(),
        fields: [
            Field("searched", \.searched, .integer(0...Int64.max), required: true, "How many were looked at."),
            Field(
                "environments", \.environments, .list(of: Hit.shape.codec), isAlwaysWritten: true, "Those that do."),
        ])
}
