import MavenPackaging
import Testing

@testable import Preflight

@Suite("What else jars do to each other")
struct RuleTests {
    @Test(
        "a package in several jars is nothing, unless one is signed or sealed, or they are one project's in two versions"
    )
    func splitPackages() {
        let one: [String: UInt32] = ["org/lib/A": 1]
        let two: [String: UInt32] = ["org/lib/B": 1]
        #expect(findings([jar("a:one:1", one), jar("b:two:2", two)]).isEmpty)
        #expect(findings([jar("a:one:1", one), jar("a:two:1", two)]).isEmpty)
        #expect(findings([sparks("one-1.jar", one), jar("a:two:2", two)]).isEmpty)
        let versions = findings([jar("a:one:1", one), jar("a:two:2", two)])
        #expect(versions.map(\.id) == ["split-package a:one a:two"] && versions.map(\.severity) == [.warning])
        let several = findings([
            jar("a:one:1", one.merging(["org/more/A": 1]) { $1 }),
            jar("a:two:2", two.merging(["org/more/B": 1]) { $1 }),
        ])
        #expect(several.first?.message.hasSuffix("and share 2 packages (org.lib and others)") == true, "\(several)")
        for change in [
            { (content: inout JarContent) in content.signers = ["KEY"] }, { $0.isSealed = true },
            { $0.otherwiseSealed = ["org.lib"] },
        ] {
            let strict = findings([jar("a:one:1", one, change), jar("b:two:2", two)])
            #expect(strict.map(\.id) == ["split-package a:one b:two"] && strict.map(\.severity) == [.conflict])
            #expect(findings([jar("a:one:1", one, change), jar("b:two:2", ["org/other/B": 1])]).isEmpty)
        }
    }

    @Test("jars of one signer may share packages")
    func signers() {
        let signed = { (name: String, signer: String) in
            jar("\(name):\(name):1", ["org/lib/\(name)": 1]) { $0.signers = [signer] }
        }
        #expect(findings([signed("bcprov", "BC2048KE"), signed("bcpkix", "BC2048KE")]).isEmpty)
        #expect(findings([signed("one", "ONE"), signed("two", "TWO")]).map(\.id) == ["split-package one:one two:two"])
    }

    @Test("jars for another Scala than Spark's, or for two, are told with the coordinate that would do")
    func scala() {
        let spark = sparks("scala-library-2.13.16.jar")
        #expect(findings([jar("g:lib_2.13:1"), jar("g:plain:1"), spark], spark: "4.0.1").isEmpty)
        let found = findings([jar("g:lib_2.12:1"), spark], spark: "4.0.1")
        #expect(found.map(\.id) == ["scala-version g:lib_2.12"])
        #expect(found.first?.advice == "use g:lib_2.13:1")
        #expect(findings([jar("g:a_2.12:1"), jar("g:b_2.13:1")]).map(\.id) == ["scala-version scala-2.12 scala-2.13"])
        let two = findings([jar("g:a_2.12:1"), jar("g:b_2.13:1"), jar("g:c_2.13:1")])
        #expect(
            two.map(\.message) == [
                "are needed in one environment: 2.12 by g:a_2.12 1; 2.13 by g:b_2.13 1 and g:c_2.13 1"
            ])
        #expect(findings([jar("g:a_2.12:1"), jar("g:b_2.12:1"), jar("g:not_a_scala:1")]).isEmpty)
        let own = findings([jar("org.scala-lang:scala-library:2.13.16"), jar("g:b_2.12:1")])
        #expect(own.map(\.id) == ["scala-version g:b_2.12"])
    }

    @Test("jars for another Spark are told, by their version or by their name")
    func spark() {
        let kafka = "org.apache.spark:spark-sql-kafka-0-10_2.13"
        #expect(findings([jar("\(kafka):4.0.1")], spark: "4.0.1").isEmpty)
        #expect(findings([jar("\(kafka):4.0.0")], spark: "4.0.1").map(\.severity) == [.warning])
        let wrong = findings([jar("\(kafka):3.5.1")], spark: "4.0.1")
        #expect(wrong.map(\.id) == ["spark-version \(kafka)"] && wrong.map(\.severity) == [.conflict])
        #expect(wrong.first?.advice == "use \(kafka):4.0.1")
        #expect(findings([jar("\(kafka):3.5.1")]).isEmpty)
        let iceberg = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.13:1.9.0"
        #expect(findings([jar(iceberg)], spark: "4.0.1").map(\.rule) == [.sparkVersion])
        #expect(findings([jar(iceberg)], spark: "3.5.7").isEmpty)
        #expect(
            findings([sparks("spark-core_2.12-3.5.1.jar")], spark: "4.0.1").map(\.id) == [
                "spark-version pyspark spark-core_2.12"
            ])
        #expect(findings([sparks("spark-core_2.13-4.0.1.jar")], spark: "4.0.1").isEmpty)
    }

    @Test("classes for a newer Java than the base has are told, and a base without Java")
    func java() {
        let core = sparks("spark-core_2.13-4.0.1.jar", ["a/A": 1], java: 17)
        let base = { JavaRuntime.version($0, in: "the base") }
        #expect(findings([core], spark: "4.0.1", java: base(17)).isEmpty)
        #expect(findings([core], spark: "4.0.1").isEmpty)
        let old = findings([core], spark: "4.0.1", java: base(11))
        #expect(old.map(\.id) == ["java-version pyspark"] && old.first?.message == "needs Java 17, and the base has 11")
        let new = findings([sparks("spark-core_2.12-3.5.7.jar", ["a/A": 1], java: 8)], spark: "3.5.7", java: base(21))
        #expect(new.map(\.severity) == [.warning])
        #expect(findings([core], spark: "4.0.1", java: .none(in: "the base")).map(\.severity) == [.warning])
        #expect(findings([], java: .none(in: "the base")).isEmpty)
        let jars = [
            jar("g:new:1", ["b/B": 1], java: 21), jar("g:newer:1", ["c/C": 1], java: 21),
            jar("g:old:1", ["d/D": 1], java: 8),
        ]
        let found = findings(jars, java: base(17))
        #expect(found.map(\.id) == ["java-version java-21"] && found.first?.count == 2)
        #expect(findings(jars).isEmpty)
        // Without a base, Spark's own limit counts.
        #expect(findings(jars, spark: "3.5.7").map(\.id) == ["java-version java-21"])
        #expect(findings(jars, spark: "4.0.1").isEmpty)
    }

    @Test("a jar with libraries for other processors alone is told; one project's jars count together")
    func natives() {
        let native = { (name: String, processors: Set<String>) in
            jar("g:\(name):1", [:]) { $0.nativeProcessors = processors }
        }
        #expect(findings([native("a", ["x86_64", "other"])]).isEmpty)
        #expect(findings([native("a", ["x86_64"])], processor: "aarch64").map(\.id) == ["not-for-platform g:a"])
        let other = Jar(
            ArtifactCoordinate(group: "g", artifact: "a", version: "1", classifier: "linux-aarch_64"),
            filename: "a-1-linux-aarch_64.jar", content: content([:]) { $0.nativeProcessors = ["aarch64"] })
        #expect(findings([native("a", ["x86_64"]), other], processor: "aarch64").isEmpty)
        #expect(JarContent.processor(ofLibrary: "META-INF/native/linux64/libleveldbjni.so") == "x86_64")
        #expect(JarContent.processor(ofLibrary: "org/xerial/snappy/native/FreeBSD/x86_64/libsnappyjava.so") == nil)
        #expect(JarContent.processor(ofLibrary: "linux/aarch64/libzstd-jni-1.5.6-9.so") == "aarch64")
        #expect(JarContent.processor(ofLibrary: "linux/ppc64le/libzstd-jni-1.5.6-9.so") == "other")
        #expect(JarContent.processor(ofLibrary: "darwin/libzstd.dylib") == nil)
    }
}

@Suite("What Python packages do to each other")
struct PackageRuleTests {
    private func natives(_ packages: NativePackage...) -> [Finding] { NativeRules(packages: packages).findings() }

    @Test("two majors of CUDA are told, by packages' names, versions and libraries")
    func cuda() {
        let twelve = NativePackage(name: "nvidia-cublas-cu12", version: "12.4.5.8")
        #expect(natives(twelve, NativePackage(name: "torch", version: "2.4.0+cu121")).isEmpty)
        for other in [
            NativePackage(name: "cupy-cuda11x", version: "13.0"), NativePackage(name: "torch", version: "1.13.1+cu117"),
            NativePackage(name: "x", version: "1", libraries: ["libcudart-d0da41ae.so.11.0"]),
            NativePackage(name: "x", version: "1", libraries: ["libcublasLt.so.11"]),
        ] {
            let found = natives(twelve, other)
            #expect(
                found.map(\.id) == ["cuda-majors cuda-11 cuda-12"] && found.map(\.severity) == [.conflict], "\(other)")
        }
        // cuFFT 11 is CUDA 12's, and cuDNN counts for itself.
        let own = NativePackage(
            name: "x", version: "1", libraries: ["libcufft.so.11", "libcudnn.so.9", "libfoo.so.11"])
        #expect(natives(twelve, own, NativePackage(name: "circus", version: "1.0")).isEmpty)
    }

    @Test("two libprotobufs are told where they have their own names")
    func protobuf() {
        let one = NativePackage(name: "one", version: "1", libraries: ["libprotobuf.so.32"])
        #expect(natives(one).isEmpty)
        #expect(
            natives(one, NativePackage(name: "two", version: "1", libraries: ["libprotobuf.so.25.3.0"])).map(\.severity)
                == [.warning])
        #expect(
            natives(one, NativePackage(name: "two", version: "1", libraries: ["libprotobuf-0f3a.so.25.3.0"])).isEmpty)
    }

    @Test("paths of several packages are one finding for those packages, graver where they are code")
    func paths() {
        let site = "lib/python3.11/site-packages"
        let shared = (0..<30).map {
            SharedPath(path: "\(site)/cv2/m\($0).py", packages: ["opencv-python", "opencv-python-headless"])
        }
        let found = PathRules.findings(shared + [SharedPath(path: "\(site)/README.md", packages: ["a", "b"])])
        #expect(found.map(\.id) == ["one-path a b", "one-path opencv-python opencv-python-headless"])
        #expect(found.map(\.severity) == [.warning, .conflict] && found.map(\.count) == [1, 30])
        #expect(found[1].message.hasSuffix("opencv-python-headless has them"))
        for path in ["\(site)/tests/test_a.py", "\(site)/google/__init__.py", "share/doc/x.py", "jars/a.jar"] {
            #expect(!PathRules.findings([SharedPath(path: path, packages: ["a", "b"])]).haveConflict, "\(path)")
        }
    }
}

@Suite("Accepting findings")
struct AcceptanceTests {
    private var found: [Finding] {
        [
            Finding(.onePath, .conflict, ["b", "a"], title: "a and b", "x"),
            Finding(.cudaMajors, .conflict, ["cuda-11", "cuda-12"], title: "CUDA", "x"),
        ]
    }

    @Test("by id, its subjects in any order, and with a reason")
    func accepted() {
        var findings = found
        let unused = Acceptance.apply([Acceptance(conflict: "one-path  b a", reason: "known")], to: &findings)
        #expect(unused.isEmpty && findings.map(\.accepted) == ["known", nil])
        #expect(findings.haveConflict && findings.map(\.isOpen) == [false, true])
        _ = Acceptance.apply([Acceptance(conflict: "cuda-majors cuda-11 cuda-12", reason: "known")], to: &findings)
        #expect(!findings.haveConflict)
    }

    @Test("an acceptance of what does not occur, or of no rule, is told with what may be meant")
    func unused() {
        var findings = found
        let unused = Acceptance.apply(
            ["one-path a c", "one-pth a b", "split-package x y", "one-path"].map {
                Acceptance(conflict: $0, reason: "r")
            },
            to: &findings)
        #expect(unused.map(\.acceptance.conflict) == ["one-path a c", "one-pth a b", "split-package x y", "one-path"])
        #expect(unused[0].advice == "did you mean `one-path a b`?")
        #expect(unused[1].advice == "`one-path`?")
        #expect(unused[2].advice.contains("take it out"))
        #expect(findings.allSatisfy { $0.accepted == nil })
    }

    @Test("rules' names and their order are as documented, the gravest finding first")
    func order() {
        let mixed = [
            Finding(.identicalClasses, .note, ["a"], title: "a", "x"),
            Finding(.onePath, .warning, ["a"], title: "a", "x"),
            Finding(.javaVersion, .conflict, ["a"], title: "a", "x"),
            Finding(.halfShaded, .conflict, ["a"], title: "a", "x"),
        ]
        #expect(mixed.inOrder().map(\.rule) == [.halfShaded, .javaVersion, .onePath, .identicalClasses])
    }
}
