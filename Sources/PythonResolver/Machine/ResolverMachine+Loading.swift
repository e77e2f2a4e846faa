internal import PubGrub
internal import PythonPackaging

extension ResolverMachine {
    /// Whether the project's listing is there; if not it is read, or asked for.
    func isListed(_ project: Project) throws -> Bool {
        switch project.state {
        case .listed: return true
        case .awaited: return false
        case .failed(let error): throw error
        case .unknown: break
        }
        if let url = project.url {
            project.state = .awaited
            needs.append(.direct(project.name, url: url))
            return false
        }
        if let listing = try provider.storedListing(of: project.name) {
            project.take(listing)
            return true
        }
        project.state = .awaited
        needs.append(.listing(project.name))
        return false
    }

    /// A file's metadata, `nil` if it has to be fetched.
    func metadata(of file: Int, of project: Project) throws -> DependencyTable.Entry? {
        let key = project.listing.files[file].key
        if let known = try storedMetadata(key, of: project) { return known }
        if let error = project.failures[key] { throw error }
        fetchMetadata(of: file, of: project)
        return nil
    }

    private func storedMetadata(_ key: UInt64, of project: Project) throws -> DependencyTable.Entry? {
        if let known = project.dependencies.entries[key] { return known }
        guard isStored.insert(project.number).inserted, project.url == nil else { return nil }
        let stored = try provider.storedDependencies(of: project.name)
        guard !stored.isEmpty else { return nil }
        project.take(stored)
        return stored.entries[key]
    }

    private func fetchMetadata(of file: Int, of project: Project) {
        let key = project.listing.files[file].key
        guard project.failures[key] == nil, project.awaited.insert(key).inserted else { return }
        needs.append(
            .metadata(project.name, project.listing, place: Int(project.listing.files[file].place), key: key))
    }

    // MARK: Looking ahead

    /// While the solve waits for one thing, asks for what it will most likely want next.
    ///
    /// That is the metadata of the newest version of everything undecided, the listings of what those versions depend
    /// on, and so on from there: a tree that is fetched level by level, not package by package. A project of which
    /// many versions were tried in vain gets many fetched at once.
    func lookAhead() {
        var frontier = pool.projects.indices.filter { isPromising(pool.projects[$0]) }
        while let index = frontier.popLast() {
            let project = pool.projects[index]
            let set = project.base.flatMap { solver.undecidedSet(of: $0) } ?? .full
            guard let version = candidate(of: project, in: set),
                case .file(let file) = project.availability(of: version, for: target)
            else { continue }
            guard let entry = try? storedMetadata(project.listing.files[file].key, of: project) else {
                // What a source distribution depends on may be known only when it is built: not on a mere chance.
                guard project.listing.files[file].isBuilt else { continue }
                fetchMetadata(of: file, of: project)
                fetchAhead(of: project, below: version, in: set)
                continue
            }
            guard isExplored.insert(project.listing.files[file].key).inserted else { continue }
            for extra in [nil] + project.withExtra.keys.sorted().map(Optional.some) {
                for number in requirements(entry, of: project, extra: extra) {
                    let other = pool.projects[Int(pool.all[Int(number)].project)]
                    if case .unknown = other.state, (try? isListed(other)) == true {
                        frontier.append(Int(other.number))
                    }
                }
            }
        }
    }

    private func isPromising(_ project: Project) -> Bool {
        guard case .listed = project.state, project.url == nil, !project.isMissing else { return false }
        guard let base = project.base else { return true }
        return solver.decision(of: base) == nil
    }

    /// After 5, 10 and 20 tried versions, and from then on every 20, fetches as many more as were tried, at most 50.
    private func fetchAhead(of project: Project, below version: Int, in set: VersionSet) {
        let count = project.tried.count
        let isDue =
            [5, 10, 20].contains { count >= $0 && project.fetchedAheadAt < $0 }
            || (count >= 20 && count - project.fetchedAheadAt >= 20)
        guard isDue else { return }
        project.fetchedAheadAt = count
        var left = min(count, 50)
        let limit = project.base.flatMap { solver.unchangingSet(of: $0) } ?? .full
        for index in (0..<version).reversed() where left > 0 {
            guard limit.contains(project.axis.position(of: index)),
                case .file(let file) = project.availability(of: index, for: target),
                project.listing.files[file].isBuilt,
                project.dependencies.entries[project.listing.files[file].key] == nil
            else { continue }
            fetchMetadata(of: file, of: project)
            left -= 1
        }
    }
}
