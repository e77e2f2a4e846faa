import Diagnostics
import Testing

@Suite("Names in paths")
struct PathNameTests {
    /// A mark that stands behind a slash, and one that stands before it: each makes one `Character` with it.
    static let behind = "/\u{301}"
    static let before = "\u{600}/"

    @Test("they are told apart where the kernel does, whatever marks stand around a slash")
    func names() {
        #expect("/usr//lib/".pathNames == ["usr", "lib"])
        #expect("".pathNames.isEmpty && "/".pathNames.isEmpty)
        #expect("a\(Self.behind)b".pathNames == ["a", "\u{301}b"])
        #expect("a\(Self.before)b".pathNames == ["a\u{600}", "b"])
        #expect("x/..\(Self.behind)y".pathNames == ["x", "..", "\u{301}y"])
        #expect("usr/lib/python".dropFirst(4).pathNames == ["lib", "python"])
    }

    @Test("a file's name has no slash, however hidden")
    func fileNames() {
        for name in ["a", "...", ".hidden", "é", "a b"] { #expect(name.isFileName, "\(name)") }
        for name in ["", ".", "..", "a/b", "/", "a\(Self.behind)b", "a\(Self.before)b", "a\0b"] {
            #expect(!name.isFileName, "\(name.debugDescription)")
        }
    }

    @Test("a path leads out by its beginning or by a part of it, however hidden")
    func inner() {
        for path in ["a/b", "a/..b", "a\(Self.behind)b", ""] { #expect(path.isInnerPath, "\(path.debugDescription)") }
        for path in ["/a", "\(Self.behind)a", "..", "a/../b", "..\(Self.behind)a", "a\(Self.before)../b", "a\0"] {
            #expect(!path.isInnerPath, "\(path.debugDescription)")
        }
    }
}
