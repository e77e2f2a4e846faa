internal import ContentStore

/// The bytecode of one unit for one build of the interpreter.
public struct Bytecode: Sendable, Equatable {
    /// The unit of `.pyc` files, to be laid over the unit of sources; `nil` where nothing compiles.
    public let unit: Unit?
    /// Sources that do not compile: templates, tests of other versions. Python would not import them either.
    public let skipped: [String]

    init(unit: Unit?, skipped: [String]) {
        self.unit = unit
        self.skipped = skipped
    }

    /// As the store keeps it.
    var record: [UInt8] {
        var writer = RecordWriter()
        writer.shortNumber(UInt(skipped.count))
        for path in skipped { writer.text(path) }
        writer.append(unit?.record ?? [])
        return writer.bytes
    }

    /// Reads what ``record`` wrote.
    ///
    /// - Parameter unit: makes a unit of its facts.
    init(record: [UInt8], unit: ([UInt8]) throws -> Unit) throws {
        var reader = RecordReader(record)
        var skipped: [String] = []
        try readingRecord {
            for _ in 0..<(try reader.count()) { skipped.append(try reader.text()) }
        }
        self.skipped = skipped
        self.unit = reader.remaining == 0 ? nil : try unit(Array(record.suffix(reader.remaining)))
    }
}

/// A source file and the file that its bytecode goes to.
struct BytecodeSource: Sendable {
    let file: UnitFile
    /// `…/__pycache__/name.cpython-311.pyc` (PEP 3147), below ENV.
    let target: String

    /// In bytes. No module that anybody wrote is larger, and a compiler holds several times as much in memory.
    private static let largest: UInt64 = 16 << 20

    /// The sources of a unit: the `.py` files among its modules, in the order of their targets' bytes.
    ///
    /// A file whose bytecode the wheel itself brings is left out: one path has one owner. So are packages' own
    /// tests: programs do not import them, and they are a quarter of what scientific packages hold (docs/decisions).
    static func sources(of unit: Unit, cacheTag: String) throws -> [BytecodeSource] {
        let files = try unit.files()
        let modules = unit.sitePackages + "/"
        let paths = Set(files.lazy.map(\.path))
        let sources = files.compactMap { file -> BytecodeSource? in
            guard file.path.hasPrefix(modules), file.size <= largest, !isTest(file.path, among: paths),
                let target = target(of: file.path, cacheTag: cacheTag), !paths.contains(target)
            else { return nil }
            return BytecodeSource(file: file, target: target)
        }
        return PathOrder(sources.lazy.map(\.target)).sorted.map { sources[$0] }
    }

    /// Whether a module is a test of the package's own, by the names that test runners look for: `test_….py`,
    /// `…_test.py` and `conftest.py` in a folder `tests`, and `name_test.py` beside `name.py`. Less is not enough of a
    /// sign: programs import TensorFlow's `test_util`, `scipy.stats._page_trend_test` and `astropy.tests.runner`.
    private static func isTest(_ path: String, among paths: Set<String>) -> Bool {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return false }
        let suffix = "_test.py"
        if name.hasSuffix(suffix) {
            return parts.dropLast().contains("tests") || paths.contains(path.dropLast(suffix.count) + ".py")
        }
        return (name.hasPrefix("test_") || name == "conftest.py") && parts.dropLast().contains("tests")
    }

    /// Where the bytecode of `a/b.py` goes; `nil` for what is no source.
    static func target(of path: String, cacheTag: String) -> String? {
        guard path.hasSuffix(".py") else { return nil }
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
        let stem = path[name...].dropLast(".py".count)
        guard !stem.isEmpty else { return nil }
        return "\(path[..<name])__pycache__/\(stem).\(cacheTag).pyc"
    }
}
