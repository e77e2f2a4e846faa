import Foundation

/// One Swift file of the repository, read once for all tests.
struct SwiftSource: Sendable {
    let file: String
    let lineCount: Int
    let imports: Set<String>

    static let all: [SwiftSource] = Repository.files.filter { $0.hasSuffix(".swift") }.map(SwiftSource.init)

    init(file: String) {
        self.file = file
        let lines = [UInt8](Repository.contents(of: file)).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lineCount = lines.count
        var imports: Set<String> = []
        // Programs of other languages stand in strings of several lines, and import things too.
        var isInString = false
        let quotes = Array("\"\"\"".utf8), word = Array("import ".utf8)
        for line in lines {
            if Self.count(quotes, in: line) % 2 == 1 {
                isInString.toggle()
                continue
            }
            guard !isInString, Self.count(word, in: line) > 0 else { continue }
            if let module = Self.importedModule(String(decoding: line, as: UTF8.self)) { imports.insert(module) }
        }
        self.imports = imports
    }

    /// The module of an import declaration: `public import struct Foundation.Data` gives `Foundation`.
    static func importedModule(_ line: String) -> String? {
        var words = line.split(separator: " ").drop { word in
            word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
        }
        guard words.popFirst() == "import", var name = words.popFirst() else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        if kinds.contains(name), let next = words.popFirst() { name = next }
        return String(name.prefix { $0 != "." && $0 != ";" })
    }

    private static func count(_ pattern: [UInt8], in line: ArraySlice<UInt8>) -> Int {
        guard line.count >= pattern.count else { return 0 }
        var count = 0
        var position = line.startIndex
        while position <= line.endIndex - pattern.count {
            if line[position] == pattern[0], line[position..<(position + pattern.count)].elementsEqual(pattern) {
                count += 1
                position += pattern.count
            } else {
                position += 1
            }
        }
        return count
    }
}
