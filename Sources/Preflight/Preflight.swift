/// What an environment is made of, as far as preflight looks at it.
public struct PreflightSubject: Sendable {
    /// The class path: the environment's own jars in their order, then those that PySpark brings.
    public var jars: [Jar]
    /// Jars that could not be read, by name, and why, as the rest of a sentence.
    public var unreadable: [(jar: String, isSparks: Bool, reason: String)]
    /// Python packages with native libraries.
    public var natives: [NativePackage]
    /// Paths that several Python packages bring.
    public var paths: [SharedPath]
    /// PySpark's version.
    public var spark: String?
    public var java: JavaRuntime
    /// The target's processor: `x86_64`, `aarch64`.
    public var processor: String

    public init(processor: String) {
        jars = []
        unreadable = []
        natives = []
        paths = []
        java = .unknown
        self.processor = processor
    }
}

extension PreflightSubject {
    /// Everything that a person should know before a job finds it out, the gravest first.
    public func findings() -> [Finding] {
        let all =
            JarRules(jars).findings() + SparkRules(jars: jars, spark: spark, java: java).findings()
            + NativeRules(packages: natives).findings() + PathRules.findings(paths) + missingLibraries()
            + unreadable.map { jar, isSparks, reason in
                Finding(
                    .unreadableJar, isSparks ? .note : .conflict, [jar], title: jar, reason,
                    advice: "lock again; if it persists, choose another version of it, or another repository")
            }
        return all.inOrder()
    }

    /// The lowest Java that all classes can be loaded with, and a jar that needs it; `nil` without classes.
    public var neededJava: (version: Int, jar: String)? {
        jars.compactMap { jar in jar.content.java.map { (version: $0, jar: jar.title) } }.max {
            $0.version < $1.version
        }
    }

    /// A package that has no file for the target.
    public static func missing(_ package: String, title: String, _ message: String) -> Finding {
        Finding(
            .missing, .conflict, [package], title: title, message,
            advice: "choose a version that has one, let its source be built (`python.sdists`), or take the platform out"
        )
    }

    /// Jars with shared libraries for Linux, and none of them for the target's processor. Jars of one project's version
    /// count as one: it is their way to have one for each processor.
    private func missingLibraries() -> [Finding] {
        struct Project: Hashable {
            let group: String?
            let artifact: String
            let version: String?
        }
        let groups = Dictionary(grouping: jars.filter { !$0.content.nativeProcessors.isEmpty }) {
            Project(group: $0.group, artifact: $0.artifact, version: $0.origin == .spark ? nil : $0.version)
        }
        return groups.values.compactMap { jars in
            let processors = jars.reduce(into: Set<String>()) { $0.formUnion($1.content.nativeProcessors) }
            guard !processors.contains(processor), let jar = jars.first else { return nil }
            let list = processors.subtracting(["other"]).sorted()
            return Finding(
                .missing, jar.origin == .spark ? .note : .warning, [jar.name], title: jar.title,
                "has native libraries for \(list.isEmpty ? "other processors" : listed(list)), and none for \(processor)",
                advice: "choose a version or classifier for \(processor), unless the job does without them")
        }
    }
}
