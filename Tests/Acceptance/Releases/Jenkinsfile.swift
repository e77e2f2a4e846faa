import Foundation
import SystemPackage
import TestSupport

/// A Jenkinsfile as Groovy itself reads it: each of its blocks is run, and tells what it calls and sets.
struct Jenkinsfile {
    struct Step {
        var job: String
        var script: String
        var isLast: Bool
        /// The names of those that its stage and the pipeline set.
        var variables: Set<String>
    }

    /// In the order of the file.
    let steps: [Step]

    private struct Call: Decodable {
        var name: String
        var words: [String]
        var block: [Call]

        subscript(name: String) -> [Call] { block.filter { $0.name == name } }
    }

    init(_ path: FilePath) async throws {
        let scratch = try Scratch("groovy")
        let program = try scratch.write("read.groovy", Self.program)
        // Debian's groovy looks for Java where its default is, which need not be installed.
        let start = #"java=$(readlink -f "$(command -v java)") && JAVA_HOME=${java%/bin/java} exec groovy "$@""#
        let text = try await Command("sh", ["-c", start, "sh", program.string, path.string]).run()
        let pipeline = try JSONDecoder().decode(Call.self, from: Data(text.utf8))
        steps = pipeline["stages"].flatMap { $0["stage"] }.flatMap { stage in
            let variables = (pipeline["environment"] + stage["environment"]).flatMap(\.block).map(\.name)
            func steps(_ blocks: [Call], isLast: Bool) -> [Step] {
                blocks.flatMap { $0["sh"] }.flatMap(\.words).map { text in
                    Step(
                        job: stage.words.joined(), script: String(text.trimmingPrefix("\n")), isLast: isLast,
                        variables: Set(variables))
                }
            }
            return steps(stage["steps"], isLast: false)
                + steps(stage["post"].flatMap { $0["always"] }, isLast: true)
        }
    }

    private static let program = #"""
        class Block {
            List calls = []
            def invokeMethod(String name, Object arguments) {
                def bodies = arguments.findAll { it instanceof Closure }
                def words = (arguments - bodies).collect { it.toString() }
                def call = [name: name, words: words, block: bodies.collectMany { of(it) }]
                // What is a value of a variable is no step.
                if (name != "credentials") calls << call
                "$name(${words.join(', ')})"
            }
            def propertyMissing(String name) { name == "env" ? [:].withDefault { "env.$it" } : name }
            void propertyMissing(String name, Object value) { calls << [name: name, words: [value.toString()], block: []] }
            static List of(Closure body) {
                def block = new Block()
                body.delegate = block
                body.resolveStrategy = Closure.DELEGATE_ONLY
                body()
                block.calls
            }
        }
        def found = []
        def binding = new Binding(pipeline: { Closure body -> found << [name: "pipeline", words: [], block: Block.of(body)] })
        new GroovyShell(binding).evaluate(new File(args[0]))
        assert found.size() == 1
        println groovy.json.JsonOutput.toJson(found[0])
        """#
}
