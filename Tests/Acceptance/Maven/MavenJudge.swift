import SystemPackage
import TestSupport

/// Maven's own resolver, from Debian's packages, which is asked about many repositories in one run of Java.
enum MavenJudge {
    /// Debian's jars of Maven.
    static let jars = "/usr/share/maven/lib/*"

    /// Whether everything is here that the judge needs; for a test's `.enabled(if:)`.
    static let isHere = Peer.has("/usr/bin/java", "/usr/bin/javac", "/usr/bin/mvn")

    /// What Maven makes of `test:root:1` in each of the local repositories: a line for each artifact in its order
    /// (`group:artifact:extension:classifier:version:scope:optional`), or one that starts with `!`; a `?` where Maven runs
    /// in a circle that it has left in the graph, until its stack is full.
    static func resolve(_ repositories: [FilePath], in scratch: Scratch) async throws -> [[String]] {
        let source = try scratch.write("Judge.java", program)
        let list = try scratch.write("list.txt", repositories.map { $0.string + "\n" }.joined())
        let output = try await Command(
            "java", ["-XX:TieredStopAtLevel=1", "-cp", jars, source.string, list.string]
        ).run()
        var answers: [[String]] = []
        for line in output.split(separator: "\n") {
            if line.hasPrefix("===") { answers.append([]) } else { answers[answers.count - 1].append(String(line)) }
        }
        return answers
    }

    private static let program = """
        import java.io.*;
        import java.nio.file.*;
        import java.util.*;
        import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
        import org.eclipse.aether.*;
        import org.eclipse.aether.artifact.*;
        import org.eclipse.aether.collection.*;
        import org.eclipse.aether.graph.*;
        import org.eclipse.aether.impl.DefaultServiceLocator;
        import org.eclipse.aether.repository.*;
        import org.eclipse.aether.resolution.*;
        import org.eclipse.aether.util.repository.SimpleArtifactDescriptorPolicy;

        public class Judge {
            public static void main(String[] arguments) throws Exception {
                DefaultServiceLocator locator = MavenRepositorySystemUtils.newServiceLocator();
                RepositorySystem system = locator.getService(RepositorySystem.class);
                PrintStream out = new PrintStream(new BufferedOutputStream(System.out));
                for (String folder : Files.readAllLines(Paths.get(arguments[0]))) {
                    out.println("===");
                    try {
                        for (String line : resolve(system, folder)) out.println(line);
                    } catch (StackOverflowError e) {
                        out.println("?");
                    } catch (Exception e) {
                        out.println("!" + String.valueOf(e.getMessage()).replace('\\n', ' '));
                    }
                }
                out.flush();
            }

            static List<String> resolve(RepositorySystem system, String folder) throws Exception {
                DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
                session.setLocalRepositoryManager(
                    system.newLocalRepositoryManager(session, new LocalRepository(new File(folder), "simple")));
                session.setOffline(true);
                session.setArtifactDescriptorPolicy(new SimpleArtifactDescriptorPolicy(true, false));
                session.setSystemProperty("java.version", "17.0.1");
                Artifact root = new DefaultArtifact("test:root:pom:1");
                ArtifactDescriptorResult own =
                    system.readArtifactDescriptor(session, new ArtifactDescriptorRequest(root, null, null));
                CollectRequest request = new CollectRequest();
                request.setRootArtifact(root);
                request.setDependencies(own.getDependencies());
                request.setManagedDependencies(own.getManagedDependencies());
                List<String> lines = new ArrayList<>();
                walk(system.collectDependencies(session, request).getRoot(), lines,
                    Collections.newSetFromMap(new IdentityHashMap<>()));
                return lines;
            }

            static void walk(DependencyNode node, List<String> lines, Set<DependencyNode> seen) {
                if (!seen.add(node)) return;
                Dependency d = node.getDependency();
                if (d != null) {
                    Artifact a = d.getArtifact();
                    lines.add(String.join(":", a.getGroupId(), a.getArtifactId(), a.getExtension(), a.getClassifier(),
                        a.getVersion(), d.getScope(), String.valueOf(d.isOptional())));
                }
                for (DependencyNode child : node.getChildren()) walk(child, lines, seen);
            }
        }
        """
}
