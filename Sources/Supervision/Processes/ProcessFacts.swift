internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What `/proc/PID/stat` tells of a process (proc(5)).
struct ProcessFacts: Equatable {
    var process: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    /// When it was started, in clock ticks since the machine was.
    var startTicks: UInt64
    /// Whether it has ended and waits to be asked for its status.
    var hasEnded: Bool

    /// `nil` where there is no such process.
    init?(of process: Int32) {
        guard let bytes = try? FilePath("/proc/\(process)/stat").fileContents(limit: 4096) else { return nil }
        self.init(bytes)
    }

    init?(_ bytes: [UInt8]) {
        // A program's name may hold anything, blanks and parentheses too; none stand behind its end.
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
            let process = Int32(String(decoding: bytes[..<open].dropLast(), as: UTF8.self))
        else { return nil }
        let fields = bytes[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        guard fields.count > 19, let state = fields[0].first, let parent = Self.number(fields[1]),
            let group = Self.number(fields[2]), let session = Self.number(fields[3]),
            let ticks = UInt64(String(decoding: fields[19], as: UTF8.self))
        else { return nil }
        self.process = process
        self.parent = parent
        self.group = group
        self.session = session
        startTicks = ticks
        hasEnded = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int32? { Int32(String(decoding: bytes, as: UTF8.self)) }
}

/// All processes that this one can see.
enum ProcessTable {
    static func numbers() -> [Int32] {
        let entries = (try? FilePath("/proc").folderEntries()) ?? []
        return entries.compactMap { Int32($0.name) }
    }

    static func all() -> [ProcessFacts] { numbers().compactMap { ProcessFacts(of: $0) } }

    /// Those that descend from any of these, which are not among them: as far as numbers tell that are read one after the
    /// other, while processes end and others get their numbers. Before a signal, ask ``ancestors(of:)``.
    static func descendants(of ancestors: Set<Int32>, among all: [ProcessFacts] = all()) -> [ProcessFacts] {
        let children = Dictionary(grouping: all, by: \.parent)
        var found: [ProcessFacts] = []
        var next = Array(ancestors)
        var seen = ancestors
        while let parent = next.popLast() {
            for child in children[parent] ?? [] where seen.insert(child.process).inserted {
                found.append(child)
                next.append(child.process)
            }
        }
        return found
    }

    /// A process's parent, that one's parent, and so on; `nil` where it cannot be said for sure.
    ///
    /// Two walks that find the same processes prove it: all of them lived from one to the other, and so nobody's parent
    /// was replaced in between.
    static func ancestors(of process: Int32) -> [ProcessFacts]? {
        guard let first = walk(from: process), let second = walk(from: process) else { return nil }
        let isSame = zip(first, second).allSatisfy { $0.process == $1.process && $0.startTicks == $1.startTicks }
        return isSame && first.count == second.count ? Array(second.dropFirst()) : nil
    }

    private static func walk(from process: Int32) -> [ProcessFacts]? {
        var path: [ProcessFacts] = []
        var next = process
        while next > 0 {
            guard let facts = ProcessFacts(of: next), path.count < 10_000 else { return nil }
            path.append(facts)
            next = facts.parent
        }
        return path
    }

    /// This process's own children. Until they are waited for, nobody else can have their numbers.
    static func children() -> [Int32] {
        let own = getpid()
        let path = FilePath("/proc/self/task/\(own)/children")
        if let bytes = try? path.fileContents(limit: 1 << 24), !bytes.isEmpty {
            return bytes.split(separator: UInt8(ascii: " ")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        }
        // The kernel may leave some out while others end, and older ones have no such list.
        return all().filter { $0.parent == own }.map(\.process)
    }
}
