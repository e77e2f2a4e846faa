internal import PythonPackaging

/// Scripts for `bin` that find the interpreter beside themselves, wherever the tree is mounted.
///
/// The kernel takes `/bin/sh` for the interpreter, and the second line sends the shell on to the `python` that lies
/// beside the script's real path, spaces and links in the way or not. To the shell the line begins with a command named
/// by a form feed and `#`, which does not exist; what follows `||` is then done. To Python a form feed is blank, and
/// the line a comment. So a script keeps its docstring, its `from __future__` imports and its declared encoding, all
/// of which the usual trick with a string over two lines takes away.
enum Script {
    private static let shell = "#!/bin/sh\n"
    private static let launch =
        "\u{C}# 2>/dev/null || s=$(realpath -- \"$0\") && exec \"${s%/*}/python\" \"$0\" \"$@\"\n"

    /// The script of an entry point (Entry points specification). Console and graphical programs start alike on Linux.
    static func entryPoint(_ script: EntryPoints.Script) -> [UInt8] {
        let imported = script.attribute.prefix { $0 != "." }
        return Array(
            """
            \(shell)\(launch)import sys
            from \(script.module) import \(imported)
            if __name__ == "__main__":
                sys.exit(\(script.attribute)())

            """.utf8)
    }

    /// The scripts that entry points ask for, in the order of their names.
    static func files(of entryPoints: EntryPoints) -> [UnitFile] {
        var files: [String: UnitFile] = [:]
        for script in entryPoints.consoleScripts + entryPoints.guiScripts {
            let path = "bin/" + script.name
            files[path] = UnitFile(path: path, isExecutable: true, generated: entryPoint(script))
        }
        return files.values.sorted { $0.path < $1.path }
    }

    /// Whether a script asks for the environment's interpreter: its first line begins with `#!python` (PEP 427), as
    /// `#!pythonw` does.
    static func isRelocatable(_ beginning: some Collection<UInt8>) -> Bool {
        beginning.starts(with: "#!python".utf8)
    }

    /// A script that ``isRelocatable(_:)``, with its first line replaced.
    ///
    /// An encoding counts in the first two lines alone (PEP 263), so a declaration in the second stays there.
    static func relocated(_ script: [UInt8]) -> [UInt8] {
        let (_, rest) = splitLine(script[...])
        let (second, behind) = splitLine(rest)
        if declaresEncoding(second) {
            return Array(shell.utf8) + second + Array(launch.utf8) + behind
        }
        return Array(shell.utf8) + Array(launch.utf8) + rest
    }

    /// The first line with its end, and what follows.
    private static func splitLine(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return (bytes, []) }
        return (bytes[...end], bytes[(end + 1)...])
    }

    /// A comment with `coding:` or `coding=` in it.
    private static func declaresEncoding(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.last == UInt8(ascii: "\n") else { return false }
        let text = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
        guard text.first == UInt8(ascii: "#") else { return false }
        let line = String(decoding: text, as: UTF8.self)
        return line.contains("coding:") || line.contains("coding=")
    }
}
