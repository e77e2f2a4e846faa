import JobModel
import Testing

@Suite("A job's states")
struct JobStateTests {
    @Test("every state is reached from the first, and every one leads to an end")
    func reachable() {
        func reach(from start: JobState) -> Set<JobState> {
            var seen: Set<JobState> = [start]
            var rest = [start]
            while let state = rest.popLast() { rest += state.followers.filter { seen.insert($0).inserted } }
            return seen
        }
        #expect(reach(from: .accepted) == Set(JobState.allCases))
        for state in JobState.allCases { #expect(!reach(from: state).filter(\.isFinal).isEmpty) }
    }

    @Test("what succeeded stays so, and what has not ended can be killed")
    func ends() {
        #expect(JobState.succeeded.followers.isEmpty)
        for state in JobState.allCases where !state.isFinal { #expect(state.followers.contains(.killed)) }
        for state in [JobState.failed, .killed] { #expect(state.followers == [.preparing, .queued]) }
    }

    @Test("room is given by admission alone")
    func room() {
        for state in JobState.allCases where !state.holdsRoom && state != .queued {
            #expect(state.followers.filter(\.holdsRoom).isEmpty, "\(state)")
        }
        #expect(JobState.queued.followers.filter(\.holdsRoom) == [.admitted])
    }
}

@Suite("Resources")
struct ResourcesTests {
    @Test("are added, multiplied and compared in everything that is counted")
    func arithmetic() {
        let one = Resources(cpu: 500, memory: 1 << 30, named: ["gpu": 1])
        let two = one + one
        #expect(two == one * 2)
        #expect(one.fits(in: two) && !two.fits(in: one))
        #expect((two - one) == one)
        #expect(!one.fits(in: Resources(cpu: 1000, memory: 1 << 40)))
        #expect(Resources(named: ["gpu": 0]).fits(in: .none))
    }

    @Test("never wrap around")
    func overflow() {
        let most = Resources(cpu: .max, memory: .max)
        #expect(most + most == most)
        #expect(Resources(memory: 1 << 62) * 4 == Resources(memory: .max))
    }
}

@Suite("Trying again")
struct RetryPolicyTests {
    @Test("waits twice as long each time, up to the longest")
    func backoff() {
        var policy = RetryPolicy()
        policy.backoff = 1000
        policy.longestBackoff = 5000
        #expect((1...5).map(policy.wait(after:)) == [1000, 2000, 4000, 5000, 5000])
        #expect(policy.wait(after: 1_000_000) == 5000)
    }
}
