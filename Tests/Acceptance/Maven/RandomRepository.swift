import TestSupport

/// Writes repositories of random projects that depend on each other in every way that POMs know.
struct RandomRepository {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xD1B5_4A32_D192_ED03 }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 11) % UInt64(bound))
    }

    private mutating func chance(_ percent: Int) -> Bool { next(100) < percent }
    private mutating func pick<Item>(_ items: [Item]) -> Item { items[next(items.count)] }

    /// Whether dependencies lead in circles too.
    var hasCircles = true
    /// In graphs without: dependencies lead to modules of higher numbers.
    private var lowest = 0

    private let versions = ["1.0", "1.1", "1.2-beta-1", "2.0"]
    private var modules = 0
    private var parents = 0
    private var boms = 0

    /// Writes one repository and its `test:root:1` below a folder of the scratch.
    mutating func write(to scratch: Scratch, _ folder: String) throws {
        modules = 3 + next(14)
        parents = next(4)
        boms = next(3)
        for number in 0..<parents {
            let above = number > 0 && chance(60) ? "<parent>\(coordinates("p\(next(number))", "1"))</parent>" : ""
            try put(
                scratch, folder, "p\(number)", "1",
                "\(above)\(coordinates("p\(number)", "1"))<packaging>pom</packaging>\(body(depth: 1))")
        }
        for number in 0..<boms {
            let other = number > 0 && chance(50) ? importing("b\(next(number))") : ""
            try put(
                scratch, folder, "b\(number)", "1",
                "\(coordinates("b\(number)", "1"))<packaging>pom</packaging><dependencyManagement><dependencies>"
                    + (0..<(1 + next(4))).map { _ in managed() }.joined() + other
                    + "</dependencies></dependencyManagement>")
        }
        for number in 0..<modules {
            lowest = hasCircles ? 0 : number + 1
            for version in versions {
                // Some have no POM.
                if chance(3) { continue }
                try put(scratch, folder, "m\(number)", version, module(number, version))
            }
            try scratch.write(
                "\(folder)/test/m\(number)/maven-metadata-local.xml",
                """
                <metadata><groupId>test</groupId><artifactId>m\(number)</artifactId><versioning><versions>\
                \(versions.map { "<version>\($0)</version>" }.joined())</versions></versioning></metadata>
                """)
        }
        lowest = 0
        let imports = (0..<boms).map { chance(60) ? importing("b\($0)") : "" }.joined()
        let management = (0..<next(4)).map { _ in managed() }.joined() + imports
        try put(
            scratch, folder, "root", "1",
            "\(coordinates("root", "1"))<dependencyManagement><dependencies>\(management)</dependencies>"
                + "</dependencyManagement><dependencies>"
                + (0..<(1 + next(5))).map { _ in dependency(isRoot: true) }.joined() + "</dependencies>")
    }

    private func coordinates(_ artifact: String, _ version: String) -> String {
        "<groupId>test</groupId><artifactId>\(artifact)</artifactId><version>\(version)</version>"
    }

    private func importing(_ artifact: String) -> String {
        "<dependency>\(coordinates(artifact, "1"))<type>pom</type><scope>import</scope></dependency>"
    }

    private func put(_ scratch: Scratch, _ folder: String, _ artifact: String, _ version: String, _ body: String) throws
    {
        try scratch.write(
            "\(folder)/test/\(artifact)/\(version)/\(artifact)-\(version).pom",
            "<project><modelVersion>4.0.0</modelVersion>\(body)</project>")
    }

    private mutating func module(_ number: Int, _ version: String) -> String {
        if chance(4) {
            let target = hasCircles ? next(modules) : min(number + 1 + next(3), modules - 1)
            if target != number {
                return coordinates("m\(number)", version) + "<distributionManagement><relocation><artifactId>m\(target)"
                    + "</artifactId>" + (chance(30) ? "<version>\(pick(versions))</version>" : "")
                    + "</relocation></distributionManagement>"
            }
        }
        let parent = parents > 0 && chance(50) ? "<parent>\(coordinates("p\(next(parents))", "1"))</parent>" : ""
        return parent + coordinates("m\(number)", version) + body(depth: 0)
    }

    private mutating func body(depth: Int) -> String {
        var text = "<properties>"
        for name in ["v1", "v2"] where chance(40) { text += "<\(name)>\(pick(versions))</\(name)>" }
        if chance(10) { text += "<v3>${v1}</v3>" }
        text += "</properties>"
        if chance(30) {
            text += "<dependencyManagement><dependencies>" + (0..<(1 + next(3))).map { _ in managed() }.joined()
            if boms > 0, chance(30), depth == 0 { text += importing("b\(next(boms))") }
            text += "</dependencies></dependencyManagement>"
        }
        // A parent's dependencies are those of children of any number.
        let count = depth == 0 ? next(5) : hasCircles ? next(2) : 0
        text += "<dependencies>" + (0..<count).map { _ in dependency(isRoot: false) }.joined() + "</dependencies>"
        if chance(12), depth == 0 || hasCircles {
            text +=
                "<profiles><profile><id>x</id><activation>\(activation())</activation><dependencies>"
                + dependency(isRoot: false) + "</dependencies></profile></profiles>"
        }
        return text
    }

    private mutating func activation() -> String {
        pick([
            "<activeByDefault>true</activeByDefault>", "<jdk>17</jdk>", "<jdk>[1.8,)</jdk>", "<jdk>!17</jdk>",
            "<jdk>(,11]</jdk>", "<os><family>unix</family></os>", "<os><name>!linux</name></os>",
            "<property><name>!nobody.sets.this</name></property>",
            "<property><name>nobody.sets.this</name></property>",
            "<property><name>java.version</name><value>17.0.1</value></property>",
        ])
    }

    private mutating func version(isRoot: Bool) -> String {
        if chance(10) { return pick(["[1.0,2.0)", "[1.1,)", "[1.0]", "(,1.1],[2.0,)", "[1.0,1.1]", "[1.1,2.0]"]) }
        return pick(versions)
    }

    private mutating func dependency(isRoot: Bool) -> String {
        // The last one depends on nothing.
        guard lowest < modules else { return "" }
        let module = lowest + next(modules - lowest)
        let kind = next(100)
        let file = kind < 4 ? "<type>test-jar</type>" : kind < 8 ? "<classifier>x</classifier>" : ""
        let scope =
            chance(25) ? "<scope>\(pick(["runtime", "provided", "test", "compile", "runtime"]))</scope>" : ""
        let optional = chance(8) ? "<optional>true</optional>" : ""
        return "<dependency><groupId>test</groupId><artifactId>m\(module)</artifactId>"
            + "<version>\(version(isRoot: isRoot))</version>\(file)\(scope)\(optional)\(exclusions(15))</dependency>"
    }

    private mutating func managed() -> String {
        let version = chance(90) ? "<version>\(pick(versions))</version>" : ""
        let scope = chance(12) ? "<scope>\(pick(["runtime", "provided", "test", "compile"]))</scope>" : ""
        let optional = chance(6) ? "<optional>\(chance(50))</optional>" : ""
        return "<dependency><groupId>test</groupId><artifactId>m\(next(modules))</artifactId>"
            + "\(version)\(scope)\(optional)\(exclusions(12))</dependency>"
    }

    private mutating func exclusions(_ percent: Int) -> String {
        guard chance(percent) else { return "" }
        let one = { (group: String, artifact: String) in
            "<exclusion><groupId>\(group)</groupId><artifactId>\(artifact)</artifactId></exclusion>"
        }
        let all = (0..<(1 + next(2))).map { _ in
            chance(8) ? one("*", "*") : chance(15) ? one("*", "m\(next(modules))") : one("test", "m\(next(modules))")
        }
        return "<exclusions>\(all.joined())</exclusions>"
    }
}
