import PythonPackaging
import TestSupport

extension PackagingText {
    /// A marker; names of extras are spelled in normal form below the top, where `packaging` forgets to normalise them.
    mutating func marker(depth: Int = 0) -> String {
        var text = markerAtom(depth: depth)
        while random.chance(depth == 0 ? 45 : 30) {
            text += random.pick([" and ", " or ", " and ", "  or\t"]) + markerAtom(depth: depth)
        }
        if depth > 0 { return text }
        return random.chance(6) ? broken(text, with: "()'\"=<>!~ andorit_.;") : text
    }

    private mutating func markerAtom(depth: Int) -> String {
        if depth < 3, random.chance(20) { return blank() + "(" + blank() + marker(depth: depth + 1) + blank() + ")" }
        return comparison(depth: depth)
    }

    private mutating func comparison(depth: Int) -> String {
        let variable = random.pick([
            "python_version", "python_version", "python_full_version", "python_full_version", "os_name", "sys_platform",
            "platform_machine", "platform_system", "platform_release", "platform_version", "implementation_name",
            "platform_python_implementation", "implementation_version", "extra", "extra", "os.name", "sys.platform",
            "platform.machine", "platform.version", "platform.python_implementation", "python_implementation",
            "extras", "dependency_groups",
        ])
        var comparison = random.pick(["==", "!=", ">=", "<=", "<", ">", "in", "not in", "==", ">=", "<"])
        if random.chance(5) { comparison = random.pick(["~=", "===", "not  in", "=", "is"]) }
        let text = value(for: variable, comparison, depth: depth)
        let quote = text.contains("'") ? "\"" : text.contains("\"") ? "'" : random.pick(["'", "\""])
        let literal = quote + text + quote
        let isWord = comparison.hasSuffix("n") || comparison == "is"
        let space = isWord ? " " : random.pick(["", " ", " ", "  "])
        switch random.number(0...99) {
        case 0..<80: return variable + space + comparison + space + literal
        case 80..<97: return literal + space + comparison + space + variable
        case 97: return literal + space + comparison + space + literal
        default: return variable + space + comparison + space + "sys_platform"
        }
    }

    private mutating func value(for variable: String, _ comparison: String, depth: Int) -> String {
        if random.chance(3) {
            return random.pick(["", "a'b", "x\"y", "tab\\t", "\\x41", "\\u0042", "\\101", "\\q", "ümlaut"])
        }
        switch variable {
        case "python_version":
            if comparison.hasSuffix("in") { return random.pick(["3.8, 3.9", "2.7 3.11", "3.1", "", "3.10,3.11,3.12"]) }
            return random.chance(80)
                ? random.pick([
                    "3.8", "3.11", "3.9.1", "3.11.*", "3", "2.7", "3.12", "4", " 3.11 ", "=3.11", "3.1,3.11",
                ]) : plainVersion()
        case "python_full_version", "implementation_version":
            return random.chance(70)
                ? random.pick(["3.11.2", "3.11.0rc1", "3.11", "3.11.*", "3.8", "3.12.0"]) : plainVersion()
        case "platform_release", "platform_version", "platform.version":
            return random.pick(["", "5.10", "6", "5.10.0-kali", "1.0+local", "20.1.0"])
        case "extra":
            return depth == 0
                ? random.pick(["test", "Test", "dev_tools", "dev.tools", "dev-tools", "", "a b"])
                : random.pick(["test", "dev-tools", ""])
        case "extras", "dependency_groups":
            return random.pick(["test", "Test", "dev_tools", "other"])
        default:
            return random.pick([
                "posix", "nt", "linux", "win32", "darwin", "Linux", "x86_64", "aarch64", "cpython", "CPython", "PyPy",
                "x86",
            ])
        }
    }

    /// A requirement; `===` stands only where nothing follows its text but the end, since it swallows commas.
    mutating func requirement() -> String {
        var text = blank() + name() + blank()
        if random.chance(30) {
            let extras = (0..<random.number(0...3)).map { _ in blank() + name() + blank() }
            text += "[" + extras.joined(separator: ",") + "]" + blank()
        }
        if random.chance(10) {
            text +=
                "@" + blank()
                + random.pick(["https://example.org/foo-1.0.zip", "file:///tmp/x.whl", "git+ssh://a@b/c.git@v1#egg=x"])
            if random.chance(50) { text += random.pick([" ", "", "  "]) + ";" + marker() }
        } else {
            var set = specifierSet()
            while set.contains("===") { set = specifierSet() }
            text += random.chance(30) ? "(" + blank() + set + blank() + ")" : set
            if random.chance(40) { text += blank() + ";" + marker() }
        }
        text += random.pick(["", "", "", "", " ", "\n"])
        return random.chance(10) ? broken(text, with: "[](),;@<>=!~ .*'\"ab1") : text
    }

    /// A compressed tag set of up to three of these tags.
    mutating func tagSet(of tags: [WheelTag]) -> String {
        let chosen = (0..<random.pick([1, 1, 2, 3])).map { _ in random.pick(tags) }
        let parts = [chosen.map(\.python), chosen.map(\.abi), chosen.map(\.platform)]
        return parts.map { $0.joined(separator: ".") }.joined(separator: "-")
    }

    mutating func tagSet() -> String {
        func some(_ choices: [String]) -> String {
            (0..<random.pick([1, 1, 1, 2, 3])).map { _ in random.pick(choices) }.joined(separator: ".")
        }
        let pythons = some([
            "py3", "py2", "py", "py310", "py311", "py313", "py30", "py4", "cp311", "cp310", "cp312", "cp313", "cp38",
            "cp32",
            "cp31", "cp3", "cp39", "CP311", "pp311", "cp27", "cp0311", "cp301",
        ])
        let abis = some([
            "none", "none", "abi3", "abi3", "abi3t", "cp311", "cp311", "cp313", "cp313t", "cp38", "cp37m", "CP311", "d",
        ])
        let levels = ["2_5", "2_12", "2_17", "2_28", "2_36", "2_39", "2_4", "3_0", "1_0", "02_17"].map {
            "manylinux_\($0)"
        }
        let legacy = [
            "manylinux1", "manylinux2010", "manylinux2014", "linux", "musllinux_1_0", "musllinux_1_1", "musllinux_1_2",
        ]
        let platforms = some(
            ["any", "any", "win_amd64", "macosx_11_0_arm64"]
                + (levels + legacy).flatMap { ["\($0)_x86_64", "\($0)_aarch64"] } + [
                    "MANYLINUX2014_x86_64", "linux_i686",
                ])
        return "\(pythons)-\(abis)-\(platforms)"
    }

    mutating func sourceFilename() -> String {
        let stem = name() + random.pick(["-", "-", "-", "_", ""]) + plainVersion()
        let text = stem + random.pick([".tar.gz", ".tar.gz", ".zip", ".tar", ".gz"])
        return random.chance(10) ? broken(text, with: "-_.t1") : text
    }

    mutating func wheelFilename() -> String {
        var parts = [
            random.pick(["foo", "foo_bar", "Foo.Bar", "foo__bar", "zope.interface", "a"]), plainVersion(),
        ]
        if random.chance(15) { parts.append(random.pick(["1", "2local", "x1", "007", ""])) }
        parts.append(tagSet())
        let text = parts.joined(separator: "-") + random.pick([".whl", ".whl", ".whl", ".whl", ".WHL", ".zip"])
        return random.chance(10) ? broken(text, with: "-_.w1") : text
    }
}
