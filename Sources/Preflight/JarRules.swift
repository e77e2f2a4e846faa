/// What jars of one class path do to each other.
struct JarRules {
    private let jars: [Jar]

    init(_ jars: [Jar]) {
        self.jars = jars
    }

    func findings() -> [Finding] {
        overlaps() + splitPackages() + oneFile()
    }

    // MARK: Classes of one name

    private func overlaps() -> [Finding] {
        ClassOverlaps(jars.map(\.content.classes)).groups.map { group in
            let members = group.jars.map { jars[$0] }
            let isSparks = members.allSatisfy { $0.origin == .spark }
            guard !group.different.isEmpty else { return identical(members, count: group.same) }
            let severity: Finding.Severity = isSparks ? .note : .conflict
            let (rule, message) = explain(members, group)
            return Finding(
                rule, severity, members.map(\.name), title: listed(members.map(\.title)), message,
                advice: isSparks
                    ? "nothing to do: they come with PySpark like this; another PySpark may be better"
                    : advice(members), count: group.different.count, examples: group.different)
        }
    }

    private func identical(_ members: [Jar], count: Int) -> Finding {
        Finding(
            .identicalClasses, .note, members.map(\.name), title: listed(members.map(\.title)),
            "have \(classes(count)) in common, equal in all of them: that does no harm", count: count)
    }

    /// What jars with differing classes are to each other.
    private func explain(_ members: [Jar], _ group: ClassOverlaps.Group) -> (Finding.Rule, String) {
        let common = group.different.count + group.same
        let part = group.same == 0 ? "with other content" : "\(group.different.count) of them with other content"
        let differ = "have \(classes(common)) in common, \(part), such as \(group.different[0])"
        let majors = Set(members.compactMap(\.content.protobufMajor))
        if majors.count > 1, members.allSatisfy({ $0.content.protobufMajor != nil }) {
            let list = members.map { "\($0.artifact) \($0.content.protobufMajor ?? 0)" }
            return (
                .protobufMajors,
                "have Protocol Buffers' runtime of several major versions (\(listed(list))); generated code works with its own alone"
            )
        }
        let artifacts = Set(members.map(\.library))
        if artifacts.count == 1, Set(members.compactMap(\.group)).count > 1 {
            return (.oneName, "are one library under several groups: they " + differ)
        }
        if artifacts.count == 1, Set(members.map(\.version)).count > 1 {
            return (.twoVersions, "are one library in \(members.count) versions: they " + differ)
        }
        if members.count == 2, let (carrier, library, renamed) = halfShaded(members, group) {
            let (carrier, library) = (members[carrier], members[library])
            return (
                .halfShaded,
                "are half shaded: \(carrier.artifact) has \(renamed) classes of \(library.artifact) under other names, and "
                    + "\(group.different.count) that differ under their own, such as \(group.different[0]); "
                    + "whichever comes first breaks the other"
            )
        }
        return (.duplicateClasses, differ)
    }

    /// Which of two jars has the other's classes, some renamed and some not.
    private func halfShaded(
        _ members: [Jar], _ group: ClassOverlaps.Group
    ) -> (carrier: Int, library: Int, renamed: Int)? {
        // What they share is at home in the library, of which the other jar took it.
        let home = group.different[0].split(separator: ".").prefix(2).joined(separator: "/") + "/"
        let shares = members.map { $0.content.classes.share(below: home) }
        let (carrier, library) = shares[0] < shares[1] ? (0, 1) : (1, 0)
        let (one, other) = (members[carrier].content.classes, members[library].content.classes)
        let renamed = one.renamed(of: other)
        // A few names are everywhere (`util/Utils`); a library renamed is many of its classes.
        guard shares[library] > 0.5, renamed >= 10, renamed >= other.count / 5 else { return nil }
        return (carrier, library, renamed)
    }

    private func advice(_ members: [Jar]) -> String {
        let own = members.filter { $0.origin == .environment }
        let way = own.compactMap { jar in
            jar.path.first.map { "\(jar.artifact) comes through \($0)" }
        }
        let come = way.isEmpty ? "" : " (\(listed(way)))"
        if own.count < members.count {
            return
                "Spark's own come first: exclude \(listed(own.map(\.name)))\(come) where those will do, or take a version of "
                + "what needs it that fits this Spark"
        }
        return
            "the first in the class path is loaded, which nothing but their names decides: keep one, and `exclude` the other "
            + "from what brings it\(come)"
    }

    // MARK: Packages

    /// Packages in several jars. A class path does not mind those, unless a jar is signed or sealed, or they are parts of
    /// one project in different versions.
    private func splitPackages() -> [Finding] {
        var holders: [String: [Int]] = [:]
        for (place, jar) in jars.enumerated() {
            for package in jar.content.classes.packages { holders[package, default: []].append(place) }
        }
        var shared: [[Int]: [String]] = [:]
        for (package, places) in holders where places.count > 1 && !package.isEmpty {
            shared[places, default: []].append(package.replacing("/", with: "."))
        }
        return shared.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { places, packages in
            splitPackage(places.map { jars[$0] }, packages.sorted())
        }
    }

    private func splitPackage(_ members: [Jar], _ packages: [String]) -> Finding? {
        let own = members.filter { $0.origin == .environment }
        let example = packages.count == 1 ? packages[0] : "\(packages.count) packages (\(packages[0]) and others)"
        let isSigned = Set(members.map(\.content.signers)).count > 1
        let seals = { (jar: Jar) in packages.contains { jar.content.seals($0) } }
        if let strict = members.first(where: { isSigned && !$0.content.signers.isEmpty || seals($0) }) {
            let what = isSigned ? "is signed" : "is sealed"
            let error = isSigned ? "signer information does not match" : "sealing violation"
            return Finding(
                .splitPackage, own.isEmpty ? .note : .conflict, members.map(\.name),
                title: listed(members.map(\.title)),
                "share \(example) and \(strict.artifact) \(what): the JVM refuses the second one's classes (\(error))",
                advice: "exclude the one that is not needed", count: packages.count, examples: packages)
        }
        // Parts of one project are made for each other: those of one version.
        guard members.count == own.count, Set(own.compactMap(\.group)).count == 1,
            Set(own.compactMap(\.version)).count > 1
        else { return nil }
        return Finding(
            .splitPackage, .warning, members.map(\.name), title: listed(members.map(\.title)),
            "are parts of one project in different versions, and share \(example)",
            advice: "bring them to one version, with `jars.constraints` or the project's BOM in `jars.boms`",
            count: packages.count, examples: packages)
    }

    // MARK: Names

    /// Jars of one file name. In an environment they have their groups in front; in a lock of old they have not, and
    /// the environment has one of them.
    private func oneFile() -> [Finding] {
        Dictionary(grouping: jars.filter { $0.origin == .environment }, by: \.ownFilename)
            .sorted { $0.key < $1.key }
            .compactMap { filename, members in
                guard members.count > 1 else { return nil }
                let isOne = Set(members.map(\.filename)).count < members.count
                return Finding(
                    .oneName, isOne ? .conflict : .warning, members.map(\.name), title: listed(members.map(\.name)),
                    "are all called \(filename): "
                        + (isOne
                            ? "the environment has the last of them alone" : "perhaps one library, published twice"),
                    advice: isOne
                        ? "lock again, which tells their files apart; or exclude those that are not needed"
                        : "exclude those that are not needed, or accept it if they are libraries of their own",
                    examples: [filename])
            }
    }

    private func classes(_ count: Int) -> String { count == 1 ? "1 class" : "\(count) classes" }
}
