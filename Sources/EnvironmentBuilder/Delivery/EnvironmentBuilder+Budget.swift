internal import Diagnostics
internal import Layers
internal import Recipes
internal import Units

/// A recipe's budget is checked before anything is delivered: an environment or image that takes more is not made.
extension EnvironmentBuilder {
    /// - Throws: ``BuilderError`` (`overBudget`) that names what takes the most.
    func check(_ environment: Environment, _ packages: [Package], against budget: Recipe.Budget) throws {
        guard let limit = budget.environment else { return }
        let shares = packages.map { (name: $0.unit.description, size: $0.size) }
        try check(shares.reduce(0) { $0 + $1.size }, limit, shares, what: "unpacked", of: environment)
    }

    /// - Throws: ``BuilderError`` (`overBudget`) that names what takes the most.
    func check(_ image: ImageSize, of environment: Environment, against budget: Recipe.Budget) throws {
        guard let limit = budget.image else { return }
        let shares = image.packages.map { (name: $0.title, size: $0.compressedSize) }
        try check(image.own, limit, shares, what: "as an image without its base", of: environment)
    }

    private func check(
        _ size: UInt64, _ limit: UInt64, _ shares: [(name: String, size: UInt64)], what: String,
        of environment: Environment
    ) throws {
        guard size > limit else { return }
        let largest = shares.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.prefix(3)
            .map { "\($0.name) (\(readable(bytes: $0.size)))" }.joined(separator: ", ")
        throw BuilderError(
            .overBudget, subject: environment.name,
            message: "takes \(readable(bytes: size)) \(what), but its budget is \(readable(bytes: limit)); "
                + "the most is in \(largest)",
            advice: "leave something out, or raise `budget` in the recipe; `chidori env size` shows every package")
    }
}
