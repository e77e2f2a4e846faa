internal import Diagnostics
internal import SystemPackage

/// The links of a source distribution, judged all together before the first is made: each may lead through others.
struct SourceLinks {

    /// What messages call the source.
    let source: String
    private(set) var hard: [(path: String, target: String)] = []
    private(set) var symbolic: [(path: String, target: String)] = []
    /// By bytes: to Swift some names are equal that are two files.
    private var targets: [FilePath: String] = [:]

    init(of source: String) {
        self.source = source
    }

    mutating func add(hard path: String, to target: String) {
        hard.append((path, target))
    }

    /// - Throws: ``SourceBuildsError`` (`unsafeEntry`) where the source has that link already, to something else.
    mutating func add(symbolic path: String, to target: String) throws {
        let place = FilePath(path)
        guard let known = targets.updateValue(target, forKey: place) else { return symbolic.append((path, target)) }
        guard known.utf8.elementsEqual(target.utf8) else { throw refusal("holds the link `\(path)` twice") }
    }

    /// Sees to it that nothing is made through a link, and that every link leads into the source's own folder.
    ///
    /// - Parameter paths: of everything else that the source holds.
    /// - Throws: ``SourceBuildsError`` (`unsafeEntry`).
    func check(beside paths: some Sequence<String>) throws {
        guard !targets.isEmpty else { return }
        for path in paths { try checkWay(to: FilePath(path), path) }
        for link in hard {
            try checkWay(to: FilePath(link.path), link.path)
            try checkWay(to: FilePath(link.target), link.target)
        }
        for link in symbolic {
            try checkWay(to: FilePath(link.path).removingLastComponent(), link.path)
            guard staysInside(link.path, link.target) else {
                throw refusal("holds the link `\(link.path)` to `\(link.target)`, outside of its folder")
            }
        }
    }

    /// No part of a place may be a link.
    private func checkWay(to place: FilePath, _ path: String) throws {
        var place = place
        while !place.isEmpty {
            if targets[place] != nil { throw refusal("holds `\(path)`, and the link `\(place)`") }
            place.removeLastComponent()
        }
    }

    /// Whether a link leads into the source's folder on its whole way, whatever links it leads through.
    private func staysInside(_ path: String, _ target: String) -> Bool {
        var place = FilePath(path).removingLastComponent()
        var links = 0
        guard target.utf8.first != UInt8(ascii: "/") else { return false }
        var pending = Array(target.pathNames.reversed())
        while let name = pending.popLast() {
            if name == "." { continue }
            if name == ".." {
                place.removeLastComponent()
                // The source's folder is the outermost that it may be in.
                if place.isEmpty { return false }
                continue
            }
            let next = place.appending(name)
            guard let further = targets[next] else {
                place = next
                continue
            }
            links += 1
            // As the kernel counts (path_resolution(7)).
            guard links <= 40, further.utf8.first != UInt8(ascii: "/") else { return false }
            pending += further.pathNames.reversed()
        }
        return true
    }

    private func refusal(_ message: String) -> SourceBuildsError {
        SourceBuildsError(.unsafeEntry, source, message, advice: "do not build it, and tell its publisher")
    }
}
