/// A plain table for people: columns padded to their widest cell, two spaces between, no lines.
struct Table {
    private var rows: [[String]]
    private let rightAligned: Set<Int>

    /// - Parameter rightAligned: columns whose cells are numbers.
    init(_ header: [String], rightAligned: Set<Int> = []) {
        rows = [header]
        self.rightAligned = rightAligned
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    var text: String { laidOut(widths) }

    /// The table with cells cut so that its lines fit a width, as far as that can be.
    ///
    /// - Parameter columns: those whose cells may be cut, the widest first; each keeps eight characters.
    func text(fitting width: Int, cutting columns: [Int]) -> String {
        var widths = widths
        while widths.reduce(0, +) + 2 * (widths.count - 1) > width {
            guard let widest = columns.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8 else { break }
            widths[widest] -= 1
        }
        return laidOut(widths)
    }

    /// The table as standard output takes it: on a terminal cut to its width, whole for programs and files.
    ///
    /// - Parameter titles: of the columns whose cells may be cut, those that there are.
    func shown(cutting titles: String...) -> String {
        let columns = titles.compactMap { rows[0].firstIndex(of: $0) }
        return Terminal.outputWidth.map { text(fitting: $0, cutting: columns) } ?? text
    }

    private var widths: [Int] {
        let columns = rows.map(\.count).max() ?? 0
        return (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    }

    private func laidOut(_ widths: [Int]) -> String {
        rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let cell = cell.count > widths[column] ? String(cell.prefix(widths[column] - 1)) + "…" : cell
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += rightAligned.contains(column) ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
