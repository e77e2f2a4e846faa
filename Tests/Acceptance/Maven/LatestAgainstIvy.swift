import Foundation
import MavenPackaging
import SystemPackage
import TestSupport
import Testing

/// Ivy is what `spark-submit --packages` resolves with: it judges the mediation `latest` on what both understand alike.
@Suite("Ivy is the judge of the latest versions")
struct LatestAgainstIvy {
    private static let jar = "/usr/share/java/ivy.jar"
    private static let isHere = MavenJudge.isHere && FileManager.default.fileExists(atPath: jar)
    private static let count = Peer.deep ? 400 : 60

    private struct Random {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int((state >> 11) % UInt64(bound))
        }
    }

    /// A graph without circles, ranges and management.
    private func write(_ seed: Int, to scratch: Scratch) throws {
        var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
        let versions = ["1.0", "1.1", "2.0"]
        let count = 4 + random.next(14)
        func dependency(after number: Int) -> String {
            guard number + 1 < count else { return "" }
            let module = number + 1 + random.next(count - number - 1)
            // What is asked for by name has no scope.
            let isRoot = number < 0
            let scope = !isRoot && random.next(4) == 0 ? "<scope>test</scope>" : ""
            let optional = !isRoot && random.next(12) == 0 ? "<optional>true</optional>" : ""
            return "<dependency><groupId>test</groupId><artifactId>m\(module)</artifactId>"
                + "<version>\(versions[random.next(3)])</version>\(scope)\(optional)</dependency>"
        }
        func put(_ artifact: String, _ version: String, _ dependencies: [String]) throws {
            // Ivy takes a second mention of a module in one POM for another one's correction.
            var seen: Set<Substring> = []
            let own = dependencies.filter { text in
                guard let start = text.firstRange(of: "<artifactId>"), let end = text.firstRange(of: "</artifactId>")
                else {
                    return false
                }
                return seen.insert(text[start.upperBound..<end.lowerBound]).inserted
            }
            let base = "r\(seed)/test/\(artifact)/\(version)/\(artifact)-\(version)"
            try scratch.write(
                "\(base).pom",
                """
                <project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>\(artifact)</artifactId>
                <version>\(version)</version><dependencies>\(own.joined())</dependencies></project>
                """)
            try scratch.write("\(base).jar", "jar")
        }
        for number in 0..<count {
            for version in versions {
                try put("m\(number)", version, (0..<random.next(4)).map { _ in dependency(after: number) })
            }
        }
        try put("root", "1", (0..<(1 + random.next(4))).map { _ in dependency(after: -1) })
    }

    @Test("graphs without circles come to the same modules and versions", .enabled(if: isHere))
    func randomGraphs() async throws {
        let scratch = try Scratch("ivy-graphs")
        for seed in 1...Self.count { try write(seed, to: scratch) }
        let source = try scratch.write("IvyJudge.java", Self.program)
        let output = try await Command(
            "java",
            [
                "-XX:TieredStopAtLevel=1", "-cp", Self.jar, source.string, scratch.path.string, "\(Self.count)",
                scratch.file("cache").string,
            ]
        ).run()
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("=") }
        try #require(lines.count == Self.count, "\(output.prefix(2000))")
        var artifacts = 0
        var others = 0
        for (number, line) in lines.enumerated() {
            var repository = FolderRepository(scratch.file("r\(number + 1)"))
            let ours = try repository.resolve(.latest).filter { !$0.contains(":test:") }.map { text in
                let words = text.split(separator: ":", omittingEmptySubsequences: false)
                return "\(words[1]):\(words[4])"
            }
            let theirs = line.dropFirst().split(separator: " ").map(String.init)
            #expect(try Self.areLatest(ours, &repository), "r\(number + 1)")
            artifacts += ours.count
            guard ours.sorted() != theirs.sorted() else { continue }
            // Now and then Ivy overlooks a later version: then its answer must be none.
            others += 1
            #expect(try !Self.areLatest(theirs, &repository), "r\(number + 1): \(ours) \(theirs)")
        }
        #expect(artifacts > Self.count * 2)
        #expect(others * 6 < Self.count, "\(others) of \(Self.count)")
    }

    /// Whether the modules are all that the root and they themselves ask for, each in the latest version of those asked for.
    private static func areLatest(_ chosen: [String], _ repository: inout FolderRepository) throws -> Bool {
        var asked: [String: MavenVersion] = [:]
        for text in chosen + ["root:1"] {
            let words = text.split(separator: ":").map(String.init)
            let id = ModuleVersion(group: "test", artifact: words[0], version: words[1])
            guard case .found(let project) = try repository.description(of: id) else { return false }
            for dependency in project.dependencies where dependency.scope != "test" && !dependency.isOptional {
                let version = MavenVersion(dependency.version)
                let name = dependency.key.module.artifact
                asked[name] = max(asked[name] ?? version, version)
            }
        }
        return Set(asked.map { "\($0.key):\($0.value)" }) == Set(chosen)
    }

    private static let program = """
        import java.io.*;
        import java.nio.file.*;
        import java.util.*;
        import java.util.regex.*;
        import org.apache.ivy.Ivy;
        import org.apache.ivy.core.LogOptions;
        import org.apache.ivy.core.module.descriptor.*;
        import org.apache.ivy.core.module.id.ModuleRevisionId;
        import org.apache.ivy.core.report.ResolveReport;
        import org.apache.ivy.core.resolve.*;
        import org.apache.ivy.core.settings.IvySettings;
        import org.apache.ivy.plugins.resolver.IBiblioResolver;
        import org.apache.ivy.util.*;

        public class IvyJudge {
            public static void main(String[] a) throws Exception {
                Message.setDefaultLogger(new DefaultMessageLogger(Message.MSG_ERR));
                for (int i = 1; i <= Integer.parseInt(a[1]); i++) {
                    IvySettings settings = new IvySettings();
                    settings.setDefaultCache(new File(a[2], "" + i));
                    IBiblioResolver resolver = new IBiblioResolver();
                    resolver.setName("r");
                    resolver.setM2compatible(true);
                    resolver.setUsepoms(true);
                    resolver.setRoot(new File(a[0], "r" + i).toURI().toString());
                    settings.addResolver(resolver);
                    settings.setDefaultResolver("r");
                    Ivy ivy = Ivy.newInstance(settings);
                    DefaultModuleDescriptor own = DefaultModuleDescriptor.newDefaultInstance(
                        ModuleRevisionId.newInstance("caller", "caller", "1"));
                    // As spark-submit asks, each jar by name.
                    String pom = new String(Files.readAllBytes(Paths.get(a[0], "r" + i, "test/root/1/root-1.pom")));
                    Matcher m = Pattern.compile("<dependency>.*?<artifactId>(.*?)<.*?<version>(.*?)<").matcher(pom);
                    while (m.find()) {
                        DefaultDependencyDescriptor d = new DefaultDependencyDescriptor(
                            own, ModuleRevisionId.newInstance("test", m.group(1), m.group(2)), false, false, true);
                        d.addDependencyConfiguration("default", "default(runtime)");
                        own.addDependency(d);
                    }
                    ResolveOptions options = new ResolveOptions();
                    options.setTransitive(true);
                    options.setDownload(false);
                    options.setOutputReport(false);
                    options.setLog(LogOptions.LOG_QUIET);
                    options.setConfs(new String[] {"default"});
                    ResolveReport report = ivy.resolve(own, options);
                    StringBuilder line = new StringBuilder("=");
                    for (Object o : report.getDependencies()) {
                        IvyNode node = (IvyNode) o;
                        if (node.isCompletelyEvicted() || !node.isLoaded()) continue;
                        line.append(node.getId().getName()).append(':').append(node.getId().getRevision()).append(' ');
                    }
                    System.out.println(line);
                }
            }
        }
        """
}
