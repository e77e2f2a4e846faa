/// What is going to happen, and when: by time, and what falls on one moment in the order in which it was put down.
struct Agenda<Event> {
    private struct Entry {
        let at: Int64
        let number: Int
        let event: Event

        func precedes(_ other: Entry) -> Bool { (at, number) < (other.at, other.number) }
    }

    private var heap: [Entry] = []
    private var count = 0

    var next: Int64? { heap.first?.at }

    mutating func put(_ event: Event, at time: Int64) {
        count += 1
        heap.append(Entry(at: time, number: count, event: event))
        var index = heap.count - 1
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func take() -> (at: Int64, event: Event)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { break }
            let least = left + 1 < heap.count && heap[left + 1].precedes(heap[left]) ? left + 1 : left
            guard heap[least].precedes(heap[index]) else { break }
            heap.swapAt(index, least)
            index = least
        }
        return (first.at, first.event)
    }
}
