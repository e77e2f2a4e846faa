import TestSupport
import Testing

@testable import PythonPackaging

/// Bytes that nobody would write are answered with a value or an error, never with a crash or a name that leads elsewhere.
@Suite("Hostile input")
struct HostileInputTests {
    private static let seeds = [
        "1!2.0rc1.post2.dev3+abc.1", ">=1.0,!=2.*,~=3.1,===x",
        "foo[a,b] >=1 ; python_version < '3' and (extra == \"x\")",
        "foo-1.0-1-py2.py3-none-any.whl", "foo-1.0.tar.gz", "Name: foo\nVersion: 1\nRequires-Dist: a\n b\n\nbody",
        "Wheel-Version: 1.0\nTag: py3-none-any\n", "[console_scripts]\na = b:c [d]\n",
        "a.py,sha256=47DEQpj8HBSa,0\n\"b\",,\n",
        "<html><base href='/x/'><a href=\"f-1.zip#sha256=00\" data-yanked data-requires-python='&gt;=3'>f</a><!-- x -->",
        #"{"meta": {"api-version": "1.0"}, "files": [{"url": "f-1.zip", "hashes": {"sha256": "00"}, "yanked": "\u00e9"}]}"#,
        "linux-x86_64-glibc2.36", "2024-02-29T12:30:45.123Z", "cp311.py3-abi3.none-manylinux_2_17_x86_64.any",
    ]

    @Test("mangled text of every kind is survived")
    func mangled() throws {
        var random = SeededGenerator(30)
        let priority = TagPriority(
            python: PythonVersion(3, 11), platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)))
        let name = try PackageName("foo")
        for _ in 0..<4_000 {
            var bytes = Array(random.pick(Self.seeds).utf8)
            for _ in 0..<random.number(1...6) {
                let place = random.number(0...bytes.count)
                switch random.number(0...3) {
                case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                case 1: bytes.removeSubrange(min(place, bytes.count)..<min(place + random.number(1...4), bytes.count))
                case 2:
                    if place < bytes.count {
                        bytes[place] = random.pick(Array("<>&;\"'\\{}[]()%#=!*.,-_\n\0\u{FF}".utf8))
                    }
                default: bytes.insert(contentsOf: bytes.prefix(random.number(0...bytes.count)), at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            bytes.withUnsafeBufferPointer { buffer in
                _ = Version(utf8: buffer).map(\.description)
                _ = SpecifierSet(utf8: buffer).map(\.description)
                _ = Requirement(utf8: buffer).map(\.description)
                _ = PackageName(utf8: buffer)
                _ = priority.rank(ofTagSet: buffer)
            }
            _ = try? Requirement(lenient: text)
            _ = try? SpecifierSet(lenient: text)
            _ = try? Marker(text).description
            _ = (try? WheelFilename(text)).map { ($0.tags, priority.rank(of: $0)) }
            _ = DistributionFilename(text, expecting: name)
            _ = try? SourceDistributionFilename(text)
            _ = try? TargetPlatform(text)
            _ = try? PythonVersion(text)
            _ = UploadTime(text)?.description
            _ = try? CoreMetadata(bytes, of: "x")
            _ = try? WheelMetadata(bytes, of: "x")
            _ = (try? WheelRecord(bytes, of: "x"))?.text
            for script in (try? EntryPoints(text, of: "x"))?.consoleScripts ?? [] {
                #expect(FileLink.isPlain(script.name))
            }
            for type in ["text/html", "application/json"] {
                let page = try? SimplePage(bytes, contentType: type, url: "https://x.example/foo/")
                for file in page?.files ?? [] {
                    #expect(
                        FileLink.isPlain(file.filename), "\(file.filename.debugDescription) of \(text.debugDescription)"
                    )
                    #expect(file.url.utf8.allSatisfy { 0x21...0x7E ~= $0 }, "\(file.url.debugDescription)")
                }
            }
        }
    }

    @Test("long input takes time in proportion to its length", .timeLimit(.minutes(2)))
    func long() {
        let long = 200_000
        let texts = [
            String(repeating: "1.", count: long) + "1", String(repeating: "9", count: long),
            "foo" + String(repeating: "[a]", count: long), "foo>=" + String(repeating: "1,>=", count: long),
            "foo; " + String(repeating: "os_name == 'a' and ", count: long) + "os_name == 'b'",
            String(repeating: "-", count: long) + ".tar.gz", "foo" + String(repeating: "-1", count: long) + ".tar.gz",
        ]
        for text in texts {
            _ = try? Version(text)
            _ = try? Requirement(lenient: text)
            _ = try? SpecifierSet(lenient: text)
            _ = try? WheelFilename(text)
        }
        let pages = [
            String(repeating: "<a href='x-1.zip", count: long), String(repeating: "<script>", count: long),
            String(repeating: "<!--", count: long), String(repeating: "</", count: long),
        ]
        for page in pages {
            _ = try? SimplePage(Array(page.utf8), contentType: "text/html", url: "https://x.example/")
        }
    }
}
