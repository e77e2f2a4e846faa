internal import Archive
internal import FileSystem
public import SupplyChain
public import SystemPackage

/// Advisories as an OSV database exports them: one JSON file, a folder of them, or a zip.
public struct AdvisoryFiles: Sendable {
    public let path: FilePath

    public init(_ path: FilePath) {
        self.path = path
    }

    /// More than any advisory has.
    private static let limit = 64 << 20

    /// Hands over each advisory with its name, folders and zips by name. Blocks.
    ///
    /// - Throws: `SupplyChainError` (`unreadable`, `noAdvisory` where there is none at all), and what `body` throws.
    public func each(_ body: (_ name: String, _ bytes: [UInt8]) throws -> Void) throws {
        var count = 0
        func take(_ name: String, _ bytes: [UInt8]) throws {
            count += 1
            try body(name, bytes)
        }
        if path.isFolder {
            try walk(path, take)
        } else if path.extension == "zip" {
            let archive: ZipArchive
            do {
                archive = try ZipArchive(
                    source: FileSource(path), limits: ZipLimits(totalSize: 32 << 30, directorySize: 512 << 20))
            } catch {
                throw unreadable(path, "\(error)", cause: error)
            }
            for member in archive.directory.members where member.name.hasSuffix(".json") {
                try take("\(path)!\(member.name)", archive.contents(of: member, limit: Self.limit))
            }
        } else {
            try take(path.string, read(path))
        }
        guard count > 0 else {
            throw SupplyChainError(
                .noAdvisory, path.string, "holds no advisories", advice: "name a folder or zip of OSV's .json files")
        }
    }

    private func walk(_ folder: FilePath, _ body: (String, [UInt8]) throws -> Void) throws {
        let names: [String]
        do {
            names = try folder.folderNames()
        } catch {
            throw unreadable(folder, "\(error)", cause: error)
        }
        for name in names {
            let path = folder.appending(name)
            if path.isFolder {
                try walk(path, body)
            } else if name.hasSuffix(".json") {
                try body(path.string, read(path))
            }
        }
    }

    private func read(_ path: FilePath) throws -> [UInt8] {
        do {
            return try path.fileContents(limit: Self.limit)
        } catch {
            throw unreadable(path, "\(error)", cause: error)
        }
    }

    private func unreadable(_ path: FilePath, _ why: String, cause: any Error) -> SupplyChainError {
        SupplyChainError(
            .unreadable, path.string, "cannot be read: \(why)",
            advice: "name an advisory, or a folder or zip of them, as an OSV database exports them", cause: cause)
    }
}

extension AdvisoryFiles {
    /// The advisories on some packages.
    ///
    /// - Throws: as ``each(_:)``, and `SupplyChainError` (`noAdvisory`) for a file that is none.
    public func advisories(on packages: Set<AffectedPackage>) throws -> [AffectedPackage: [Advisory]] {
        var found: [AffectedPackage: [Advisory]] = [:]
        try each { name, bytes in
            let advisory = try Advisory(parsing: bytes, name: name)
            for package in Set(advisory.affected.map(\.package)) where packages.contains(package) {
                found[package, default: []].append(advisory)
            }
        }
        return found
    }
}
