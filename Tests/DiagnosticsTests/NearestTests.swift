import Diagnostics
import Testing

@Suite("nearest names")
struct NearestTests {
    @Test(
        "a swapped, missing or wrong letter still finds the word",
        arguments: ["pacakges", "package", "packagez", "packages"])
    func finds(word: String) {
        #expect(nearest(to: word, among: ["python", "packages", "platform"]) == ["packages"])
    }

    @Test("a word unlike every candidate finds none")
    func findsNone() {
        #expect(nearest(to: "zebra", among: ["python", "packages"]).isEmpty)
    }

    @Test("the closest comes first, ties in alphabetical order")
    func order() {
        #expect(nearest(to: "numpy", among: ["nunpy", "numpy", "mumpy"]) == ["numpy", "mumpy", "nunpy"])
    }
}
