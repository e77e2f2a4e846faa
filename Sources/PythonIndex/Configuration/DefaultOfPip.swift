internal import ContentStore
internal import Diagnostics
internal import Subprocesses
internal import SystemPackage

/// The index that pip itself goes to when nobody tells it otherwise.
///
/// Asking costs a third of a second, so the answer is kept by the interpreter's path, size and time of change.
struct DefaultOfPip {
    let store: ContentStore
    private static let kind: RecordKind = "pip-default.2"

    /// pip's help says it too, for a pip that has moved the name.
    private static let question = """
        try:
            from pip._internal.models.index import PyPI
            print(PyPI.simple_url)
        except ImportError:
            import os, re, subprocess, sys
            help = subprocess.run([sys.executable, "-m", "pip", "install", "--help"], capture_output=True, text=True,
                                  env={**os.environ, "COLUMNS": "500", "PIP_CONFIG_FILE": os.devnull}).stdout
            print(re.search(r"Python Package Index[^(]*\\(default (\\S+)\\)", help).group(1))
        """

    /// - Throws: `PythonIndexError.Code.noDefaultIndex`.
    func url() throws -> String {
        guard let python = Program.locate("python3") else {
            throw Self.unknown("there is no python3 on this machine whose pip would know", nil)
        }
        let facts = LocalFolder.facts(of: python).map { "\($0.size) \($0.changed)" } ?? ""
        let key = "\(python) \(facts)"
        if let known = try store.record(kind: Self.kind, key: key) { return String(decoding: known, as: UTF8.self) }
        // In no folder of the person's: Python would take a `pip` that lies there for pip.
        let program = Program(
            python.string, ["-c", Self.question], environment: .inherited(["PYTHONPATH": nil, "PYTHONHOME": nil]),
            in: "/")
        let text: String
        do {
            text = String(decoding: try program.output(timeout: .seconds(60)), as: UTF8.self)
        } catch let error as SubprocessError {
            throw Self.unknown("the pip of \(python) cannot be asked (\(error.message))", error)
        }
        let url = text.filter { !$0.isWhitespace }
        guard url.contains("://") else { throw Self.unknown("the pip of \(python) does not tell", nil) }
        try store.setRecord(kind: Self.kind, key: key, value: Array(url.utf8))
        return url
    }

    private static func unknown(_ reason: String, _ cause: (any Error)?) -> PythonIndexError {
        PythonIndexError(
            .noDefaultIndex, "the default index", "is not known: \(reason)",
            advice: "name one with --index-url or PIP_INDEX_URL, or install python3-pip", cause: cause)
    }
}
