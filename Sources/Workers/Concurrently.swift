/// Does something asynchronous with each item, with at most `limit` of them at once, and gives the results in the
/// items' order. Items are begun in order.
///
/// - Throws: the first error that comes; what is under way then is cancelled.
public func concurrently<Item: Sendable, Result: Sendable>(
    _ items: [Item], atMost limit: Int, _ body: @escaping @Sendable (Item) async throws -> Result
) async throws -> [Result] {
    var results = [Result?](repeating: nil, count: items.count)
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var next = items.indices.makeIterator()
        func start() {
            guard let number = next.next() else { return }
            let item = items[number]
            group.addTask { (number, try await body(item)) }
        }
        for _ in 0..<max(1, limit) { start() }
        while let (number, result) = try await group.next() {
            results[number] = result
            start()
        }
    }
    return results.compactMap { $0 }
}
