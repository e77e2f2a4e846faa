extension Marker {
    /// Whether the marker holds for a requirement of a package that is asked for with these extras.
    ///
    /// As pip does: it holds if it holds for any one of the extras; without extras, `extra` is empty.
    ///
    /// - Throws: `PythonPackagingError.Code.undefinedComparison` for comparisons without a meaning, such as `~=` on
    ///   what is no version, or on `extras`, which only locks have.
    public func evaluate(
        in environment: MarkerEnvironment, extras: [ExtraName] = []
    ) throws(PythonPackagingError) -> Bool {
        if !mentionsExtra || extras.isEmpty {
            return try evaluate(MarkerContext(environment: environment, extra: ""))
        }
        for extra in extras where try evaluate(MarkerContext(environment: environment, extra: extra.description)) {
            return true
        }
        return false
    }

    /// Whether the marker of a lock's package holds (PEP 751) with these extras and dependency groups chosen.
    ///
    /// - Throws: `PythonPackagingError.Code.undefinedComparison` for comparisons without a meaning, and for `extra`.
    public func evaluate(
        in environment: MarkerEnvironment, lockExtras: Set<ExtraName>, dependencyGroups: Set<ExtraName>
    ) throws(PythonPackagingError) -> Bool {
        try evaluate(
            MarkerContext(environment: environment, extra: nil, extras: lockExtras, groups: dependencyGroups))
    }

    private func evaluate(_ context: MarkerContext) throws(PythonPackagingError) -> Bool {
        // What has no meaning is an error wherever it stands, so everything is evaluated where that may be.
        try expression.evaluate(context, everything: mayBeUndefined || (mentionsExtra && context.extra == nil))
    }
}

/// What a marker is evaluated with.
struct MarkerContext {
    let environment: MarkerEnvironment
    /// The extra asked for, empty for none; `nil` in locks, where there is no such variable.
    let extra: String?
    /// The extras and dependency groups chosen, in locks alone.
    var extras: Set<ExtraName>?
    var groups: Set<ExtraName>?

    @inline(__always)
    func text(_ variable: MarkerVariable) -> String? {
        switch variable {
        case .extra: extra
        case .extras, .dependencyGroups: nil
        default: environment[variable]
        }
    }

    func names(_ variable: MarkerVariable) -> Set<ExtraName>? {
        variable == .extras ? extras : variable == .dependencyGroups ? groups : nil
    }
}

extension Marker.Expression {
    func evaluate(_ context: MarkerContext, everything: Bool) throws(PythonPackagingError) -> Bool {
        switch self {
        case .comparison(let comparison):
            return try comparison.evaluate(context)
        case .all(let parts):
            var result = true
            for part in parts where try !part.evaluate(context, everything: everything) {
                if !everything { return false }
                result = false
            }
            return result
        case .any(let parts):
            var result = false
            for part in parts where try part.evaluate(context, everything: everything) {
                if !everything { return true }
                result = true
            }
            return result
        }
    }
}

extension MarkerComparison {
    func evaluate(_ context: MarkerContext) throws(PythonPackagingError) -> Bool {
        switch (left, right) {
        case (.variable(let variable), _):
            guard let value = context.text(variable) else { throw undefined }
            if let specifier { return MarkerComparison.admits(specifier, variable, value, context) }
            return try compare(value, MarkerComparison.text(right))
        case (.value(let value), .variable(let variable)):
            if let names = context.names(variable) { return try look(for: value, in: names) }
            guard let other = context.text(variable) else { throw undefined }
            if variable.isVersion, case .comparison(let comparison) = `operator`,
                let specifier = MarkerComparison.specifier(comparison, other)
            {
                return specifier.admits(text: value)
            }
            return try compare(value, other)
        case (.value, .value):
            throw undefined
        }
    }

    @inline(__always)
    private static func admits(
        _ specifier: Specifier, _ variable: MarkerVariable, _ value: String, _ context: MarkerContext
    ) -> Bool {
        if specifier.operator == .arbitrary { return specifier.admits(text: value) }
        guard let version = context.environment.version(variable) else { return false }
        return specifier.admits(version)
    }

    /// Compares texts: order has no meaning for them, so only equality counts.
    private func compare(_ left: String, _ right: String) throws(PythonPackagingError) -> Bool {
        switch `operator` {
        case .contained: return right.containsBytes(of: left)
        case .notContained: return !right.containsBytes(of: left)
        case .comparison(.equal), .comparison(.lessOrEqual), .comparison(.greaterOrEqual):
            return left.hasSameBytes(as: right)
        case .comparison(.notEqual): return !left.hasSameBytes(as: right)
        case .comparison(.less), .comparison(.greater): return false
        case .comparison(.compatible), .comparison(.arbitrary): throw undefined
        }
    }

    private func look(for name: String, in names: Set<ExtraName>) throws(PythonPackagingError) -> Bool {
        let isThere = names.contains { $0.description.hasSameBytes(as: name) }
        switch `operator` {
        case .contained: return isThere
        case .notContained: return !isThere
        // A name equals no set.
        case .comparison(.notEqual): return true
        case .comparison(.compatible), .comparison(.arbitrary): throw undefined
        case .comparison: return false
        }
    }

    private var undefined: PythonPackagingError {
        PythonPackagingError(
            code: .undefinedComparison, subject: description, message: "is a comparison without a meaning",
            advice: "compare a variable with a quoted value; ~= and === are for versions alone")
    }
}

extension String {
    /// Whether the other text occurs in this one, code point by code point, as Python's `in` finds it.
    func containsBytes(of other: String) -> Bool {
        let needle = Array(other.utf8)
        if needle.isEmpty { return true }
        return withBytes(of: self) { haystack in
            guard haystack.count >= needle.count else { return false }
            return (0...(haystack.count - needle.count)).contains { start in
                haystack[start..<start + needle.count].elementsEqual(needle)
            }
        }
    }
}
