internal import PubGrub

/// What the solver's packages stand for.
///
/// An extra takes two packages. `foo[x]` as something asks for it is a *proxy*: it depends on `foo` and on `foo` *with*
/// `x`, both at its own version, so that metadata is read of the version that `foo` has and of no other:
///
///     app ──foo[x]>=2──▶ proxy foo[x] 3 ──==3──▶ foo 3        (foo's own requirements)
///                                      └──==3──▶ foo 3 with x (those for x alone)
struct PackageTable {
    enum Kind: Hashable {
        case root
        /// The interpreter, which files' `Requires-Python` is told as a dependency on.
        case python
        case project
        case proxy(extra: Int32)
        case withExtra(Int32)
    }

    struct Package {
        let kind: Kind
        let project: Int32
    }

    private(set) var all: ContiguousArray<Package> = []

    static let root = PackageID(0)
    static let python = PackageID(1)

    init() {
        all = [Package(kind: .root, project: -1), Package(kind: .python, project: -1)]
    }

    subscript(package: PackageID) -> Package {
        all[Int(package.index)]
    }

    private mutating func add(_ kind: Kind, _ project: Project) -> PackageID {
        all.append(Package(kind: kind, project: project.number))
        return PackageID(Int32(all.count - 1))
    }

    mutating func base(_ project: Project) -> PackageID {
        if let known = project.base { return known }
        let package = add(.project, project)
        project.base = package
        return package
    }

    mutating func proxy(_ project: Project, extra: Int32) -> PackageID {
        if let known = project.proxies[extra] { return known }
        let package = add(.proxy(extra: extra), project)
        project.proxies[extra] = package
        return package
    }

    mutating func withExtra(_ project: Project, _ extra: Int32) -> PackageID {
        if let known = project.withExtra[extra] { return known }
        let package = add(.withExtra(extra), project)
        project.withExtra[extra] = package
        return package
    }
}
