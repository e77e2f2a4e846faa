public import PythonPackaging
public import SystemPackage
public import Transfer

/// Which indexes and places are asked for a project, and in which order.
public struct IndexConfiguration: Sendable {
    /// One package index.
    public struct Index: Sendable {
        /// What errors and variables call it.
        public var name: String?
        /// Below which PEP 503's project pages lie; ends in a slash.
        public var root: ResourceURL
        /// The projects that come from here and from nowhere else; the index then serves no others.
        public var packages: Set<PackageName>
        /// Locks name this index's files without a place.
        public var isDefault: Bool
        /// Whether the user named it, on the command line, in the environment or in pip's configuration; a recipe's
        /// index is named by whoever wrote the recipe.
        public var isUsers: Bool

        public init(
            name: String? = nil, root: ResourceURL, packages: Set<PackageName> = [], isDefault: Bool = false,
            isUsers: Bool = true
        ) {
            self.name = name
            self.root = root.asFolder
            self.packages = packages
            self.isDefault = isDefault
            self.isUsers = isUsers
        }

        /// The name in variables, `CHIDORI_INDEX_NAME_…`; `nil` for an index without a name.
        var variableName: String? {
            (name ?? (isDefault ? "default" : nil)).map { name in
                String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
            }
        }

        /// What a person knows it by.
        var label: String { name.map { "\($0) (\(root))" } ?? root.description }
    }

    /// In the order asked, the default one last. The first that knows a project is the only one that serves it.
    public var indexes: [Index]
    /// Folders, pages and files with further distributions.
    public var findLinks: [ResourceURL]
    /// Where the indexes and places lie that the user named.
    private(set) var usersOrigins: Set<Origin> = []

    public init(indexes: [Index], findLinks: [ResourceURL] = []) {
        self.indexes = indexes
        self.findLinks = findLinks
        usersOrigins = Set(indexes.filter(\.isUsers).map(\.root.origin))
    }

    /// The indexes that may serve a project: the ones it is pinned to, else every one that is not kept for others.
    func indexes(for project: PackageName) -> [Index] {
        let pinned = indexes.filter { $0.packages.contains(project) }
        return pinned.isEmpty ? indexes.filter(\.packages.isEmpty) : pinned
    }

    /// The default index, if there is one.
    public var defaultIndex: Index? { indexes.first(where: \.isDefault) }
}

extension IndexConfiguration {
    /// What decides about indexes, from the command line down to this machine's own.
    public struct Wishes: Sendable {
        /// `--index-url`: takes the place of every other default index.
        public var indexURL: String?
        /// `--extra-index-url`, asked before the default one.
        public var extraIndexURLs: [String] = []
        /// `--find-links`: URLs and paths.
        public var findLinks: [String] = []
        /// The recipe's indexes, asked after the command line's.
        public var indexes: [NamedIndex] = []
        /// Whether this machine's own default index is asked where nobody names another.
        public var usesDefaultIndex = true
        /// The recipe's find-links: URLs, and paths relative to `folder`.
        public var recipeFindLinks: [String] = []
        /// The recipe's folder.
        public var folder: FilePath?
        public var environment: [String: String]

        public init(environment: [String: String]) {
            self.environment = environment
        }

        /// An index as a recipe names it.
        public struct NamedIndex: Sendable {
            public var name: String?
            public var url: String
            public var packages: Set<PackageName>
            public var isDefault: Bool

            public init(
                name: String? = nil, url: String, packages: Set<PackageName> = [], isDefault: Bool = false
            ) {
                self.name = name
                self.url = url
                self.packages = packages
                self.isDefault = isDefault
            }
        }
    }

    /// The configuration that follows from wishes.
    ///
    /// Where nobody names a default index, everything that pip on this machine would use is used: its index, extra
    /// indexes and find-links. Where somebody does, pip is not consulted at all.
    ///
    /// - Parameter defaultOfPip: pip's own default, asked for only if it is needed.
    /// - Throws: `PythonIndexError.Code.badConfiguration`, `.noDefaultIndex`.
    public init(_ wishes: Wishes, defaultOfPip: () throws -> String) throws {
        var indexes: [Index] = []
        var findLinks: [ResourceURL] = []
        var usersPlaces: [ResourceURL] = []
        for text in wishes.extraIndexURLs {
            indexes.append(Index(root: try Self.url(text, "--extra-index-url")))
        }
        for named in wishes.indexes where !named.isDefault { indexes.append(try Self.index(named)) }
        for text in wishes.findLinks { usersPlaces.append(try Self.place(text, in: nil, "--find-links")) }
        findLinks += usersPlaces
        for text in wishes.recipeFindLinks {
            findLinks.append(try Self.place(text, in: wishes.folder, "the recipe's find-links"))
        }

        if let given = wishes.indexURL {
            indexes.append(Index(name: "default", root: try Self.url(given, "--index-url"), isDefault: true))
        } else if let given = wishes.indexes.first(where: \.isDefault) {
            indexes.append(try Self.index(given))
        } else if wishes.usesDefaultIndex {
            let pip = try PipConfiguration(environment: wishes.environment)
            for text in pip.extraIndexURLs where !pip.hasNoIndex {
                indexes.append(Index(root: try Self.url(text, "pip's extra-index-url")))
            }
            for text in pip.findLinks {
                let place = try Self.place(text, in: nil, "pip's find-links")
                findLinks.append(place)
                usersPlaces.append(place)
            }
            if !pip.hasNoIndex {
                let text = try pip.indexURL ?? defaultOfPip()
                indexes.append(Index(name: "default", root: try Self.url(text, "pip's index-url"), isDefault: true))
            }
        }
        self.init(indexes: indexes, findLinks: findLinks)
        usersOrigins.formUnion(usersPlaces.map(\.origin))
        try takeCredentials(from: wishes.environment)
    }

    private static func index(_ named: Wishes.NamedIndex) throws -> Index {
        let origin = named.name.map { "the recipe's index '\($0)'" } ?? "an index of the recipe"
        return Index(
            name: named.name, root: try url(named.url, origin), packages: named.packages, isDefault: named.isDefault,
            isUsers: false)
    }

    private static func url(_ text: String, _ origin: String) throws -> ResourceURL {
        do {
            let hasScheme = text.contains("://") || text.hasPrefix("file:")
            return try hasScheme ? ResourceURL(text) : .file(FilePath(expanded(text)), isFolder: true)
        } catch {
            throw PythonIndexError(
                .badConfiguration, origin, "is '\(error.subject)', which \(error.message)", advice: error.advice,
                cause: error)
        }
    }

    /// A find-links place: a folder's URL ends in a slash.
    private static func place(_ text: String, in folder: FilePath?, _ origin: String) throws -> ResourceURL {
        if text.contains("://") || text.hasPrefix("file:") {
            let place = try url(text, origin)
            guard let path = place.filePath else { return place }
            return .file(path, isFolder: LocalFolder.isFolder(path))
        }
        var path = FilePath(expanded(text))
        if path.isRelative, let folder { path = folder.pushing(path) }
        return .file(path, isFolder: LocalFolder.isFolder(path))
    }

    private static func expanded(_ text: String) -> String {
        guard text == "~" || text.hasPrefix("~/"), let home = LocalFolder.home else { return text }
        return home + text.dropFirst()
    }

    /// `CHIDORI_INDEX_NAME_USERNAME` and `…_PASSWORD`, or `…_PASSWORD_FILE`; the default index's NAME is `DEFAULT`.
    ///
    /// A recipe may give any name to any place, so its indexes' variables count only where `CHIDORI_INDEX_NAME_URL` says
    /// that they are for that place. `DEFAULT` is meant for the user's own default index, and passes over a recipe's.
    private mutating func takeCredentials(from environment: [String: String]) throws {
        for place in indexes.indices {
            guard let word = indexes[place].variableName else { continue }
            let variable = "CHIDORI_INDEX_\(word)_"
            let known = ["USERNAME", "PASSWORD", "PASSWORD_FILE"].first { environment[variable + $0] != nil }
            guard let known, try Self.serves(variable, known, indexes[place], environment) else { continue }
            let user = environment[variable + "USERNAME"]
            var password = environment[variable + "PASSWORD"]
            if password == nil, let file = environment[variable + "PASSWORD_FILE"] {
                guard let line = LocalFolder.firstLine(of: FilePath(file)) else {
                    throw PythonIndexError(
                        .badConfiguration, variable + "PASSWORD_FILE", "names \(file), which cannot be read",
                        advice: "check the path, and who may read it")
                }
                password = line
            }
            guard user != nil || password != nil else { continue }
            let credentials = Credentials(user: user ?? "", password: password ?? "")
            indexes[place].root = indexes[place].root.with(credentials: credentials)
        }
    }

    /// Whether an index's variables are for the place where it lies.
    ///
    /// - Throws: `.badConfiguration` for a recipe's index that the user has said nothing of, or otherwise.
    private static func serves(
        _ variable: String, _ known: String, _ index: Index, _ environment: [String: String]
    ) throws -> Bool {
        if index.isUsers { return true }
        let place = environment[variable + "URL"].flatMap { $0.isEmpty ? nil : $0 }
        let origin = try place.map { try url($0, variable + "URL").origin }
        if let origin, origin == index.root.origin { return true }
        if variable == "CHIDORI_INDEX_DEFAULT_" { return false }
        throw PythonIndexError(
            .badConfiguration, variable + known,
            "is not sent to \(index.root.origin), which the recipe gives that name: "
                + (origin.map { "\(variable)URL says it is for \($0)" } ?? "nothing says that it is for that place"),
            advice: "if it is, set \(variable)URL=\(index.root); if not, do not trust this recipe with it")
    }
}
