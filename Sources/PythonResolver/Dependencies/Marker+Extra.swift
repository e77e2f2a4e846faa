internal import PythonPackaging

extension Marker {
    /// How a marker depends on the extra that is asked for.
    enum SoleExtra: Equatable {
        case irrelevant
        /// It can hold for this extra alone: `extra == "x"` is the marker, or one of those that must all hold.
        case one(String)
        case mixed
    }

    var soleExtra: SoleExtra {
        guard mentionsExtra else { return .irrelevant }
        switch expression {
        case .comparison(let comparison):
            return comparison.requiredExtra.map(SoleExtra.one) ?? .mixed
        case .all(let parts):
            for part in parts {
                if case .comparison(let comparison) = part, let extra = comparison.requiredExtra { return .one(extra) }
            }
            return .mixed
        case .any:
            return .mixed
        }
    }
}

extension MarkerComparison {
    /// The extra, in normal form, that `extra == "x"` asks for.
    fileprivate var requiredExtra: String? {
        guard `operator` == .comparison(.equal) else { return nil }
        switch (left, right) {
        case (.variable(.extra), .value(let text)), (.value(let text), .variable(.extra)):
            return (try? ExtraName(text))?.description
        default:
            return nil
        }
    }
}
