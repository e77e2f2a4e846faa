internal import FileSystem
internal import Glibc
internal import SystemPackage
public import Units

/// What is published is held against what it should be, byte by byte, and made anew where it is not that.
extension VolumePublisher {
    /// What is wrong with a package's folder; `nil` for one that has every byte of its units.
    public func fault(in package: Package) throws -> String? {
        try volume.whileThere {
            guard try volume.lastUse(of: volume.packages.appending(package.folderName)) != nil else {
                return "is not there"
            }
            guard let finding = try folders.verify(package, workers: workers).first(where: \.isDamage) else {
                return nil
            }
            return "\(finding.path) is \(finding.kind.rawValue)"
        }
    }

    /// What is wrong with a package's folder that nothing in the store describes, as far as its own name tells.
    public func fault(inFolder name: String) throws -> String? {
        try volume.whileThere {
            try folders.isWhatItsNameSays(name)
                ? nil : "does not hold what its name says, as far as can be told without its description"
        }
    }

    /// What is wrong with an environment's folder; `nil` for one that has all that it should have. Its packages are
    /// looked at by themselves.
    public func fault(in tree: VolumeTree) throws -> String? {
        try volume.whileThere {
            let place = volume.environments.appending(tree.folder.description)
            let glue = tree.wholeGlue
            let names = tree.packageNames
            guard tree.links == .symlink else {
                let findings = try TreeVerifier(workers: workers).verify(place, packages: tree.packages, glue: glue)
                // Its interpreter is on the machines of drivers.
                let damage = findings.filter(\.isDamage).first { finding in
                    finding.kind != .missing || !finding.path.hasPrefix("bin/python")
                        || (try? place.appending(finding.path).linkText()) == nil
                }
                return damage.map { "\($0.path) is \($0.kind.rawValue)" }
            }
            let plan = try trees.plan(tree.packages, python: tree.python, links: .symlink)
            return try trees.isCurrent(plan, names, glue: glue, at: place)
                ? nil : "is not as it was published: something in it is missing, changed or too much"
        }
    }

    /// Unpacks packages again and puts them in the place of what is there.
    public func mend(_ packages: [Package]) throws {
        try volume.whileThere {
            for (package, draft) in try drafts(of: packages) {
                let place = volume.packages.appending(package.folderName)
                if try !draft.publish(as: place) { try draft.replace(place, on: volume) }
            }
        }
    }

    /// Makes an environment's folder again and puts it in the place of what is there.
    public func mend(_ tree: VolumeTree) throws {
        try volume.whileThere {
            let place = volume.environments.appending(tree.folder.description)
            let plan = try trees.plan(tree.packages, python: tree.python, links: tree.links)
            var copied = 0
            let draft = try draft(tree, plan, at: place, copied: &copied)
            if try !draft.publish(as: place) { try draft.replace(place, on: volume) }
        }
    }
}
