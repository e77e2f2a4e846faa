import MavenPackaging
import TestSupport
import Testing

@Suite("Maven's own resolver is the judge")
struct NearestAgainstMaven {
    /// `CHIDORI_DEEP=1` asks for more.
    private static let count = Peer.deep ? 900 : 150

    /// Of every other graph.
    private func hasCircles(_ folder: String) -> Bool { (folder.utf8.last ?? 0) % 2 == 0 }

    @Test("random graphs of POMs come to the same artifacts, in the same order", .enabled(if: MavenJudge.isHere))
    func randomGraphs() async throws {
        let scratch = try Scratch("maven-graphs")
        var folders: [String] = []
        for seed in 1...Self.count {
            var repository = RandomRepository(seed: UInt64(seed))
            repository.hasCircles = hasCircles("r\(seed)")
            folders.append("r\(seed)")
            try repository.write(to: scratch, "r\(seed)")
        }
        let answers = try await MavenJudge.resolve(folders.map { scratch.file($0) }, in: scratch)
        #expect(answers.count == folders.count)
        var wrong = 0
        var refused = 0
        var artifacts = 0
        var otherOnce = 0
        for (folder, theirs) in zip(folders, answers) {
            if theirs == ["?"] { continue }
            var repository = FolderRepository(scratch.file(folder))
            let ours: [String]
            do {
                ours = try repository.resolve()
            } catch let error as MavenPackagingError {
                ours = ["! \(error)"]
            }
            let bothRefuse = ours.first?.hasPrefix("!") == true && theirs.first?.hasPrefix("!") == true
            if bothRefuse { refused += 1 }
            artifacts += bothRefuse ? 0 : ours.count
            // Where nothing leads in circles, following each artifact once comes to the same, but for ties.
            if !bothRefuse, !hasCircles(folder), try repository.resolve(mostOnAllPaths: 0) != theirs { otherOnce += 1 }
            guard ours != theirs, !bothRefuse else { continue }
            wrong += 1
            if wrong <= 3 {
                Issue.record(
                    "\(folder)\n  Maven:\n\(theirs.joined(separator: "\n"))\n  we:\n\(ours.joined(separator: "\n"))")
            }
        }
        #expect(wrong == 0, "of \(folders.count)")
        #expect(otherOnce * 40 <= folders.count, "\(otherOnce) of \(folders.count)")
        // The graphs must be worth judging.
        #expect(refused < folders.count / 3)
        #expect(artifacts > folders.count * 3)
    }
}
