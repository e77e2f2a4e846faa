extension Script {
    /// What kind of Python program a script of an egg is.
    ///
    /// Setuptools leaves the path of the interpreter that built the egg in its scripts, so any first line that names a
    /// Python means the environment's; and a text without such a line is taken for Python, for nothing else could run it.
    enum Kind {
        case python
        case pythonWithoutInterpreterLine

        /// - Parameter beginning: at least the first 256 bytes, or all.
        /// - Returns: `nil` for what is no Python program.
        init?(_ beginning: [UInt8]) {
            guard beginning.starts(with: "#!".utf8) else {
                guard !beginning.contains(0) else { return nil }
                self = .pythonWithoutInterpreterLine
                return
            }
            let line = String(decoding: beginning.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            guard line.lowercased().contains("python") else { return nil }
            self = .python
        }
    }
}
