/// The classes that several jars have, by the jars that have them.
///
/// One pass over all hashes finds what may be there twice, and only that is compared by name: the cost grows with the
/// number of classes, however they are spread over jars.
struct ClassOverlaps {
    /// Some jars and what they have in common.
    struct Group {
        /// The places of the jars, in their order.
        let jars: [Int]
        /// Classes of one name and other content.
        var different: [String] = []
        /// How many classes are the same.
        var same = 0
    }

    /// The order is that of the jars.
    let groups: [Group]

    init(_ jars: [ClassListing]) {
        var seen: [UInt64: Bool] = [:]
        seen.reserveCapacity(jars.reduce(0) { $0 + $1.count })
        for jar in jars { for hash in jar.hashes { seen[hash] = seen[hash] != nil } }
        // Jar and place of everything that may be there twice, by its real name.
        var classes: [String: [(jar: Int, content: UInt64)]] = [:]
        for (place, jar) in jars.enumerated() {
            for index in jar.hashes.indices where seen[jar.hashes[index]] == true {
                let name = jar.className(index)
                // Of a name that stands twice in one jar, the first counts.
                if let known = classes[name], known.last?.jar == place { continue }
                classes[name, default: []].append((place, jar.contents[index]))
            }
        }
        var groups: [[Int]: Group] = [:]
        for (name, found) in classes where found.count > 1 {
            let jars = found.map(\.jar)
            let differs = found.contains { $0.content != found[0].content }
            if differs {
                groups[jars, default: Group(jars: jars)].different.append(name)
            } else {
                groups[jars, default: Group(jars: jars)].same += 1
            }
        }
        self.groups = groups.values.map { group in
            var group = group
            group.different.sort()
            return group
        }.sorted { $0.jars.lexicographicallyPrecedes($1.jars) }
    }
}

extension ClassListing {
    /// The part of its classes whose names begin so.
    func share(below prefix: String) -> Double {
        let isBelow = packages.map { ($0 + "/").hasPrefix(prefix) }
        return count == 0 ? 0 : Double(packageOf.count { isBelow[Int($0)] }) / Double(count)
    }

    /// How many of another library's classes are here under another name, as tools leave them that rename libraries into a
    /// jar (`com.google.common.base.X` as `org.example.guava.base.X`).
    func renamed(of library: ClassListing) -> Int {
        let own = Set(library.hashes)
        let tails = Set(library.tails)
        return hashes.indices.count { tails.contains(self.tails[$0]) && !own.contains(hashes[$0]) }
    }
}
