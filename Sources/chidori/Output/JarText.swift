internal import Diagnostics

/// `2 packages and 3 jars`; of jars only where there are some.
func counted(packages: Int, jars: Int) -> String {
    counted(packages, "package") + (jars == 0 ? "" : " and \(counted(jars, "jar"))")
}

/// `group:artifact` in so many columns where that can be: only the group is cut, and at its beginning, so that what
/// stands there can be searched for.
func shortened(jar name: String, to width: Int = 44) -> String {
    guard name.count > width, let colon = name.firstIndex(of: ":") else { return name }
    return "…" + name.suffix(max(width - 1, name[colon...].count))
}

/// A way from the recipe on, `recipe → a:b:1 → …`, in lines of at most 80 columns where names are not endless.
///
/// - Parameters:
///   - steps: what stands between the arrows.
///   - head: what the first line begins with; the others are indented by as much and two more.
func lines(ofWay steps: [String], head: String) -> [String] {
    let indent = String(repeating: " ", count: head.count + 2)
    var lines: [String] = []
    var line = head
    for (number, step) in steps.enumerated() {
        let piece = number == 0 ? step : " → " + step
        if number > 0, line.count + piece.count > 80 {
            lines.append(line)
            line = indent + piece.dropFirst()
        } else {
            line += piece
        }
    }
    return lines + [line]
}
