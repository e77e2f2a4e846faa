/// A distribution's entry points (entry_points.txt; Entry points specification): those that become scripts.
public struct EntryPoints: Sendable, Hashable {
    /// A script to make: `name = module:attribute`.
    public struct Script: Sendable, Hashable {
        /// The file's name in `bin`.
        public let name: String
        /// The module to import, dotted.
        public let module: String
        /// The callable in it, dotted.
        public let attribute: String

        public init(name: String, module: String, attribute: String) {
            self.name = name
            self.module = module
            self.attribute = attribute
        }
    }

    /// In the order written; of two with one name, the later.
    public let consoleScripts: [Script]
    public let guiScripts: [Script]

    /// Reads an entry_points.txt. Extras in brackets after an object are ignored, as installers do.
    ///
    /// - Parameter subject: the distribution, for errors.
    /// - Throws: `PythonPackagingError.Code.invalidEntryPoints` for a script whose name is no plain file name, or whose
    ///   object is not `module:attribute`.
    public init(_ text: String, of subject: String) throws(PythonPackagingError) {
        var console: [Script] = []
        var gui: [Script] = []
        var section = ""
        for (number, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        {
            let line = EntryPoints.trimmed(rawLine)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = String(line.dropFirst().dropLast())
                continue
            }
            guard section == "console_scripts" || section == "gui_scripts" else { continue }
            guard let script = EntryPoints.script(line) else {
                throw PythonPackagingError(
                    code: .invalidEntryPoints, subject: subject,
                    message: "has the malformed script '\(line)' in line \(number + 1) of entry_points.txt",
                    advice: "scripts are written name = module:function")
            }
            if section == "console_scripts" {
                console.removeAll { $0.name == script.name }
                console.append(script)
            } else {
                gui.removeAll { $0.name == script.name }
                gui.append(script)
            }
        }
        consoleScripts = console
        guiScripts = gui
    }

    private static func script(_ line: Substring) -> Script? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = String(trimmed(line[..<equals]))
        var object = trimmed(line[line.index(after: equals)...])
        if let bracket = object.firstIndex(of: "[") {
            guard object.hasSuffix("]") else { return nil }
            object = trimmed(object[..<bracket])
        }
        guard FileLink.isPlain(name), let colon = object.firstIndex(of: ":") else { return nil }
        let module = trimmed(object[..<colon])
        let attribute = trimmed(object[object.index(after: colon)...])
        guard isDottedName(module), isDottedName(attribute) else { return nil }
        return Script(name: name, module: String(module), attribute: String(attribute))
    }

    /// Identifiers with dots between them; letters beyond ASCII are Python's to judge, but nothing that ends a name is.
    private static func isDottedName(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, !isDigit(first) else { return false }
            return part.utf8.allSatisfy(isWordByte)
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
