/// Who may ask now and who waits: so many requests an origin at once, more once it turns out to take many on one
/// connection, first come first served.
struct Admission<Element> {
    /// For origins that need a connection for each request.
    let perOrigin: Int
    /// For origins that take many requests on one connection.
    let perMultiplexedOrigin: Int

    private struct Line {
        var waiting: [Element] = []
        var first = 0
        var active = 0
        var isMultiplexed = false
    }

    private var lines: [Origin: Line] = [:]
    /// Origins that may have somebody waiting.
    private var ready: Set<Origin> = []

    init(perOrigin: Int, perMultiplexedOrigin: Int) {
        self.perOrigin = max(1, perOrigin)
        self.perMultiplexedOrigin = max(perOrigin, perMultiplexedOrigin)
    }

    mutating func enqueue(_ element: Element, _ origin: Origin) {
        lines[origin, default: Line()].waiting.append(element)
        ready.insert(origin)
    }

    /// The next one that may start; it counts as active from now on.
    mutating func next() -> Element? {
        while let origin = ready.first {
            if var line = lines.removeValue(forKey: origin) {
                defer { lines[origin] = line }
                let limit = line.isMultiplexed ? perMultiplexedOrigin : perOrigin
                if line.first < line.waiting.count, line.active < limit {
                    line.active += 1
                    line.first += 1
                    let element = line.waiting[line.first - 1]
                    if line.first > 64, line.first * 2 > line.waiting.count {
                        line.waiting.removeFirst(line.first)
                        line.first = 0
                    }
                    return element
                }
            }
            ready.remove(origin)
        }
        return nil
    }

    /// One of the origin's active ones has ended.
    mutating func finished(_ origin: Origin, isMultiplexed: Bool) {
        lines[origin]?.active -= 1
        if isMultiplexed { lines[origin]?.isMultiplexed = true }
        ready.insert(origin)
    }

    /// Takes out those who wait and are not wanted any more.
    mutating func removeWaiting(where isUnwanted: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        for origin in lines.keys {
            guard var line = lines[origin] else { continue }
            let waiting = line.waiting[line.first...]
            removed += waiting.filter(isUnwanted)
            line.waiting = waiting.filter { !isUnwanted($0) }
            line.first = 0
            lines[origin] = line
        }
        return removed
    }
}
