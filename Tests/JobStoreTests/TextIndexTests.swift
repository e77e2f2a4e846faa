import JobModel
import JobSupport
import TestSupport
import Testing

@testable import JobStore

@Suite("the index of texts")
struct TextIndexTests {
    private static func words(_ random: inout SeededGenerator) -> [(position: Int, bytes: [UInt8])] {
        var words: [(position: Int, bytes: [UInt8])] = []
        for position in 0..<1024 where position % 10 != 3 {
            let letters = (0..<Int.random(in: 0...40, using: &random)).map { _ in random.pick(Array("abcdéz-0=\n")) }
            words.append((position, Array(String(letters).utf8)))
        }
        return words
    }

    private func jobs(with text: [UInt8], in buckets: [[UInt8]]) -> PositionSet {
        var found = PositionSet.all
        for piece in TextIndex.pieces(of: text) {
            let set = buckets[piece.bucket].withUnsafeBytes { TextIndex.jobs(with: piece, in: $0) }
            found.formIntersection(set)
        }
        return found
    }

    @Test("leaves out none that has a text, and for up to three bytes gives no other", arguments: 0..<4)
    func texts(seed: Int) {
        var random = SeededGenerator(UInt64(seed))
        let words = Self.words(&random)
        let buckets = TextIndex.buckets(of: words)
        #expect(buckets.count == TextIndex.bucketCount)
        for _ in 0..<300 {
            let letters = (0..<Int.random(in: 1...7, using: &random)).map { _ in random.pick(Array("abcdéz-0=q")) }
            let text = Array(String(letters).utf8)
            var expected = PositionSet()
            for (position, bytes) in words where bytes.indices.contains(where: { bytes[$0...].starts(with: text) }) {
                expected.insert(position)
            }
            var found = jobs(with: text, in: buckets)
            if text.count <= 3 {
                #expect(found == expected, "\(text)")
            } else {
                found.formIntersection(expected)
                #expect(found == expected, "\(text)")
            }
        }
    }

    @Test("bytes that are no bucket do no harm")
    func garbage() {
        var random = SeededGenerator(9)
        for count in 0..<200 {
            let bucket = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let piece = TextIndex.Piece(bytes: [bucket.first ?? 0, 1, 2])
            _ = bucket.withUnsafeBytes { TextIndex.jobs(with: piece, in: $0) }
        }
    }

    @Test("words are cut where a character ends, in lower case, and hold what people look for")
    func words() {
        let job = Job.sample("Nightly Überweisung") { request in
            request.labels = ["schema": "Sales", "table": "T"]
            request.groups = [TaskGroup(name: "workers")]
            request.groups[0].task.command = ["Mpirun", "-n", "4"]
        }
        #expect(
            job.words
                == "nightly überweisung\n\(job.id)\n/jobs/nightly überweisung.py\nmpirun -n 4\nschema=sales\ntable=t")
        #expect(searchable("ab\0É", limit: 10) == "ab é")
        #expect(searchable("aééé", limit: 4) == "aé")
        let long = Job.sample(String(repeating: "é", count: 250)) {
            $0.task.command = Array(repeating: "wörter", count: 900)
        }
        #expect(long.words.utf8.count <= 2000 && long.words.utf8.count > 1990)
    }
}
