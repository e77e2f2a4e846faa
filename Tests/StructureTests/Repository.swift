import Foundation

/// The files of this repository, as the tests see them.
enum Repository {
    static let root: String = {
        // Tests/StructureTests/Repository.swift
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(3)
        return path.joined(separator: "/")
    }()

    /// Every file that is not ignored, relative to the root. Files that only a build or a cache has made are left out.
    static let files: [String] = {
        let made: Set<String> = [".build", ".git", ".swiftpm", ".cache", "Package.resolved", "__pycache__"]
        var found: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            for entry in entries where !made.contains(entry) && !entry.hasPrefix(".build") {
                let path = folder.isEmpty ? entry : "\(folder)/\(entry)"
                let type = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type]
                switch type as? FileAttributeType {
                case .typeDirectory: folders.append(path)
                case .typeRegular: found.append(path)
                default: break
                }
            }
        }
        return found.sorted()
    }()

    static func contents(of file: String) -> Data {
        (try? Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)"))) ?? Data()
    }
}
