import JobModel
import Testing

@Suite("A job's id")
struct JobIDTests {
    @Test("is a ULID in lower case")
    func text() throws {
        // The time 1469918176385 is the ULID specification's own example: 01ARYZ6S41….
        var generator = SystemRandomNumberGenerator()
        let id = JobID(at: Moment(milliseconds: 1_469_918_176_385), using: &generator)
        #expect(id.description.hasPrefix("01aryz6s41"))
        #expect(id.description.utf8.count == 26)
        #expect(id.moment.milliseconds == 1_469_918_176_385)
        #expect(JobID(id.description) == id)
        #expect(JobID(id.description.uppercased()) == id)
    }

    @Test("sorts as its text does, by time first")
    func order() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<200).map { JobID(at: Moment(milliseconds: Int64($0 / 3)), using: &generator) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
        #expect(ids.sorted().map(\.moment) == ids.map(\.moment).sorted())
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "01aryz6s41", "81aryz6s410000000000000000", "01aryz6s41000000000000000u", "01aryz6s41000000000000000é",
            "01aryz6s4100000000000000000",
        ])
    func refused(text: String) {
        #expect(JobID(text) == nil)
    }
}
