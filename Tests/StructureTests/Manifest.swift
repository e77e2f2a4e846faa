import Foundation
import TestSupport

/// `Package.swift` as SwiftPM itself understands it.
struct Manifest: Decodable, Sendable {
    struct Target: Decodable, Sendable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]

        /// Where its sources lie, relative to the root.
        var folder: String {
            path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)")
        }

        var isSystemLibrary: Bool { type == "system" }
        /// Whether it belongs to what is delivered, not to its tests.
        var isProduct: Bool { folder.hasPrefix("Sources/") }
        var dependencyNames: Set<String> { Set(dependencies.map(\.name)) }

        /// The modules that its files import.
        var imports: Set<String> {
            Set(SwiftSource.all.filter { $0.file.hasPrefix(folder + "/") }.flatMap(\.imports))
        }
    }

    /// `{"byName": [name, condition]}` or `{"product": [name, package, …]}`; every product we use is called as its module.
    struct Dependency: Decodable, Sendable {
        let name: String

        init(from decoder: any Decoder) throws {
            let entry = try decoder.singleValueContainer().decode([String: [Part]].self)
            guard let name = entry.values.first?.first?.text else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no name"))
            }
            self.name = name
        }

        /// The first part is the name; the rest may be anything.
        private struct Part: Decodable {
            let text: String?
            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }
    }

    let targets: [Target]

    /// Read once for all tests.
    static let shared = Task { try await read() }

    private static func read() async throws -> Manifest {
        // A scratch folder of its own: the usual one is locked by the test run that we are part of.
        let scratch = NSTemporaryDirectory() + "/chidori-manifest-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let swift = ProcessInfo.processInfo.environment["SWIFT_EXECUTABLE"] ?? "swift"
        let json = try await Command(
            swift, ["package", "dump-package", "--package-path", Repository.root, "--scratch-path", scratch]
        ).run()
        return try JSONDecoder().decode(Manifest.self, from: Data(json.utf8))
    }

    subscript(name: String) -> Target? { targets.first { $0.name == name } }
}
