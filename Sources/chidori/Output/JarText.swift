internal import Diagnostics

/// `2 packages and 3 jars`; of jars only where there are some.
func counted(packages: Int, jars: Int) -> String {
    counted(packages, "package") + (jars == 0 ? "" : " and \(counted(jars, "jar"))")
}

/// `group:artifact` in so many columns: the group is cut first, since the artifact tells more.
func shortened(jar name: String, to width: Int = 44) -> String {
    guard name.count > width, let colon = name.firstIndex(of: ":") else { return name }
    let artifact = name[colon...]
    let room = width - artifact.count - 1
    if room >= 4 { return name.prefix(room) + "…" + artifact }
    return "…" + String(artifact.count < width ? artifact : artifact.prefix(width - 2) + "…")
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
