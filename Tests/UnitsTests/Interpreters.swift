import Foundation
import SystemPackage
import TestSupport

/// The CPythons of this machine, one for each X.Y from 3.9 on: the system's, and those that pyenv has built.
enum Interpreters {
    struct Found: Sendable, CustomStringConvertible {
        let minor: Int
        let path: String
        var description: String { path }
    }

    static let found: [Found] = (9...14).compactMap { minor in
        candidates(minor).first { FileManager.default.isExecutableFile(atPath: $0) }
            .map { Found(minor: minor, path: $0) }
    }

    private static func candidates(_ minor: Int) -> [String] {
        let root = ProcessInfo.processInfo.environment["PYENV_ROOT"] ?? NSHomeDirectory() + "/.pyenv"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root + "/versions")) ?? []
        let built = versions.filter { $0.hasPrefix("3.\(minor).") }.sorted()
            .map { "\(root)/versions/\($0)/bin/python3.\(minor)" }
        return ["/usr/bin/python3.\(minor)", "/usr/local/bin/python3.\(minor)"] + built
    }
}
