internal import FileSystem
internal import FoundationEssentials
public import SystemPackage

/// Turns a definition into a lock: apt's own solver chooses from what the machine's sources serve today.
public struct BaseLocker: Sendable {
    let sources: FilePath?

    /// - Parameter sources: a file or folder of apt sources in place of the machine's.
    public init(sources: FilePath? = nil) {
        self.sources = sources
    }

    /// Resolves every architecture of a definition. Blocks; reads the package lists over the network.
    ///
    /// - Parameter scratch: an empty folder for apt's lists, about 50 MB an architecture.
    /// - Throws: ``BaseError`` where sources are missing, unreachable, or do not have the packages.
    public func lock(_ definition: BaseDefinition, scratch: FilePath) throws -> BaseLock {
        let sources = try AptSources.machine(
            suites: definition.suites, components: definition.components, override: sources)
        var parts: [BaseLock.Part] = []
        for name in definition.architectures.sorted() {
            guard let architecture = DebianArchitecture(rawValue: name) else { continue }
            let apt = try AptRoot(in: scratch.appending(name), architecture: architecture, sources: sources)
            let packages = try apt.solve(definition.packages, subject: definition.name)
            parts.append(BaseLock.Part(architecture: architecture, epoch: try apt.date(), packages: packages))
        }
        return BaseLock(
            name: definition.name, suites: definition.suites, components: definition.components,
            exclude: definition.exclude, include: definition.include, python: definition.python,
            environment: definition.environment, labels: definition.labels, parts: parts)
    }

    /// Locks the definition in a file and writes the lock. Blocks.
    ///
    /// - Parameter folder: where apt's lists may lie meanwhile, in a new folder that is removed in the end.
    public func lock(definitionAt file: FilePath, to target: FilePath, workingIn folder: FilePath) throws -> BaseLock {
        guard let text = try? String(contentsOfFile: file.string, encoding: .utf8) else {
            throw BaseError(
                .notFound, file.string, "cannot be read", advice: "name a definition: base-images/NAME.yaml")
        }
        let definition = try BaseDefinition(yaml: text, file: file.string)
        let scratch = folder.appending("locking-\(ProcessInfo.processInfo.processIdentifier)")
        try BaseImages.clear(scratch)
        try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
        let result = Result { try self.lock(definition, scratch: scratch) }
        try BaseImages.clear(scratch)
        let made = try result.get()
        do {
            try target.replaceFile(with: Array(made.toml.utf8))
        } catch {
            throw BaseError(
                .unwritable, target.string, "cannot be written: \(error)", advice: "name another place with -o",
                cause: error)
        }
        return made
    }
}
