import PythonPackaging
import Testing

@Suite("URLs of source trees")
struct SourceTreeURLTests {
    @Test(
        "repositories and folders are told from files",
        arguments: [
            ("git+https://host/a.git", SourceTreeURL(.repository(revision: nil), at: "https://host/a.git")),
            ("git+https://host/a.git@v1.0", SourceTreeURL(.repository(revision: "v1.0"), at: "https://host/a.git")),
            ("git+ssh://git@host/a.git", SourceTreeURL(.repository(revision: nil), at: "ssh://git@host/a.git")),
            (
                "git+ssh://git@host/a.git@feature/x#egg=a&subdirectory=b/c",
                SourceTreeURL(.repository(revision: "feature/x"), at: "ssh://git@host/a.git", subdirectory: "b/c")
            ),
            (
                "git+https://me:secret@host/a@main",
                SourceTreeURL(.repository(revision: "main"), at: "https://me:secret@host/a")
            ),
            ("git+file:///tmp/a", SourceTreeURL(.repository(revision: nil), at: "file:///tmp/a")),
            ("file:///tmp/project", SourceTreeURL(.folder, at: "file:///tmp/project")),
            (
                "file:///tmp/project#subdirectory=x",
                SourceTreeURL(.folder, at: "file:///tmp/project", subdirectory: "x")
            ),
        ])
    func trees(_ text: String, _ expected: SourceTreeURL) {
        #expect(SourceTreeURL(text) == expected)
        #expect(SourceTreeURL(expected.description) == expected)
    }

    @Test(
        "files, other systems and ways out are none",
        arguments: [
            "file:///tmp/a-1.0.tar.gz", "file:///tmp/a-1.0-py3-none-any.whl", "https://host/a.git", "hg+https://host/a",
            "git+https://host", "git+https://host/a@", "git+https://host/a#subdirectory=../x", "file:///tmp/a.egg", "",
        ])
    func others(_ text: String) {
        #expect(SourceTreeURL(text) == nil)
    }
}
