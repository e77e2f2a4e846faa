import EnvironmentBuilder
import Testing

@Suite("What has changed")
struct ChangedPathsTests {
    private let changes = ChangedPaths([
        "recipes/demo.yaml", "wheels/old/a-1.0-py3-none-any.whl", "vendor", "recipes-old/x", "späße/ü.toml",
    ])

    @Test(
        "a file, or a folder with all that is in it, has changed where a path says so",
        arguments: [
            ("recipes/demo.yaml", "recipes/demo.yaml"), ("recipes/demo.lock.toml", nil),
            ("recipes", "recipes/demo.yaml"),
            ("wheels", "wheels/old/a-1.0-py3-none-any.whl"), ("wheels/old", "wheels/old/a-1.0-py3-none-any.whl"),
            ("wheels/new", nil), ("recipe", nil), ("recipes-old", "recipes-old/x"), ("", "recipes-old/x"),
            // A submodule is one path.
            ("vendor/wheels", "vendor"), ("vendored", nil), ("späße", "späße/ü.toml"),
        ] as [(String, String?)])
    func change(place: String, cause: String?) {
        #expect(changes.change(at: place) == cause)
    }

    @Test("nothing has changed where nothing did")
    func none() {
        #expect(ChangedPaths([]).change(at: "") == nil)
    }
}
