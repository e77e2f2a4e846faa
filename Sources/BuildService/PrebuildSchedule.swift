public import JobModel

/// When an admin's recipes are built by themselves, with the newest versions or with those of their locks.
public struct PrebuildSchedule: Hashable, Sendable {
    /// Minutes after midnight, UTC.
    public var minute: Int
    /// The recipes' names; all that the server has if empty.
    public var recipes: [String]
    /// Whether they get the newest versions first.
    public var upgrades: Bool

    public init(minute: Int, recipes: [String] = [], upgrades: Bool = true) {
        self.minute = minute
        self.recipes = recipes
        self.upgrades = upgrades
    }

    /// The first time behind a moment.
    public func next(after moment: Moment) -> Moment {
        let day: Int64 = 86_400_000
        let offset = Int64(minute) * 60_000
        let days = (moment.milliseconds - offset).quotientRoundedDown(by: day) + 1
        return Moment(milliseconds: days * day + offset)
    }
}

extension Int64 {
    fileprivate func quotientRoundedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
