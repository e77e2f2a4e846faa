internal import PubGrub
internal import PythonPackaging

/// A requirement as the solver needs it: parsed once, its names turned to numbers, its marker decided for the target.
struct PooledRequirement {
    let requirement: Requirement
    /// The project asked for, by its number.
    let project: Int32
    /// The extras asked for, by their numbers.
    let extras: [Int32]
    /// Whether it counts whatever extras are asked for.
    let isPlain: Bool
    /// Whether its marker must be evaluated for an extra.
    let isForExtras: Bool
    /// Whether it names one version (`==`, `===`).
    let isPin: Bool
    /// The versions admitted, once the project's versions are known.
    var set: VersionSet?
}

/// Every requirement that the resolve has met, and the numbers of projects and extras.
struct RequirementPool {
    let environment: MarkerEnvironment
    private(set) var all: ContiguousArray<PooledRequirement> = []
    private(set) var projects: ContiguousArray<Project> = []
    private var projectNumbers: [PackageName: Int32] = [:]
    private(set) var extras: [ExtraName] = []
    private var extraNumbers: [ExtraName: Int32] = [:]

    init(environment: MarkerEnvironment) {
        self.environment = environment
    }

    /// The project of that name, known from now on.
    mutating func project(_ name: PackageName) -> Project {
        if let number = projectNumbers[name] { return projects[Int(number)] }
        let project = Project(Int32(projects.count), name)
        projectNumbers[name] = project.number
        projects.append(project)
        return project
    }

    mutating func extra(_ name: ExtraName) -> Int32 {
        if let number = extraNumbers[name] { return number }
        let number = Int32(extras.count)
        extraNumbers[name] = number
        extras.append(name)
        return number
    }

    /// Takes a requirement in and returns its number.
    ///
    /// A marker without a meaning (a comparison of what can't be compared) is one that does not hold.
    mutating func add(_ requirement: Requirement) -> Int32 {
        let isForExtras = requirement.marker?.mentionsExtra ?? false
        let isPlain = (try? requirement.applies(in: environment)) ?? false
        let number = Int32(all.count)
        let project = project(requirement.name).number
        let extras = requirement.extras.map { extra($0) }
        all.append(
            PooledRequirement(
                requirement: requirement, project: project, extras: extras, isPlain: isPlain,
                isForExtras: isForExtras, isPin: requirement.specifiers.hasPin, set: nil))
        return number
    }

    /// Whether the requirement counts when the project that has it is asked for with this extra (`nil`: with none).
    ///
    /// What counts anyway belongs to the project itself and to none of its extras.
    func applies(_ number: Int32, extra: Int32?) -> Bool {
        let requirement = all[Int(number)]
        guard let extra else { return requirement.isPlain }
        if requirement.isPlain || !requirement.isForExtras { return false }
        return (try? requirement.requirement.applies(in: environment, extras: [extras[Int(extra)]])) ?? false
    }

    /// The versions that the requirement admits; its project's listing must be there.
    mutating func set(of number: Int32) -> VersionSet {
        if let set = all[Int(number)].set { return set }
        let requirement = all[Int(number)]
        let project = projects[Int(requirement.project)]
        let set: VersionSet =
            requirement.requirement.url != nil || requirement.requirement.specifiers.isEmpty
            ? .full : project.axis.set(of: requirement.requirement.specifiers)
        all[Int(number)].set = set
        return set
    }
}
