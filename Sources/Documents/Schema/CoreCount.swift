/// Numbers of cores as people write them, and Kubernetes.
enum CoreCount {
    /// JSON Schema's regular expression (ECMA 262) of what is read.
    static let pattern = #"^[0-9]+(\.[0-9]+)?$|^[0-9]+m$"#

    /// `2`, `0.5`, `500m`: thousandths of a core, rounded down; `nil` for anything else.
    static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        let number = Quantity.takeNumber(&rest)
        let isThousandths = rest.elementsEqual("m".utf8)
        guard rest.isEmpty || isThousandths else { return nil }
        return Quantity.scaled(number, by: isThousandths ? 1 : 1000).flatMap { Int64(exactly: $0) }
    }

    /// `2`, `0.5`.
    static func print(_ thousandths: Int64) -> String {
        thousandths % 1000 == 0 ? String(thousandths / 1000) : String(Double(thousandths) / 1000)
    }
}
