internal import ArgumentParser

/// How much a command says, and in what form.
struct SpeakingOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON on standard output: an object a line, the last one the result.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    var output: Output { Output(json: json, quiet: quiet, verbose: false) }
}
