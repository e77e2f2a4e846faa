/// Which wheels run on a target, and which run best: the order of `packaging.tags.sys_tags` for that target.
///
/// Ranks count from 0, the best, and equal the tag's place in `tags`.
public struct TagPriority: Sendable {
    public let python: PythonVersion
    public let platform: TargetPlatform

    private let platforms: PlatformPriority
    private let nativeABI: [UInt8]

    public init(python: PythonVersion, platform: TargetPlatform) {
        self.python = python
        self.platform = platform
        platforms = PlatformPriority(platform)
        nativeABI = Array(python.abiTag.utf8)
    }

    /// The tags that run on the target, best first.
    public var tags: [WheelTag] {
        let platforms = platform.tags
        let own = python.interpreterTag
        let stable = python.isFreeThreaded ? "abi3t" : "abi3"
        var tags: [WheelTag] = []
        func add(_ interpreter: String, _ abi: String) {
            tags += platforms.map { WheelTag(python: interpreter, abi: abi, platform: $0) }
        }
        add(own, python.abiTag)
        if hasStableABI { add(own, stable) }
        add(own, "none")
        if hasStableABI {
            for minor in stride(from: python.minor - 1, to: 1, by: -1) { add("cp\(python.major)\(minor)", stable) }
        }
        let generic =
            [own.replacingPrefix("cp", by: "py"), "py\(python.major)"]
            + stride(from: python.minor - 1, through: 0, by: -1).map { "py\(python.major)\($0)" }
        for interpreter in generic { add(interpreter, "none") }
        tags.append(WheelTag(python: own, abi: "none", platform: "any"))
        tags += generic.map { WheelTag(python: $0, abi: "none", platform: "any") }
        return tags
    }

    /// PEP 384's stable ABI, for free-threaded builds PEP 803's, is there since 3.2.
    private var hasStableABI: Bool { (python.major, python.minor) >= (3, 2) }

    /// The tag's place in `tags`; `nil` if it does not run on the target.
    public func rank(of tag: WheelTag) -> Int? {
        rank(ofTagSet: tag.description)
    }

    /// The best place of the tags that a compressed tag set stands for; `nil` if none runs on the target.
    public func rank(ofTagSet text: String) -> Int? {
        withBytes(of: text) { rank(ofTagSet: $0) }
    }

    /// As `rank(ofTagSet:)`, from UTF-8.
    public func rank(ofTagSet bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let first = bytes.firstIndex(of: UInt8(ascii: "-")),
            let second = bytes[(first + 1)...].firstIndex(of: UInt8(ascii: "-"))
        else { return nil }
        let platformBytes = bytes[(second + 1)...]
        guard platformBytes.firstIndex(of: UInt8(ascii: "-")) == nil else { return nil }
        var platformRank: Int?
        var isAny = false
        forEachPart(of: platformBytes) { part in
            if isText(part, "any") {
                isAny = true
            } else if let rank = platforms.rank(of: part) {
                platformRank = min(platformRank ?? .max, rank)
            }
        }
        if platformRank == nil, !isAny { return nil }

        var best: Int?
        forEachPart(of: bytes[..<first]) { interpreter in
            let interpreter = InterpreterTag(interpreter)
            forEachPart(of: bytes[(first + 1)..<second]) { abi in
                if let platformRank, let group = group(of: interpreter, abi) {
                    best = min(best ?? .max, group * platforms.count + platformRank)
                }
                if isAny, let place = placeForAnyPlatform(of: interpreter, abi) {
                    best = min(best ?? .max, place)
                }
            }
        }
        return best
    }
}

extension TagPriority {
    /// An interpreter tag taken apart: `cp311`, `py3`.
    private struct InterpreterTag {
        enum Kind {
            case cpython
            case generic
            case other
        }

        var kind = Kind.other
        var major = 0
        /// `nil` for a tag of a major version alone.
        var minor: Int?

        init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
            let digits = bytes.dropFirst(2)
            guard let first = digits.first, digits.count < 5, digits.allSatisfy(isDigit) else { return }
            // A leading zero in the minor version is another tag.
            if digits.count > 2, digits.dropFirst().first == 0x30 { return }
            major = Int(first &- 0x30)
            if digits.count > 1 { minor = digits.dropFirst().reduce(0) { $0 * 10 + Int($1 &- 0x30) } }
            if isText(bytes.prefix(2), "cp") {
                kind = .cpython
            } else if isText(bytes.prefix(2), "py") {
                kind = .generic
            }
        }
    }

    /// How many groups of tags come before those of generic interpreters, each with every platform.
    private var cpythonGroups: Int {
        hasStableABI ? 3 + max(0, python.minor - 2) : 2
    }

    /// The place among the groups of tags that differ in the platform alone.
    private func group(of tag: InterpreterTag, _ abi: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard tag.major == python.major else { return nil }
        switch tag.kind {
        case .cpython:
            guard let minor = tag.minor else { return nil }
            let isStable = hasStableABI && (python.isFreeThreaded ? isText(abi, "abi3t") : isText(abi, "abi3"))
            if minor == python.minor {
                if isNativeABI(abi) { return 0 }
                if isStable { return 1 }
                if isText(abi, "none") { return hasStableABI ? 2 : 1 }
            } else if minor < python.minor, minor >= 2, isStable {
                return 3 + (python.minor - 1 - minor)
            }
            return nil
        case .generic:
            guard isText(abi, "none"), let place = genericPlace(of: tag) else { return nil }
            return cpythonGroups + place
        case .other:
            return nil
        }
    }

    private func placeForAnyPlatform(of tag: InterpreterTag, _ abi: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard tag.major == python.major, isText(abi, "none") else { return nil }
        let start = (cpythonGroups + python.minor + 2) * platforms.count
        switch tag.kind {
        case .cpython: return tag.minor == python.minor ? start : nil
        case .generic: return genericPlace(of: tag).map { start + 1 + $0 }
        case .other: return nil
        }
    }

    /// py3Y, py3, py3(Y-1) … py30.
    private func genericPlace(of tag: InterpreterTag) -> Int? {
        guard let minor = tag.minor else { return 1 }
        if minor == python.minor { return 0 }
        return minor < python.minor ? 2 + (python.minor - 1 - minor) : nil
    }

    private func isNativeABI(_ abi: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard abi.count == nativeABI.count else { return false }
        for index in nativeABI.indices where lowercased(abi[abi.startIndex + index]) != nativeABI[index] {
            return false
        }
        return true
    }
}

/// Whether the bytes are this lower-case ASCII word in any case.
@inline(__always)
func isText(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<bytes.count where lowercased(bytes[bytes.startIndex + index]) != word.utf8Start[index] {
        return false
    }
    return true
}

/// Calls `body` with each part of a compressed tag, `py2.py3`.
@inline(__always)
func forEachPart(
    of bytes: Slice<UnsafeBufferPointer<UInt8>>, _ body: (Slice<UnsafeBufferPointer<UInt8>>) -> Void
) {
    var start = bytes.startIndex
    for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
        body(bytes[start..<index])
        start = index + 1
    }
    body(bytes[start...])
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, by other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
