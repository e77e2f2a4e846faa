import MavenPackaging
import Testing

@Suite("Versions and ranges")
struct VersionTests {
    @Test(
        "versions are in the order of Maven's resolver",
        arguments: [
            ["1-alpha", "1-beta", "1-milestone", "1-rc", "1-snapshot", "1", "1-sp", "1-xyz", "1.1"],
            ["1.0-alpha-1", "1.0-alpha-2", "1.0-beta-1", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0-sp-1", "1.0.1"],
            ["2.0.M1", "2.0.RC1", "2.0.RELEASE", "2.0.SP1", "2.0.abc", "2.0.1"],
            ["1.9", "1.10", "1.100", "2.0.0.1"],
            ["9", "99999999999", "100000000000000000000"],
            ["1a1", "1b1", "1m1", "1"],
            ["20040616", "20040617", "20050101120000"],
            ["1.0-pre", "1.0-x"],
        ])
    func order(_ versions: [String]) {
        let sorted = versions.map(MavenVersion.init)
        for (index, low) in sorted.enumerated() {
            for high in sorted[(index + 1)...] {
                #expect(low < high, "\(low) < \(high)")
                #expect(!(high < low), "\(high) > \(low)")
            }
        }
    }

    @Test(
        "different texts may be one version",
        arguments: [
            ["1", "1.0", "1.0.0", "1-0", "1.ga", "1-final", "1.0-RELEASE", "1_0", "01"],
            ["1-rc", "1-cr", "1.0-CR", "1RC"],
            ["1-alpha-1", "1a1", "1.alpha.1", "1-ALPHA1"],
            ["1.x", "1.X", "1-x"],
            ["", "0", "0.0"],
        ])
    func equal(_ versions: [String]) {
        for version in versions {
            #expect(MavenVersion(version) == MavenVersion(versions[0]), "\(version) \(versions[0])")
        }
    }

    @Test(
        "ranges hold what they say",
        arguments: [
            ("[1.0,2.0)", ["1.0", "1.5", "2.0-alpha"], ["0.9", "2.0", "2.1"]),
            ("(1.0,2.0]", ["1.1", "2.0"], ["1.0", "2.0.1"]),
            ("[1.5]", ["1.5", "1.5.0"], ["1.5.1", "1.4"]),
            ("(,1.0],[1.2,)", ["0.1", "1.0", "1.2", "3"], ["1.1"]),
            ("[1.2.*]", ["1.2", "1.2.9", "1.2-alpha"], ["1.1.9", "1.3"]),
            ("[1,)", ["1", "99"], ["0.9", "1-rc"]),
            (" 1.0", ["0.1", "9"], []),
        ])
    func ranges(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let constraint = try VersionConstraint(text)
        for version in inside { #expect(constraint.allows(MavenVersion(version)), "\(version) in \(text)") }
        for version in outside { #expect(!constraint.allows(MavenVersion(version)), "\(version) not in \(text)") }
    }

    @Test("what is no range is refused", arguments: ["[1.0", "[1,2,3]", "(1.0)", "[2,1]", "[1,2]x", "[1,2] 3"])
    func noRange(_ text: String) {
        #expect { try VersionConstraint(text) } throws: { ($0 as? MavenPackagingError)?.code == .badRange }
    }

    @Test("a soft version is pinned, and a range with one version too")
    func pinned() throws {
        #expect(try VersionConstraint("1.0").pinned?.text == "1.0")
        #expect(try VersionConstraint("[1.0]").pinned?.text == "1.0")
        #expect(try VersionConstraint("[1.0,2.0]").pinned == nil)
    }

    @Test(
        "a build of a snapshot lies in its folder",
        arguments: [
            ("1.0-20260102.030405-7", "1.0-SNAPSHOT"), ("20260102.030405-7", "SNAPSHOT"), ("1-SNAPSHOT", "1-SNAPSHOT"),
            ("1.0-20260102.030405", "1.0-20260102.030405"), ("1.020260102.030405-7", "1.020260102.030405-7"),
            ("1.0-20260102-030405-7", "1.0-20260102-030405-7"), ("1.0", "1.0"), ("7", "7"), ("", ""),
        ])
    func builds(_ version: String, _ base: String) {
        #expect(RepositoryVersion(version).base == base)
        #expect(RepositoryVersion(version).isSnapshot == base.hasSuffix("SNAPSHOT"))
        #expect(RepositoryVersion(version).isMoving == version.hasSuffix("SNAPSHOT"))
    }
}
