internal import GRDB
internal import JobModel
internal import SQLite

/// What a transaction changes of how jobs are found and counted: gathered, and written once for all of its jobs.
struct FacetChanges {
    private struct Key: Hashable {
        var facet: Facet
        var run: Int64
    }

    private struct Change {
        var added = PositionSet()
        var removed = PositionSet()

        mutating func add(_ position: Int) {
            added.insert(position)
            removed.remove(position)
        }

        mutating func remove(_ position: Int) {
            removed.insert(position)
            added.remove(position)
        }
    }

    private struct Run {
        var jobs: Int64 = 0
        var earliest = Int64.max
        var latest = Int64.min
    }

    /// What is counted together.
    private struct Heap: Hashable {
        var tenant: String
        var queue: String
        var state: JobState
    }

    private var sets: [Key: Change] = [:]
    private var runs: [Int64: Run] = [:]
    private var counts: [Heap: Int64] = [:]
    /// Whether something was changed since somebody set this to `false`.
    var isUnsettled = false

    // MARK: - Gathering

    /// A new job, or one that is taken away.
    ///
    /// - Parameter facets: the job's.
    mutating func count(_ job: Job, facets: Set<Facet>, number: Int64, isLeaving: Bool = false) {
        let place = JobPlace(number: number)
        for facet in facets {
            if isLeaving { remove(facet, at: place) } else { add(facet, at: place) }
        }
        runs[place.run, default: Run()].jobs += isLeaving ? -1 : 1
        if !isLeaving {
            let created = job.createdAt.milliseconds
            runs[place.run]?.earliest.lower(to: created)
            runs[place.run]?.latest.raise(to: created)
        }
        counts[Heap(tenant: job.tenant, queue: job.request.queue, state: job.state), default: 0] += isLeaving ? -1 : 1
    }

    mutating func move(number: Int64, tenant: String, queue: String, from old: JobState, to new: JobState) {
        guard old != new else { return }
        let place = JobPlace(number: number)
        remove(.state(old), at: place)
        add(.state(new), at: place)
        counts[Heap(tenant: tenant, queue: queue, state: old), default: 0] -= 1
        counts[Heap(tenant: tenant, queue: queue, state: new), default: 0] += 1
    }

    mutating func add(_ facet: Facet, at place: JobPlace) {
        isUnsettled = true
        let key = Key(facet: facet, run: place.run)
        sets[key, default: Change()].add(place.position)
    }

    mutating func remove(_ facet: Facet, at place: JobPlace) {
        isUnsettled = true
        let key = Key(facet: facet, run: place.run)
        sets[key, default: Change()].remove(place.position)
    }

    // MARK: - Writing

    func write(to database: Database) throws {
        for (key, change) in sets { try write(change, of: key, to: database) }
        for (run, change) in runs { try write(change, of: run, to: database) }
        let count = try SQLStatement(
            database,
            """
            INSERT INTO counts (tenant, queue, state, jobs) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs
            """)
        for (heap, change) in counts where change != 0 {
            try count.run(heap.tenant, heap.queue, heap.state.rawValue, change)
        }
    }

    private func write(_ change: Change, of key: Key, to database: Database) throws {
        let (kind, value) = (key.facet.kind.rawValue, key.facet.value)
        var set =
            try SQLStatement(database, FacetReader.facetText).first(kind, value, key.run) { row in
                row.withBytes(0) { PositionSet(bytes: $0) }
            } ?? PositionSet()
        set.formUnion(change.added)
        set.subtract(change.removed)
        if set.isEmpty {
            try SQLStatement(database, "DELETE FROM facets WHERE kind = ? AND value = ? AND run = ?")
                .run(kind, value, key.run)
        } else {
            try SQLStatement(
                database,
                """
                INSERT INTO facets (kind, value, run, jobs) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET jobs = excluded.jobs
                """
            ).run(kind, value, key.run, set.bytes)
        }
    }

    private func write(_ change: Run, of run: Int64, to database: Database) throws {
        try SQLStatement(
            database,
            """
            INSERT INTO runs (run, jobs, earliest, latest) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs,
                earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)
            """
        ).run(run, change.jobs, change.earliest, change.latest)
        guard change.jobs < 0 else { return }
        // The text of a run that is gone is of no use.
        let isGone = try SQLStatement(
            database, "DELETE FROM runs WHERE run = ? AND jobs = 0 AND sealed = 1 RETURNING 1"
        )
        .first(run) { _ in true }
        guard isGone == true else { return }
        try SQLStatement(database, "DELETE FROM trigrams WHERE place BETWEEN ? AND ?")
            .run(TextIndex.place(run, bucket: 0), TextIndex.place(run + 1, bucket: 0) - 1)
    }
}

extension Int64 {
    fileprivate mutating func lower(to other: Int64) { self = Swift.min(self, other) }
    fileprivate mutating func raise(to other: Int64) { self = Swift.max(self, other) }
}
