internal import BaseImages
internal import FoundationEssentials
internal import PythonIndex
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import SystemPackage
internal import Transfer

/// What a foreign input may name: servers, and nothing that lies on this machine or that only its user's rights reach.
///
/// Recipes are admitted where they are read and before they are locked, locks before anything of them is looked at, and
/// what a source distribution asks to be built with before it is resolved: everything that is fetched comes from there.
extension EnvironmentBuilder {
    /// - Throws: ``BuilderError`` (`foreignInput`), as all of these.
    func admit(_ recipe: Recipe) throws {
        guard settings.isForeign else { return }
        let python = recipe.python
        let asked =
            python.packages.map(\.requirement) + python.constraints + python.overrides + python.buildConstraints
        for requirement in asked { try admit(requirement) }
        for index in python.indexes { try admit(place: index.url, "an index") }
        for place in python.findLinks { try admit(place: place, "a find-links place") }
        for repository in recipe.jars.repositories { try admit(place: repository.url, "a repository of jars") }
        if let base = recipe.base, base != "none" {
            guard case .named? = try? BaseReference(base, relativeTo: "/") else {
                throw refused(base, "is named as a base")
            }
        }
    }

    func admit(_ lock: Lock) throws {
        guard settings.isForeign else { return }
        if let recipe = lock.recipe { try admit(recipe) }
        if let folder = lock.recipeFolder { throw refused(folder, "is named as the recipe's folder") }
        for package in lock.packages {
            for file in package.installedFiles + (package.buildRequirements ?? []).map(\.wheel) { try admit(file) }
            if let tree = package.tree { try admit(tree, of: package.name) }
        }
        for jar in lock.jars { try admit(jar.file) }
    }

    func admit(_ requirement: Requirement) throws {
        guard settings.isForeign, let url = requirement.url else { return }
        try admit(
            place: url.hasPrefix("git+") ? String(url.dropFirst("git+".count)) : url, "the place of \(requirement.name)"
        )
    }

    private func admit(_ file: Lock.File) throws {
        if let path = file.path, !isOffered(path) { throw refused(path, "is named as the place of \(file.name)") }
        if let url = file.url { try admit(place: url, "the place of \(file.name)") }
    }

    private func admit(_ tree: Lock.SourceTree, of project: PackageName) throws {
        switch tree.kind {
        case .folder(let path, _): throw refused(path, "is named as the place of \(project)")
        case .repository(let url, _, let commit):
            try admit(place: url, "the place of \(project)")
            guard GitMirror.isCommit(commit) else {
                throw refused(commit, "is named as the commit of \(project), and is none,")
            }
        }
        if let folder = tree.subdirectory, !folder.isInnerPath {
            throw refused(folder, "is named as the folder of \(project) in its repository, and leads out of it,")
        }
    }

    /// Whether a file lies in one of the folders that the machine's user offers to everybody (`--find-links`): what a
    /// recipe is resolved from may stand in its lock.
    private func isOffered(_ path: String) -> Bool {
        let folder = FilePath(path).removingLastComponent()
        guard folder.isAbsolute, folder.lexicallyNormalized() == folder else { return false }
        let here = FilePath(FileManager.default.currentDirectoryPath)
        return settings.findLinks.contains { place in
            (try? ResourceURL(Self.fileURL(place, from: here)))?.filePath?.lexicallyNormalized() == folder
        }
    }

    /// Admits a URL of a server. What this does not understand is not for servers.
    private func admit(place: String, _ role: String) throws {
        let scheme = place.prefix { $0 != ":" }.lowercased()
        if ["https", "http"].contains(scheme), place.dropFirst(scheme.count).hasPrefix("://"),
            let url = try? ResourceURL(place), url.filePath == nil, !url.host.isEmpty
        {
            return
        }
        throw refused(withoutCredentials(place), "is named as \(role)")
    }

    private func refused(_ place: String, _ message: String) -> BuilderError {
        BuilderError(
            .foreignInput, subject: place,
            message: "\(message) by a recipe or lock that was sent to the server, which may name http and https places "
                + "alone: the server's own files, keys and accounts are not for those who send it recipes",
            advice: "put the recipe into the server's recipes folder, or name an https place")
    }

    /// Nothing of a foreign input runs with this user's sight of the machine.
    func admit(_ sandbox: Sandbox, toBuild source: String) throws {
        guard settings.isForeign else { return }
        if case .bubblewrap = sandbox { return }
        throw BuilderError(
            .foreignInput, subject: source,
            message:
                "is a source that a recipe or lock which was sent to the server has built, and this machine has no "
                + "sandbox that it could be built in",
            advice:
                "install bubblewrap on the server (`apt-get install bubblewrap`, and unprivileged user namespaces), "
                + "choose a version that has a wheel, or put the recipe into the server's recipes folder")
    }

    /// How servers are asked, and who we are to them: to those that a foreign input leads to, nobody, unless the machine's
    /// user named them too, and nothing at link-local addresses.
    func transfer() throws -> Transfer {
        let environment = processEnvironment()
        var options = try TransferOptions.ofUserAndPip(environment: environment)
        if settings.isForeign {
            options.credentials = .ofUser(environment: environment, onlyWhereNamed: true)
            options.refusesLinkLocal = true
        }
        return Transfer(options)
    }
}
