import Foundation
import TestSupport
import Testing

@Suite("the files of the repository")
struct TextTests {
    @Test("there are files to look at")
    func found() {
        #expect(Repository.files.contains("Package.swift"))
        #expect(Repository.files.contains("Tests/StructureTests/TextTests.swift"))
        #expect(!Repository.files.contains { $0.hasPrefix(".build") })
    }

    /// The hosts of pip's default index and of its files, from pip's own source; none without pip.
    private static func defaultHosts() async -> [String] {
        let question = "from pip._internal.models.index import PyPI as p; print(p.netloc, p.file_storage_domain)"
        for python in [Peer.python, "python3"] {
            if let answer = try? await Command(python, ["-c", question]).run() {
                return answer.split(whereSeparator: \.isWhitespace).map(String.init)
            }
        }
        return []
    }

    static let hasPip = ["python3", Peer.python].contains { Peer.find($0) != nil }

    @Test("no file names the host of the default Python index: pip is asked for it", .enabled(if: hasPip, "needs pip"))
    func hosts() async throws {
        let hosts = await Self.defaultHosts()
        try #require(hosts.count == 2, "pip does not tell its default index any more")
        for file in Repository.files {
            let contents = Repository.contents(of: file)
            for host in hosts {
                #expect(contents.range(of: Data(host.utf8)) == nil, "\(file) names \(host)")
            }
        }
    }

    @Test("a file of more than 400 lines is listed with the reason why it is one concept")
    func length() {
        var long: Set<String> = []
        for source in SwiftSource.all where source.file.hasPrefix("Sources/") && source.lineCount > 400 {
            long.insert(source.file)
            let advice = "\(source.file) has \(source.lineCount) lines: look for a second concept in it"
            #expect(longFiles[source.file] != nil, "\(advice)")
        }
        #expect(Set(longFiles.keys).subtracting(long) == [], "these are listed and not long any more")
    }

    @Test("rooms that write what archives and images name tell a path's names apart by bytes")
    func pathNames() {
        let rooms = [
            "Archive", "BaseImages", "ContentStore", "FileSystem", "JobStore", "Layers", "LocalProvider", "Publishing",
            "SourceBuilds", "Supervision",
        ]
        for source in SwiftSource.all where rooms.contains(where: { source.file.hasPrefix("Sources/\($0)/") }) {
            for pattern in [#"split(separator: "/""#, #"components(separatedBy: "/""#, #".contains("..")"#]
            where Repository.contents(of: source.file).range(of: Data(pattern.utf8)) != nil {
                Issue.record("\(source.file) has \(pattern): see pathNames, isFileName and isInnerPath")
            }
        }
    }

    @Test("sources hold no postponed work and no forced try")
    func unfinished() {
        // Put together here, so that this file does not hold them.
        let marks = ["TO" + "DO", "FIX" + "ME", "try" + "! "]
        for source in SwiftSource.all {
            let contents = Repository.contents(of: source.file)
            for mark in marks where contents.range(of: Data(mark.utf8)) != nil {
                Issue.record("\(source.file) has \(mark)")
            }
        }
    }
}
