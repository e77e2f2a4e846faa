import Foundation
public import SystemPackage

/// An index that holds the pages and metadata which resolves have asked for, and asks the machine's own index for what it
/// lacks (`Tests/LocalIndex/local_index.py`). Two resolvers that read it see the same index.
public final class RecordedIndex: @unchecked Sendable {
    private let process = Process()
    /// The program ends when nobody holds the other end.
    private let input = Pipe()
    /// The index's root, for `--index-url`.
    public let url: String

    public struct DidNotStart: Error {}

    /// - Parameter folder: where what was asked for is kept.
    public init(_ folder: FilePath) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", Peer.repository.appending("Tests/LocalIndex/local_index.py").string, "record", folder.string,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard let line = String(data: output.fileHandleForReading.availableData, encoding: .utf8),
            let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw DidNotStart() }
        url = "http://127.0.0.1:\(port)/simple/"
    }
}
