import Testing

@testable import Preflight

@Suite("Classes of one name")
struct ClassTests {
    private let library: [String: UInt32] = ["org/lib/A": 1, "org/lib/B": 2, "org/lib/c/C": 3]

    @Test("with other content are a conflict of the jars that have them, told once with a count and an example")
    func different() throws {
        var other = library
        other["org/lib/B"] = 9
        let found = findings([jar("a:one:1", library, path: ["a:root:1"]), jar("b:two:1", other)])
        #expect(found.map(\.id) == ["duplicate-classes a:one b:two"])
        let finding = try #require(found.first)
        #expect(finding.severity == .conflict && finding.count == 1 && finding.examples == ["org.lib.B"])
        #expect(finding.message == "have 3 classes in common, 1 of them with other content, such as org.lib.B")
        #expect(finding.advice?.contains("one comes through a:root:1") == true)
    }

    @Test("two thousand of them in two jars are one finding")
    func many() throws {
        let names = (0..<2000).map { "org/lib/p\($0 % 7)/C\($0)" }
        let one = Dictionary(uniqueKeysWithValues: names.map { ($0, UInt32(1)) })
        let found = findings([jar("a:one:1", one), jar("b:two:1", one.mapValues { $0 + 1 })])
        #expect(found.count == 1 && found.first?.count == 2000)
        #expect(found.first?.examples.count == Finding.shown)
    }

    @Test("with the same content are a note, and different classes nothing")
    func same() {
        let found = findings([jar("a:one:1", library), jar("b:two:1", library)])
        #expect(found.map(\.severity) == [.note] && found.first?.rule == .identicalClasses)
        #expect(findings([jar("a:one:1", library), jar("b:two:1", ["net/other/A": 1])]).isEmpty)
    }

    @Test("among Spark's own jars are a note; between one of them and the environment's a conflict")
    func ofSpark() {
        let other = library.mapValues { $0 + 1 }
        #expect(findings([sparks("one-1.jar", library), sparks("two-1.jar", other)]).map(\.severity) == [.note])
        let found = findings([jar("a:three:1", library), sparks("two-1.jar", other)])
        #expect(found.map(\.severity) == [.conflict])
        #expect(found.first?.advice?.contains("Spark's own come first") == true)
    }

    @Test("META-INF, variants of multi-release jars, descriptions of modules and packages are no classes")
    func noise() {
        let names = [
            "META-INF/versions/9/org/lib/A", "META-INF/other", "module-info", "org/lib/package-info",
            "org/apache/spark/unused/UnusedStubClass",
        ]
        let one = Dictionary(uniqueKeysWithValues: names.map { ($0, UInt32(1)) })
        #expect(findings([jar("a:one:1", one), jar("b:two:1", one.mapValues { $0 + 1 })]).isEmpty)
        #expect(content(one).classes.count == 0)
    }

    @Test("a class that stands twice in one jar is no conflict, and the nameless package is one like others")
    func odd() {
        var builder = ClassListingBuilder()
        builder.add(Array("a/A.class".utf8)[...], crc32: 1, size: 1)
        builder.add(Array("a/A.class".utf8)[...], crc32: 2, size: 1)
        builder.add(Array("Main.class".utf8)[...], crc32: 1, size: 1)
        builder.add(Array("/../x\u{1B}.class".utf8)[...], crc32: 1, size: 1)
        builder.add(Array(".class".utf8)[...], crc32: 1, size: 1)
        #expect(builder.listing.count == 4)
        #expect(builder.listing.className(0) == "a.A" && builder.listing.className(2) == "Main")
        var one = jar("a:one:1")
        one.content.classes = builder.listing
        #expect(findings([one]).isEmpty)
        #expect(findings([one, jar("b:two:1", ["Main": 2])]).map(\.id) == ["duplicate-classes a:one b:two"])
    }

    @Test("one library in two versions, or under two groups, is told as that")
    func libraries() {
        let other = library.mapValues { $0 + 1 }
        #expect(
            findings([jar("a:lib_2.13:1", library), sparks("lib_2.13-2.jar", other)]).map(\.id) == [
                "two-versions a:lib_2.13 lib_2.13"
            ])
        #expect(findings([jar("a:lib:1", library), jar("b:lib:2", other)]).map(\.id) == ["one-name a:lib b:lib"])
        // One name alone is nothing: half the world's jars are called `core`.
        #expect(findings([jar("a:core:1", ["a/A": 1]), jar("b:core:2", ["b/B": 1])]).isEmpty)
        #expect(
            findings([jar("a:core:1", ["a/A": 1]), jar("b:core:1", ["b/B": 1])]).map(\.id) == ["one-name a:core b:core"]
        )
    }

    @Test("a library that another jar has half under other names is half shaded")
    func halfShaded() throws {
        var guava = Dictionary(uniqueKeysWithValues: (0..<100).map { ("com/google/common/base/C\($0)", UInt32(1)) })
        guava["com/google/thirdparty/publicsuffix/TrieParser"] = 1
        var carrier = Dictionary(
            uniqueKeysWithValues: (0..<90).map { ("org/sparkproject/guava/base/C\($0)", UInt32(2)) })
        carrier["org/apache/spark/network/Client"] = 1
        carrier["com/google/thirdparty/publicsuffix/TrieParser"] = 2
        let found = findings([
            jar("com.google.guava:guava:33", guava), sparks("spark-network-common_2.13-4.0.1.jar", carrier),
        ])
        let finding = try #require(found.first)
        #expect(finding.rule == .halfShaded && finding.severity == .conflict && found.count == 1)
        #expect(finding.message.contains("spark-network-common_2.13 has 90 classes of guava"))
        // Wholly renamed it is nobody's business.
        carrier["com/google/thirdparty/publicsuffix/TrieParser"] = nil
        #expect(
            findings([jar("com.google.guava:guava:33", guava), sparks("spark-network-common_2.13-4.0.1.jar", carrier)])
                .isEmpty)
    }

    @Test("Protocol Buffers' runtime tells its major version, and two of them are told")
    func protobuf() {
        let two: [String: UInt32] = [
            "com/google/protobuf/CodedInputStream": 2, "com/google/protobuf/GeneratedMessage": 2,
        ]
        var three = two.mapValues { _ in UInt32(3) }
        three["com/google/protobuf/GeneratedMessageV3"] = 3
        var four = three.mapValues { _ in UInt32(4) }
        four["com/google/protobuf/RuntimeVersion"] = 4
        #expect([two, three, four].map { content($0).protobufMajor } == [2, 3, 4])
        #expect(content(["com/google/protobuf/Other": 1]).protobufMajor == nil)
        let found = findings([jar("com.google.protobuf:protobuf-java:3.25.1", three), jar("x:fat:1", two)])
        #expect(found.map(\.id) == ["protobuf-majors com.google.protobuf:protobuf-java x:fat"])
        let same = findings([
            jar("com.google.protobuf:protobuf-java:3.25.1", three), jar("x:fat:1", three.mapValues { $0 + 9 }),
        ])
        #expect(same.map(\.rule) == [.duplicateClasses])
    }

    @Test("names that hash alike on purpose cost no more than others, and are no conflict")
    func collisions() {
        // As if every name of both jars had one hash.
        var one = content(Dictionary(uniqueKeysWithValues: (0..<3000).map { ("a/A\($0)", UInt32(1)) }))
        var two = content(Dictionary(uniqueKeysWithValues: (0..<3000).map { ("b/B\($0)", UInt32(2)) }))
        for index in one.classes.hashes.indices {
            one.classes.hashes[index] = 7
            two.classes.hashes[index] = 7
        }
        var jars = [jar("a:one:1"), jar("b:two:1")]
        jars[0].content = one
        jars[1].content = two
        #expect(findings(jars).isEmpty)
    }

    @Test("a hundred thousand classes in each of two jars are compared in a moment")
    func large() {
        let names = (0..<100_000).map { "org/p\($0 / 100)/Class\($0)" }
        let one = Dictionary(uniqueKeysWithValues: names.map { ($0, UInt32(1)) })
        let jars = [jar("a:one:1", one), jar("b:two:1", one.mapValues { $0 + 1 })]
        let clock = ContinuousClock()
        var found: [Finding] = []
        let time = clock.measure { found = findings(jars) }
        #expect(found.first?.count == 100_000)
        // Without optimisation; quadratic time would take hours.
        #expect(time < .seconds(30))
    }
}
