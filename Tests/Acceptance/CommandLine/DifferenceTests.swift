import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Differences")
struct DifferenceTests {
    @Test("packages are a table and the recipe's keys lines of their own, in 80 columns whatever they say")
    func text() async throws {
        let user = try FreshUser([
            WheelFixture("lib", "1.0"), WheelFixture("lib", "2.0"), WheelFixture("gone"), WheelFixture("new"),
        ])
        let long = "true && echo " + String(repeating: "words ", count: 40)
        let first = try await user.recipe("first", ["lib<2", "gone"])
        let second = try await user.recipe("second", ["lib", "new"], more: "tests: [{shell: \"\(long)\"}]\n")
        for recipe in [first, second] { try await user.succeed("env", "lock", recipe) }
        let text = try await user.succeed("env", "diff", first, second)
        #expect(
            text.hasPrefix(
                """
                   PACKAGE  FROM  TO
                -  gone     1.0
                ~  lib      1.0   2.0
                +  new            1.0

                In the recipe:
                  name
                    - first
                    + second
                  python.packages
                    - gone
                    - lib<2
                    + lib
                    + new
                  tests
                    + true && echo words
                """), "\(text)")
        #expect(text.hasSuffix("…\n") && text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        let same = try await user.chidori("env", "diff", first, first)
        #expect(same.output.isEmpty && same.errorText == "No differences\n")

        // Of a lock and an environment only what both have is compared: there is no recipe in an environment.
        try await user.succeed("env", "build", first, "--quiet")
        let mixed = try await user.succeed("env", "diff", "first", second)
        #expect(mixed.contains("+  new") && !mixed.contains("In the recipe"), "\(mixed)")
    }
}
