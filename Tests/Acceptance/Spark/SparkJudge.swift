import Foundation
import SystemPackage
import TestSupport

/// A ready recipe's own Spark, whose classes are asked what containers they would ask Kubernetes for.
enum SparkJudge {
    /// Whether everything is here that building the environment and running Java needs; for a test's `.enabled(if:)`.
    static let possible = Peer.has("bwrap", "/usr/bin/python3.11", "java", "javac")

    /// What Spark says to each of the questions.
    ///
    /// - Parameter release: of the ready recipe: `4.0`.
    static func answers(
        to questions: [SparkQuestion], of release: String, in scratch: Scratch
    ) async throws -> [SparkAnswer] {
        let tree = scratch.file("spark-\(release)")
        if !FileManager.default.fileExists(atPath: tree.string) {
            let lock = Peer.repository.appending("recipes/spark-\(release).lock.toml").string
            try await Command(
                Peer.chidori,
                [
                    "env", "build", lock, "--to", tree.string, "--data", Peer.cache.appending("recipes").string,
                    "--quiet",
                ]
            ).run()
        }
        let source = try scratch.write("SparkJudge.java", program)
        let list = try scratch.write("questions.tsv", questions.map { $0.line + "\n" }.joined())
        let quiet = try scratch.write("log4j2.properties", "rootLogger.level = off\n")
        let said = try await Command(
            "java",
            [
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=\(scratch.path)", "-Dlog4j2.configurationFile=\(quiet)",
                "-cp", "\(tree)/spark/jars/*", source.string, list.string,
            ], environment: ["SPARK_HOME": nil, "SPARK_CONF_DIR": nil, "SPARK_LOCAL_IP": "127.0.0.1"]
        ).run()
        return said.split(separator: "\n").map { line in
            let refused = "refused: "
            return line.hasPrefix(refused)
                ? .refused(String(line.dropFirst(refused.count))) : .containers(String(line))
        }
    }

    /// The way of a program: `spark-submit`, the driver's container, what the driver knows then, an executor's container
    /// and the number of executors. Kubernetes' own part, reading and comparing quantities, is written out.
    private static let program = #"""
        import io.fabric8.kubernetes.api.model.*;
        import java.io.*;
        import java.math.*;
        import java.nio.file.*;
        import java.util.*;
        import org.apache.spark.*;
        import org.apache.spark.deploy.*;
        import org.apache.spark.deploy.k8s.*;
        import org.apache.spark.deploy.k8s.submit.*;
        import org.apache.spark.internal.config.package$;
        import org.apache.spark.resource.*;
        import org.apache.spark.scheduler.LiveListenerBus;
        import org.apache.spark.scheduler.cluster.SchedulerBackendUtils$;
        import org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBuilder;
        import org.apache.spark.util.SystemClock;
        import scala.Option;
        import scala.collection.JavaConverters;

        /** A line for each of a file's questions (language, deploy mode and settings, with tabs between them). */
        public class SparkJudge {
            public static void main(String[] arguments) throws Exception {
                PrintStream out = System.out;
                System.setOut(System.err);
                for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
                    String answer;
                    try {
                        answer = answer(line.split("\t", -1));
                    } catch (Exception | AssertionError e) {
                        answer = "refused: " + String.valueOf(e.getMessage()).replace('\n', ' ');
                    }
                    out.println(answer);
                }
                out.flush();
            }

            static String answer(String[] question) throws Exception {
                String language = question[0];
                boolean isCluster = question[1].equals("cluster");
                SparkConf conf = submitted(language, question[1], Arrays.asList(question).subList(2, question.length));
                conf.validateSettings();
                KubernetesDriverSpec driver = new KubernetesDriverBuilder().buildFromFeatures(
                    KubernetesConf.createDriverConf(
                        conf, "app", resource(language), "Main", new String[0], Option.empty()), null);
                String first = container(driver.pod().container());

                // What the driver's process knows: in cluster mode, what Spark has put into its container.
                SparkConf known = conf.clone().set("spark.driver.host", "localhost");
                if (isCluster) JavaConverters.mapAsJavaMap(driver.systemProperties()).forEach(known::set);
                ResourceProfile profile = ResourceProfile$.MODULE$.reInitDefaultProfile(known);
                ResourceProfileManager profiles = new ResourceProfileManager(known, new LiveListenerBus(known));
                String second = container(new KubernetesExecutorBuilder().buildFromFeatures(
                    KubernetesConf.createExecutorConf(known, "1", "app", Option.empty(), 0),
                    new org.apache.spark.SecurityManager(known, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE()),
                    null, profile
                ).pod().container());

                int initial = SchedulerBackendUtils$.MODULE$.getInitialTargetExecutorNumber(known, 2);
                Object least = initial, most = initial;
                if (org.apache.spark.util.Utils.isDynamicAllocationEnabled(known)) {
                    new ExecutorAllocationManager(null, null, known, Option.empty(), new SystemClock(), profiles, true);
                    least = known.get(package$.MODULE$.DYN_ALLOCATION_MIN_EXECUTORS());
                    most = known.get(package$.MODULE$.DYN_ALLOCATION_MAX_EXECUTORS());
                }
                return first + ", " + second + ", " + least + " " + initial + " " + most;
            }

            /** What spark-submit makes of the settings. */
            static SparkConf submitted(String language, String deployMode, List<String> settings) {
                List<String> words = new ArrayList<>(List.of(
                    "--master", "k8s://https://localhost", "--deploy-mode", deployMode, "--name", "judged",
                    "--conf", "spark.kubernetes.container.image=none"));
                for (String setting : settings) words.addAll(List.of("--conf", setting));
                if (language.equals("jvm")) words.addAll(List.of("--class", "Main"));
                words.add("local:///main." + Map.of("jvm", "jar", "python", "py", "r", "R").get(language));
                scala.collection.immutable.Map<String, String> none = scala.collection.immutable.Map$.MODULE$.empty();
                SparkSubmitArguments arguments = new SparkSubmitArguments(
                    JavaConverters.asScalaBuffer(words).toSeq(), none);
                return new SparkSubmit().prepareSubmitEnvironment(arguments, Option.empty())._3();
            }

            static MainAppResource resource(String language) {
                switch (language) {
                    case "python": return new PythonMainAppResource("local:///main.py");
                    case "r": return new RMainAppResource("local:///main.R");
                    default: return new JavaMainAppResource(Option.apply("local:///main.jar"));
                }
            }

            /** `1000m 1408Mi`, with a limit `1000m<2000m 1408Mi`, and what else it asks for. */
            static String container(Container container) {
                Map<String, Quantity> requests = container.getResources().getRequests();
                Map<String, Quantity> limits = new TreeMap<>(container.getResources().getLimits());
                Quantity memory = requests.get("memory");
                if (!memory.equals(limits.remove("memory")))
                    throw new IllegalStateException("memory's limit is another");
                BigInteger cpu = thousandths(requests.get("cpu"));
                StringBuilder result = new StringBuilder(cpu + "m");
                Quantity limit = limits.remove("cpu");
                if (limit != null) {
                    if (thousandths(limit).compareTo(cpu) < 0)
                        throw new IllegalStateException("Kubernetes: limit below request");
                    result.append("<" + thousandths(limit) + "m");
                }
                BigDecimal mebibytes = memory.getNumericalAmount().divide(new BigDecimal(1 << 20));
                result.append(" " + mebibytes.toBigIntegerExact() + "Mi");
                if (limits.keySet().stream().anyMatch(name -> name.startsWith("/")))
                    throw new IllegalStateException("Kubernetes: no name");
                limits.forEach((name, amount) -> result.append(" " + name + "=" + amount));
                return result.toString();
            }

            /** As Kubernetes reads and rounds them, which Spark leaves to it. */
            static BigInteger thousandths(Quantity quantity) {
                String form = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?";
                if (!quantity.toString().matches(form)) throw new IllegalStateException("Kubernetes: " + quantity);
                BigDecimal amount = quantity.getNumericalAmount();
                if (amount.signum() < 0) throw new IllegalStateException("Kubernetes: negative");
                return amount.movePointRight(3).setScale(0, RoundingMode.CEILING).toBigIntegerExact();
            }
        }
        """#
}
