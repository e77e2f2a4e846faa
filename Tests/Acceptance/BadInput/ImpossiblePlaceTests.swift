import Foundation
import SystemPackage
import TestSupport
import Testing

/// Places where nothing can be kept or delivered.
@Suite("Impossible places")
struct ImpossiblePlaceTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    @Test(
        "a data folder that cannot be is told",
        arguments: [
            ("/proc/chidori/data", "/proc/chidori"), ("/dev/null/data", "/dev/null"), ("/etc/passwd", "/etc/passwd"),
        ])
    func dataFolder(_ path: String, _ named: String) async throws {
        let recipe = try await user.recipe("plain", ["good"])
        try await user.refuse(["env", "build", recipe, "--data", path], status: 7, naming: [named])
        try await user.expectGoodStore()
    }

    @Test("a folder or image that cannot be is told", arguments: ["folder", "image", "archive"])
    func destination(_ kind: String) async throws {
        let recipe = try await user.recipe("plain", ["good"])
        let place = "/proc/chidori/place"
        let arguments =
            switch kind {
            case "folder": ["--to", place]
            case "image": ["--image", "oci:\(place)"]
            default: ["--image", "oci-archive:\(place)"]
            }
        try await user.refuse(["env", "build", recipe] + arguments, status: 7, naming: ["/proc/chidori"])
        try await user.expectGoodStore()
    }

    @Test("what is no environment is never replaced")
    func occupied() async throws {
        let recipe = try await user.recipe("plain", ["good"])
        try user.scratch.write("mine/thesis.txt", "years of work")
        let mine = user.scratch.file("mine")
        try await user.refuse(["env", "build", recipe, "--to", mine.string], status: 3, naming: [mine.string])
        let file = mine.appending("thesis.txt").string
        try await user.refuse(["env", "build", recipe, "--image", "oci:\(file)"], status: 7, naming: [file])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "years of work")
    }
}
