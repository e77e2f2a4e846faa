internal import JobModel

/// What is left while a plan is made.
struct Room {
    private let snapshot: Snapshot
    private let settings: [String: QueueSettings]
    private var nodes: [Snapshot.Node]
    /// By queue, what it and those below it hold.
    private var held: [String: Usage] = [:]
    private var total = Usage()

    init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        settings = Dictionary(snapshot.queues.map { ($0.name, $0) }) { first, _ in first }
        nodes = snapshot.nodes
        for (queue, usage) in snapshot.held { take(usage, in: queue) }
    }

    /// The queues that a queue counts for: itself and those above it that an admin has set up.
    func path(of queue: String) -> [QueueSettings] {
        Self.names(above: queue).compactMap { settings[$0] }
    }

    /// Why there is no room for a unit; `nil` where there is.
    func shortage(for unit: Usage, _ pieces: [Ask.Piece], in queue: String) -> Wait? {
        for settings in path(of: queue) {
            if let shortage = settings.caps.shortage(for: unit, beside: held[settings.name] ?? Usage()) {
                return .cap(shortage, queue: settings.name)
            }
        }
        if let shortage = snapshot.caps.shortage(for: unit, beside: total) { return .cap(shortage, queue: nil) }
        guard place(pieces) == nil else { return nil }
        let (free, all) = nodes.reduce((Resources.none, Resources.none)) { ($0.0 + $1.free, $0.1 + $1.allocatable) }
        if let shortage = unit.resources.shortage(in: free, of: all) { return .room(shortage) }
        return .room(largestPiece(pieces) { $0.free } ?? .init(resource: "cpu", asked: 0, free: 0, limit: 0))
    }

    /// Why there would be no room even if nothing ran; `nil` where there would. A cap that pauses says nothing of that.
    func impossibility(of unit: Usage, _ pieces: [Ask.Piece], in queue: String) -> Wait? {
        for settings in path(of: queue) {
            if let shortage = settings.caps.unpaused.shortage(for: unit, beside: Usage()) {
                return .neverFits(shortage, queue: settings.name)
            }
        }
        if let shortage = snapshot.caps.unpaused.shortage(for: unit, beside: Usage()) {
            return .neverFits(shortage, queue: nil)
        }
        let empty = nodes.map(\.allocatable)
        if Self.place(pieces, on: empty) != nil { return nil }
        let all = empty.reduce(.none, +)
        if let shortage = unit.resources.shortage(in: all, of: all) { return .neverFits(shortage, queue: nil) }
        return largestPiece(pieces) { $0.allocatable }.map { .neverFits($0, queue: nil) }
    }

    /// Takes room for a unit that has it, and says where.
    mutating func admit(_ unit: Usage, _ pieces: [Ask.Piece], in queue: String) -> [String] {
        let places = place(pieces) ?? []
        var next = places.makeIterator()
        for piece in pieces {
            for _ in 0..<piece.count {
                if let index = next.next() { nodes[index].free -= piece.resources }
            }
        }
        take(unit, in: queue)
        return places.map { nodes[$0].name }
    }

    private mutating func take(_ usage: Usage, in queue: String) {
        total = total + usage
        for name in Self.names(above: queue) { held[name] = (held[name] ?? Usage()) + usage }
    }

    private func place(_ pieces: [Ask.Piece]) -> [Int]? { Self.place(pieces, on: nodes.map(\.free)) }

    /// A node for each process, or `nil` where one finds none. The fullest node that fits, so that others stay free.
    private static func place(_ pieces: [Ask.Piece], on nodes: [Resources]) -> [Int]? {
        var nodes = nodes
        var places: [Int] = []
        for piece in pieces {
            for _ in 0..<piece.count {
                let fitting = nodes.indices.filter { piece.resources.fits(in: nodes[$0]) }
                guard
                    let best = fitting.min(by: { (nodes[$0].memory, nodes[$0].cpu) < (nodes[$1].memory, nodes[$1].cpu) }
                    )
                else { return nil }
                nodes[best] -= piece.resources
                places.append(best)
            }
        }
        return places
    }

    /// What the first process that fits nowhere by itself lacks at the best place for it.
    private func largestPiece(
        _ pieces: [Ask.Piece], on room: (Snapshot.Node) -> Resources
    ) -> Wait.Shortage? {
        for piece in pieces where !nodes.contains(where: { piece.resources.fits(in: room($0)) }) {
            let best = nodes.map(room).max { ($0.memory, $0.cpu) < ($1.memory, $1.cpu) } ?? .none
            if let shortage = piece.resources.shortage(in: best, of: best) { return shortage }
        }
        guard let piece = pieces.first else { return nil }
        let free = nodes.reduce(Resources.none) { $0 + room($1) }
        return .init(resource: "memory", asked: piece.resources.memory, free: free.memory, limit: free.memory)
    }

    /// `a.b.c` gives itself, `a.b` and `a`.
    private static func names(above queue: String) -> [String] {
        var names = [queue]
        var rest = queue[...]
        while let dot = rest.lastIndex(of: ".") {
            rest = rest[..<dot]
            names.append(String(rest))
        }
        return names
    }
}

extension Caps {
    /// What is too little for something beside what is held.
    func shortage(for unit: Usage, beside held: Usage) -> Wait.Shortage? {
        func check(_ resource: String, _ asked: Int64, _ held: Int64, _ limit: Int64?) -> Wait.Shortage? {
            guard let limit, asked > 0, asked > limit - held else { return nil }
            return Wait.Shortage(resource: resource, asked: asked, free: limit - held, limit: limit)
        }
        if let shortage = check("drivers", Int64(unit.drivers), Int64(held.drivers), drivers.map(Int64.init))
            ?? check("cpu", unit.resources.cpu, held.resources.cpu, cpu)
            ?? check("memory", unit.resources.memory, held.resources.memory, memory)
        {
            return shortage
        }
        for (name, limit) in named.sorted(by: { $0.key < $1.key }) {
            if let shortage = check(
                name, unit.resources.named[name] ?? 0, held.resources.named[name] ?? 0, limit)
            {
                return shortage
            }
        }
        return nil
    }
}

extension Resources {
    /// The first resource of which there is too little.
    func shortage(in free: Resources, of all: Resources) -> Wait.Shortage? {
        if cpu > free.cpu { return .init(resource: "cpu", asked: cpu, free: free.cpu, limit: all.cpu) }
        if memory > free.memory {
            return .init(resource: "memory", asked: memory, free: free.memory, limit: all.memory)
        }
        for (name, asked) in named.sorted(by: { $0.key < $1.key }) where asked > free.named[name] ?? 0 {
            return .init(
                resource: name, asked: asked, free: free.named[name] ?? 0, limit: all.named[name] ?? 0)
        }
        return nil
    }
}
