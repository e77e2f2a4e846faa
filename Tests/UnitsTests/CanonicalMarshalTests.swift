import SystemPackage
import TestSupport
import Testing

@testable import Units

@Suite struct CanonicalMarshalTests {
    static func rewrite(_ stream: [UInt8], minor: Int = 11) throws -> [UInt8] {
        var marshal = CanonicalMarshal(layout: CanonicalMarshal.CodeLayout(minor: minor))
        var output: [UInt8] = []
        try stream.withUnsafeBytes { try marshal.rewrite($0, into: &output) }
        return output
    }

    /// A type code with `FLAG_REF`.
    static func marked(_ code: Character) -> UInt8 { (code.asciiValue ?? 0) | 0x80 }
    static func reference(_ index: UInt8) -> [UInt8] { Array("r".utf8) + [index, 0, 0, 0] }
    static func tuple(_ count: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        Array(")".utf8) + [count] + parts.flatMap { $0 }
    }
    static func short(_ text: String) -> [UInt8] { Array("z".utf8) + [UInt8(text.utf8.count)] + Array(text.utf8) }
    static func name(_ text: String) -> [UInt8] { Array("Z".utf8) + [UInt8(text.utf8.count)] + Array(text.utf8) }

    @Test("a mark that nothing refers to is taken away")
    func needlessMark() throws {
        let marked = [Self.marked(")"), 1, Self.marked("Z"), 3] + Array("abc".utf8)
        #expect(try Self.rewrite(marked) == Self.tuple(1, Self.name("abc")))
    }

    @Test("equal objects become one, whether or not they were one before")
    func sharing() throws {
        let shared = Self.tuple(2, [Self.marked("z"), 3] + Array("a b".utf8), Self.reference(0))
        #expect(try Self.rewrite(shared) == shared)
        #expect(try Self.rewrite(Self.tuple(2, Self.short("a b"), Self.short("a b"))) == shared)
        let numbered = [Self.marked(")"), 2, Self.marked("z"), 3] + Array("a b".utf8) + Self.reference(1)
        #expect(try Self.rewrite(numbered) == shared)
    }

    @Test("equal tuples become one, and the second is not written again")
    func sharedTuples() throws {
        let pair = Self.tuple(2, Array("N".utf8), Self.short("a b"))
        let expected = Self.tuple(2, [Self.marked(")")] + pair.dropFirst(), Self.reference(0))
        #expect(try Self.rewrite(Self.tuple(2, pair, pair)) == expected)
    }

    @Test("values that look alike but differ in kind, sign or bits stay apart")
    func distinctValues() throws {
        let zero = Array("g".utf8) + [UInt8](repeating: 0, count: 8)
        let minusZero = Array("g".utf8) + [UInt8](repeating: 0, count: 7) + [0x80]
        let one = Array("i".utf8) + [1, 0, 0, 0]
        let bytes = Array("s".utf8) + [1, 0, 0, 0] + Array("a".utf8)
        let all = Self.tuple(6, zero, minusZero, one, Array("T".utf8), bytes, Self.name("a"))
        #expect(try Self.rewrite(all) == all)
    }

    @Test("small things that cost no more than a reference are repeated")
    func cheapValues() throws {
        let one = Array("i".utf8) + [1, 0, 0, 0]
        let all = Self.tuple(6, one, one, Array("N".utf8), Array("N".utf8), Self.tuple(0), Self.tuple(0))
        #expect(try Self.rewrite(all) == all)
    }

    @Test("whether a string is interned follows from its text alone")
    func interning() throws {
        #expect(try Self.rewrite(Self.short("abc_1")) == Self.name("abc_1"))
        #expect(try Self.rewrite(Self.name("a-b")) == Self.short("a-b"))
        let accented = Array("é".utf8)
        let interned = Array("t".utf8) + [2, 0, 0, 0] + accented
        #expect(try Self.rewrite(interned) == Array("u".utf8) + [2, 0, 0, 0] + accented)
    }

    @Test("a frozenset's elements stand in the order of their bytes")
    func frozenSets() throws {
        func set(_ parts: [UInt8]...) -> [UInt8] { Array(">".utf8) + [3, 0, 0, 0] + parts.flatMap { $0 } }
        let none = Array("N".utf8)
        let expected = set(none, Self.name("a"), Self.name("b"))
        #expect(try Self.rewrite(set(Self.name("b"), none, Self.name("a"))) == expected)
        #expect(try Self.rewrite(set(Self.name("a"), Self.name("b"), none)) == expected)
    }

    @Test("a stream that is cut, goes on, or refers to nothing is refused")
    func malformed() throws {
        let good = Self.tuple(2, [Self.marked("z"), 3] + Array("a b".utf8), Self.reference(0))
        for end in good.indices {
            #expect(throws: CanonicalMarshal.Refusal.self) { try Self.rewrite(Array(good[..<end])) }
        }
        #expect(throws: CanonicalMarshal.Refusal.self) { try Self.rewrite(good + [0]) }
        #expect(throws: CanonicalMarshal.Refusal.self) { try Self.rewrite(Self.tuple(1, Self.reference(0))) }
        #expect(throws: CanonicalMarshal.Refusal.self) {
            try Self.rewrite([Self.marked(")"), 1] + Self.reference(0))
        }
        #expect(throws: CanonicalMarshal.Refusal.self) { try Self.rewrite(Array("?".utf8)) }
        #expect(throws: CanonicalMarshal.Refusal.self) {
            try Self.rewrite(Array("(".utf8) + [0xFF, 0xFF, 0xFF, 0x7F])
        }
        #expect(throws: CanonicalMarshal.Refusal.self) { try Self.rewrite(Array("s".utf8) + [0, 0, 0, 0x80]) }
    }

    /// Compiles modules of the standard library in one process, after a history of its own, and prints the streams.
    private static let compile = """
        import gc, marshal, os, random, struct, sys
        seed = int(sys.argv[1])
        folder = os.path.dirname(os.__file__)
        names = sorted(n for n in os.listdir(folder) if n.endswith('.py'))[:90]
        sources = [open(os.path.join(folder, n), 'rb').read() for n in names]
        order = list(range(len(names)))
        if seed:
            import json, re, unittest
            random.Random(seed).shuffle(order)
            kept = [sys.intern(chr(c)) for c in range(256)]
            for s in sources[::3]:
                kept += [sys.intern(w) for w in re.findall(r"'([^'\\n]{1,40})'", s.decode('latin-1'))]
        streams = {}
        for i in order:
            streams[i] = marshal.dumps(compile(sources[i], 'lib/' + names[i], 'exec', dont_inherit=True))
        out = sys.stdout.buffer
        for i in range(len(names)):
            out.write(struct.pack('<I', len(streams[i])) + streams[i])
        """

    /// Loads pairs of streams and compares every field of the code objects.
    private static let compare = """
        import marshal, struct, sys, types
        def frames(path):
            data = open(path, 'rb').read()
            at = 0
            while at < len(data):
                size = struct.unpack_from('<I', data, at)[0]
                at += 4
                yield data[at:at + size]
                at += size
        fields = [a for a in dir(types.CodeType) if a.startswith('co_') and a not in
                  ('co_lnotab', 'co_lines', 'co_positions', 'co_branches')]
        def check(a, b, where):
            assert type(a) is type(b), (where, a, b)
            if isinstance(a, types.CodeType):
                for field in fields:
                    check(getattr(a, field), getattr(b, field), where + [a.co_name, field])
            elif isinstance(a, tuple):
                assert len(a) == len(b), where
                for x, y in zip(a, b):
                    check(x, y, where)
            elif isinstance(a, (float, complex)):
                assert repr(a) == repr(b), (where, a, b)
            else:
                assert a == b, (where, a, b)
        count = 0
        for a, b in zip(frames(sys.argv[1]), frames(sys.argv[2])):
            check(marshal.loads(a), marshal.loads(b), [count])
            count += 1
        print(count)
        """

    @Test(
        "the standard library, compiled by processes of different histories and hash seeds, gives one sequence of bytes",
        .enabled(if: !Interpreters.found.isEmpty, "needs a Python 3"), arguments: Interpreters.found)
    func realCode(python: Interpreters.Found) async throws {
        let scratch = try Scratch("marshal")
        var canonical: [[UInt8]] = []
        for (seed, hashSeed) in [("0", "0"), ("7", "0"), ("8", "3")] {
            let outcome = try await Command(
                python.path, ["-W", "ignore", "-c", Self.compile, seed], environment: ["PYTHONHASHSEED": hashSeed]
            ).outcome()
            try #require(outcome.succeeded, "\(outcome.errorText)")
            var rewritten: [UInt8] = []
            for stream in try Self.frames(outcome.output) {
                let bytes = try Self.rewrite(stream, minor: python.minor)
                rewritten += withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { Array($0) } + bytes
            }
            canonical.append(rewritten)
            try scratch.write("original", outcome.output)
        }
        #expect(canonical[0] == canonical[1])
        #expect(canonical[0] == canonical[2])

        let rewritten = try scratch.write("canonical", canonical[2])
        let count = try await Command(
            python.path, ["-c", Self.compare, scratch.file("original").string, rewritten.string]
        ).run()
        #expect(count == "90\n")
    }

    static func frames(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var at = 0
        while at < bytes.count {
            let size = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
            try #require(at + 4 + size <= bytes.count)
            frames.append(Array(bytes[(at + 4)..<(at + 4 + size)]))
            at += 4 + size
        }
        return frames
    }
}
