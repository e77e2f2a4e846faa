import Cryptography
import PythonPackaging
import Recipes
import Testing

@Suite("Environment ids")
struct EnvironmentIDTests {
    private let python = PythonVersion(3, 11)
    private let platform = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
    private let units = [SHA256Digest(of: "a"), SHA256Digest(of: "b")]

    @Test("the id is the digest of a text that is written down")
    func golden() {
        let text = EnvironmentID.canonicalText(
            python: python, platform: platform, environment: ["B": "x=1\nunit y", "A": ""], units: units)
        #expect(
            text == """
                chidori-environment 1
                python 3.11 cp311
                platform linux-x86_64-glibc2.36
                variable A 0:
                variable B 10:x=1
                unit y
                unit ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
                unit 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d

                """)
        let id = EnvironmentID(
            python: python, platform: platform, environment: ["B": "x=1\nunit y", "A": ""], units: units)
        #expect(id.digest == SHA256Digest(of: text))
        #expect(EnvironmentID(id.description) == id)
    }

    @Test("everything that an environment is changes its id, and the patch level does not")
    func sensitivity() {
        func id(
            _ python: PythonVersion, _ platform: TargetPlatform, _ environment: [String: String],
            _ units: [SHA256Digest]
        ) -> EnvironmentID {
            EnvironmentID(python: python, platform: platform, environment: environment, units: units)
        }
        let ids = [
            id(python, platform, [:], units), id(PythonVersion(3, 12), platform, [:], units),
            id(PythonVersion(3, 11, isFreeThreaded: true), platform, [:], units),
            id(python, TargetPlatform(.aarch64, .glibc(major: 2, minor: 36)), [:], units),
            id(python, TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)), [:], units),
            id(python, platform, ["A": "1"], units), id(python, platform, ["A": "2"], units),
            id(python, platform, [:], units.reversed()), id(python, platform, [:], [units[0]]),
        ]
        #expect(Set(ids).count == ids.count)
        #expect(id(PythonVersion(3, 11, 7), platform, [:], units) == ids[0])
    }
}
