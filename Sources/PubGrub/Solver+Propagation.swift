extension Solver {
    /// Draws every conclusion that follows since `package` changed, and learns from the conflicts met on the way.
    ///
    /// Returns the incompatibility that makes the root impossible, `nil` where there is none.
    mutating func propagate(from package: PackageID) -> Int32? {
        var changed: ContiguousArray<PackageID> = [package]
        while let current = changed.popLast() {
            // The newest first: what was learned last is nearest to the trouble.
            let list = incompatibilities[Int(current.index)]
            var conflict: Int32?
            scan: for id in list.reversed() {
                let entry = store[id]
                if solutionSoFar.isStillValid(level: entry.contradictedLevel, generation: entry.contradictedGeneration)
                {
                    continue
                }
                switch solutionSoFar.relation(to: id, in: store) {
                case .satisfied:
                    conflict = id
                    break scan
                case .almostSatisfied(let open):
                    if !changed.contains(open) { changed.append(open) }
                    derive(open, from: id)
                case .contradicted:
                    markContradicted(id)
                case .inconclusive:
                    break
                }
            }
            if let conflict {
                switch resolve(conflict) {
                case .impossible(let reason):
                    return reason
                case .learned(let id, let open):
                    changed.removeAll(keepingCapacity: true)
                    changed.append(open)
                    derive(open, from: id)
                }
            }
        }
        return nil
    }

    /// Concludes from an incompatibility whose other terms are all true that this package's is false.
    private mutating func derive(_ package: PackageID, from id: Int32) {
        guard let term = store.term(id, of: package) else { return }
        solutionSoFar.derive(package, term.negated, cause: id)
        markContradicted(id)
    }

    private mutating func markContradicted(_ id: Int32) {
        store.markContradicted(id, level: solutionSoFar.level, generation: solutionSoFar.generation)
    }

    private enum Resolution {
        /// The incompatibility from which, after going back, the package's next conclusion follows.
        case learned(Int32, PackageID)
        case impossible(Int32)
    }

    /// Finds the choice that led to the conflict, and goes back to before it.
    ///
    /// The conflict's *satisfier* is the trail entry with which it became true. While nothing but conclusions of one
    /// level lies between it and the entry before, the conflict is replaced by its resolvent with the satisfier's
    /// cause, which says the same thing about earlier entries:
    ///
    ///     trail      a 1 (decided, level 2)   b in 1..<2 (a 1 needs it)   b 1 (decided, level 3)   c in 3..<4 (b 1 needs it)
    ///     conflict   {c in 3..<9, a 1}        (a 1 needs c below 3)
    ///     satisfier  c in 3..<4, cause {b 1, not c in 3..<4}   →   resolvent {a 1, b 1}
    ///     satisfier  b 1, decided at level 3; a 1 is of level 2   →   back to level 2, and conclude `not b 1`
    private mutating func resolve(_ conflict: Int32) -> Resolution {
        var id = conflict
        while !isTerminal(id) {
            let (satisfier, package, previousLevel) = satisfier(of: id)
            let entry = solutionSoFar.trail[Int(satisfier)]
            if entry.isDecision || previousLevel < entry.level {
                solutionSoFar.backtrack(to: previousLevel)
                if id != conflict { list(id) }
                conflicts.append(Conflict(package: package, incompatibility: IncompatibilityID(id)))
                return .learned(id, package)
            }
            id = store.addResolvent(of: id, and: entry.cause, on: package)
            conflicts.append(Conflict(package: package, incompatibility: IncompatibilityID(id)))
        }
        return .impossible(id)
    }

    /// Whether the incompatibility says that the root itself can't be chosen.
    private func isTerminal(_ id: Int32) -> Bool {
        let range = store.termRange(id)
        guard let only = range.first else { return true }
        let term = store.terms[only]
        return range.count == 1 && term.package == root && term.term.isPositive && term.term.set.contains(0)
    }

    /// The entry with which the incompatibility became true, its package, and the level at which all else that it
    /// needed was there already (at least the root's).
    private func satisfier(of id: Int32) -> (index: Int32, package: PackageID, previousLevel: Int32) {
        var latest: Int32 = -1
        var beforeLatest: Int32 = -1
        var pivot = store.terms[store.termRange(id).lowerBound]
        for index in store.termRange(id) {
            let wanted = store.terms[index]
            let entry = solutionSoFar.earliest(of: wanted.package, contradicting: wanted.term.negated)
            if entry > latest {
                (beforeLatest, latest) = (latest, entry)
                pivot = wanted
            } else {
                beforeLatest = max(beforeLatest, entry)
            }
        }
        // An earlier entry of the satisfier's own package counts too: the one that it needed to make the term true, or
        // else the package's first. So a lesson is always about a decision, where it could be about a conclusion, and
        // holds for more than the choices of the moment.
        let satisfier = solutionSoFar.trail[Int(latest)]
        let own = satisfier.isDecision ? satisfier.term : store.term(satisfier.cause, of: pivot.package)?.negated
        let remainder = (own ?? satisfier.term).intersection(pivot.term.negated)
        beforeLatest = max(beforeLatest, solutionSoFar.earliest(of: pivot.package, contradicting: remainder))
        return (latest, pivot.package, max(solutionSoFar.trail[Int(beforeLatest)].level, 1))
    }
}
