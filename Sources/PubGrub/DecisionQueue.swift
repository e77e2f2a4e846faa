/// The packages that must be chosen and are not yet, by priority.
///
/// A package's priority counts from when the package was last narrowed: one that changes while nothing else does is
/// not looked at again until then. Ties go to the package that is known longest.
struct DecisionQueue {
    /// Packages that may be undecided; the ones that are not drop out when met.
    private var waiting: ContiguousArray<PackageID> = []
    private var isWaiting: ContiguousArray<Bool> = []
    private var current: ContiguousArray<UInt64> = []
    private var effective: ContiguousArray<UInt64> = []
    private var isStale: ContiguousArray<Bool> = []

    mutating func grow() {
        isWaiting.append(false)
        current.append(0)
        effective.append(0)
        isStale.append(true)
    }

    mutating func setPriority(_ priority: UInt64, of package: PackageID) {
        current[Int(package.index)] = priority
    }

    @inline(__always)
    mutating func narrowed(_ package: PackageID) {
        let index = Int(package.index)
        isStale[index] = true
        if !isWaiting[index] {
            isWaiting[index] = true
            waiting.append(package)
        }
    }

    /// The waiting package of the highest priority; `trail` and `latest` say which ones still wait.
    mutating func next(
        in trail: ContiguousArray<PartialSolution.Entry>, latest: ContiguousArray<Int32>
    ) -> PackageID? {
        var best: PackageID?
        var bestPriority: UInt64 = 0
        var kept = 0
        for position in waiting.indices {
            let package = waiting[position]
            let index = Int(package.index)
            let last = latest[index]
            guard last >= 0, !trail[Int(last)].isDecision, trail[Int(last)].term.isPositive else {
                isWaiting[index] = false
                continue
            }
            waiting[kept] = package
            kept += 1
            if isStale[index] {
                effective[index] = current[index]
                isStale[index] = false
            }
            let priority = effective[index]
            if let leader = best, priority < bestPriority || (priority == bestPriority && leader < package) { continue }
            best = package
            bestPriority = priority
        }
        waiting.removeLast(waiting.count - kept)
        // Taken out, it comes back with the priority of that moment.
        if let best { isStale[Int(best.index)] = true }
        return best
    }
}
