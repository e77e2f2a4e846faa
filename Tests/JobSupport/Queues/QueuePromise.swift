internal import JobQueue

/// What every queue promises, a claim at a time, for tests that are given a new and empty queue.
public enum QueuePromise: String, CaseIterable, Sendable {
    case givesInOrderOfArrival
    case givesNoMoreThanAskedFor
    case givesMessagesAsTheyWere
    case waitsUntilSomethingComes
    case givesHeldMessagesToNobodyElse
    case forgetsWhatWasAcknowledged
    case takesAnAcknowledgementTwice
    case givesReleasedMessagesAgain
    case releasesOnlyWhatIsHeld
    case givesConcurrentReceiversDifferentMessages
    case losesNothingByCancellation
    case endsWaitingByCancellation
    case tellsItsDepth
    case givesBackWhatADeadHolderHeld

    /// - Throws: ``BrokenPromise``.
    public func check(_ subject: QueueUnderTest) async throws {
        let queue = subject.queue
        switch self {
        case .givesInOrderOfArrival: try await order(queue)
        case .givesNoMoreThanAskedFor: try await limit(queue)
        case .givesMessagesAsTheyWere: try await content(queue)
        case .waitsUntilSomethingComes: try await waiting(queue)
        case .givesHeldMessagesToNobodyElse: try await holding(queue)
        case .forgetsWhatWasAcknowledged: try await acknowledging(queue)
        case .takesAnAcknowledgementTwice: try await acknowledgingTwice(queue)
        case .givesReleasedMessagesAgain: try await releasing(queue)
        case .releasesOnlyWhatIsHeld: try await releasingOthers(queue)
        case .givesConcurrentReceiversDifferentMessages: try await concurrency(queue)
        case .losesNothingByCancellation: try await cancellation(queue)
        case .endsWaitingByCancellation: try await endOfWaiting(queue)
        case .tellsItsDepth: try await depth(queue)
        case .givesBackWhatADeadHolderHeld: try await death(subject)
        }
    }

    private func order(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(30)
        try await queue.publish(Array(messages[..<10]))
        for message in messages[10..<20] { try await queue.publish([message]) }
        let first = try await queue.receive(exactly: 15, limit: 4)
        try await queue.publish(Array(messages[20...]))
        let rest = try await queue.receive(exactly: 15, limit: 100)
        try expect((first + rest).map(\.message), is: messages, "the messages")
        try expect(!(first + rest).contains(where: \.isRedelivered), "a first delivery is marked as another one")
    }

    private func limit(_ queue: any JobQueue) async throws {
        try await queue.publish([])
        try await queue.publish(JobMessage.samples(10))
        let found = try await queue.receive(limit: 3)
        try expect((1...3).contains(found.count), "\(found.count) messages came where 3 were asked for")
        let none = try await queue.receive(limit: 0)
        try expect(none.isEmpty, "messages came where none were asked for")
    }

    private func content(_ queue: any JobQueue) async throws {
        let messages =
            JobMessage.samples(1) + [
                .submission(document: Array("{\"file\":\"a.py\"}".utf8), tenant: "acme", user: "ann"),
                .submission(document: [], tenant: "", user: ""),
                .submission(document: [0, 255, 10] + [UInt8](repeating: 7, count: 300_000), tenant: "ü", user: "a\nb"),
            ]
        try await queue.publish(messages)
        let found = try await queue.receive(exactly: messages.count)
        try expect(found.map(\.message) == messages, "messages are not what they were")
        try expect(Set(found.map(\.id)).count, is: messages.count, "names of deliveries")
    }

    private func waiting(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(3)
        let waiters = (0..<3).map { _ in Task { try await queue.receive(limit: 1) } }
        try await Task.sleep(for: .milliseconds(30))
        for message in messages {
            try await queue.publish([message])
            try await Task.sleep(for: .milliseconds(5))
        }
        var found: Set<JobMessage> = []
        for waiter in waiters { found.formUnion(try await waiter.value.map(\.message)) }
        try expect(found, is: Set(messages), "what waiting receivers got")
    }

    private func holding(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(2)
        try await queue.publish([messages[0]])
        _ = try await queue.receive(limit: 1)
        let other = Task { try await queue.receive(limit: 10) }
        try await Task.sleep(for: .milliseconds(30))
        try await queue.publish([messages[1]])
        let found = try await other.value.map(\.message)
        try expect(found, is: [messages[1]], "what another receiver got")
    }

    private func acknowledging(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(4)
        try await queue.publish(messages)
        let held = try await queue.receive(exactly: 3)
        try await queue.acknowledge(held.map(\.id))
        let rest = try await queue.receive(exactly: 1)
        try expect(rest.map(\.message), is: [messages[3]], "what was left")
        try await queue.release(held.map(\.id))
        try await queue.publish([messages[0]])
        let next = try await queue.receive(limit: 10)
        try expect(next.count, is: 1, "messages after an acknowledgement")
    }

    private func acknowledgingTwice(_ queue: any JobQueue) async throws {
        try await queue.publish(JobMessage.samples(1))
        let held = try await queue.receive(limit: 1).map(\.id)
        for _ in 0..<2 { try await queue.acknowledge(held) }
        try await queue.acknowledge([Delivery.ID("never there"), Delivery.ID("999999999"), Delivery.ID("")])
        try await queue.acknowledge([])
    }

    private func releasing(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(5)
        try await queue.publish(messages)
        let held = try await queue.receive(exactly: 3)
        try await queue.release([held[2].id, held[0].id])
        let again = try await queue.receive(exactly: 4)
        try expect(Set(again.map(\.message)), is: Set([0, 2, 3, 4].map { messages[$0] }), "what came again")
        let released = again.filter { $0.message == messages[0] || $0.message == messages[2] }
        try expect(released.allSatisfy(\.isRedelivered), "a message that was given back is not marked")
        // A receiver that waits is told too.
        let waiter = Task { try await queue.receive(limit: 1) }
        try await Task.sleep(for: .milliseconds(30))
        try await queue.release([held[1].id])
        let last = try await waiter.value
        try expect(last.map(\.message), is: [messages[1]], "what a waiting receiver got")
        try expect(last[0].isRedelivered, "a message that was given back is not marked")
    }

    private func releasingOthers(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(2)
        try await queue.publish(messages)
        let held = try await queue.receive(exactly: 1)
        for _ in 0..<2 { try await queue.release(held.map(\.id)) }
        try await queue.release([Delivery.ID("never there"), Delivery.ID("999999999")])
        let found = try await queue.receive(exactly: 2)
        try expect(found.map(\.message), is: messages, "what came after a second release")
    }

    private func concurrency(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(600)
        let found = try await withThrowingTaskGroup(of: [JobMessage].self) { group in
            for lane in 0..<6 {
                group.addTask {
                    var found: [JobMessage] = []
                    // Each gets its share, whatever order they come in.
                    while found.count < 100 {
                        let deliveries = try await queue.receive(limit: min(7, 100 - found.count))
                        found += deliveries.map(\.message)
                        if lane % 2 == 0 { try await queue.acknowledge(deliveries.map(\.id)) }
                    }
                    return found
                }
            }
            for part in stride(from: 0, to: 600, by: 50) {
                group.addTask {
                    try await queue.publish(Array(messages[part..<part + 50]))
                    return []
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try expect(found.count, is: 600, "deliveries")
        try expect(Set(found), is: Set(messages), "messages")
    }

    private func cancellation(_ queue: any JobQueue) async throws {
        let messages = JobMessage.samples(200)
        var found: [JobMessage] = []
        for message in messages {
            let receivers = (0..<2).map { _ in Task { try await queue.receive(limit: 3) } }
            let publisher = Task { try await queue.publish([message]) }
            if Bool.random() { await Task.yield() }
            for receiver in receivers { receiver.cancel() }
            try await publisher.value
            for receiver in receivers {
                do {
                    found += try await receiver.value.map(\.message)
                } catch is CancellationError {
                    continue
                }
            }
        }
        found += try await queue.receive(exactly: messages.count - found.count).map(\.message)
        try expect(found.count, is: messages.count, "deliveries")
        try expect(Set(found), is: Set(messages), "messages")
    }

    private func endOfWaiting(_ queue: any JobQueue) async throws {
        let waiters = (0..<5).map { _ in Task { try await queue.receive(limit: 1) } }
        try await Task.sleep(for: .milliseconds(20))
        for waiter in waiters { waiter.cancel() }
        for waiter in waiters {
            do {
                _ = try await waiter.value
                throw BrokenPromise(description: "a receiver that was cancelled got something")
            } catch is CancellationError {
                continue
            }
        }
    }

    private func depth(_ queue: any JobQueue) async throws {
        guard try await queue.depth() != nil else { return }
        try expect(try await queue.depth(), is: 0, "the depth of an empty queue")
        try await queue.publish(JobMessage.samples(5))
        let held = try await queue.receive(exactly: 2)
        try expect(try await queue.depth(), is: 5, "the depth with held messages")
        try await queue.acknowledge([held[0].id])
        try await queue.release([held[1].id])
        try expect(try await queue.depth(), is: 4, "the depth after an acknowledgement")
    }

    private func death(_ subject: QueueUnderTest) async throws {
        guard let reopen = subject.reopen else { return }
        let messages = JobMessage.samples(6)
        try await subject.queue.publish(messages)
        let held = try await subject.queue.receive(exactly: 4)
        try await subject.queue.acknowledge([held[1].id])
        try await subject.queue.release([held[2].id])
        let queue = try await reopen()
        let found = try await queue.receive(exactly: 5)
        try expect(found.map(\.message), is: [0, 2, 3, 4, 5].map { messages[$0] }, "what the next holder finds")
        try expect(found.prefix(3).allSatisfy(\.isRedelivered), "what was delivered before is not marked")
        let late = JobMessage.samples(1)
        try await queue.publish(late)
        let fresh = try await queue.receive(exactly: 1)
        try expect(fresh.map(\.message), is: late, "what came later")
        try expect(!fresh[0].isRedelivered, "a first delivery is marked as another one")
    }
}
