/// The places of platform tags among a target's, found without comparing the tags one by one.
struct PlatformPriority: Sendable {
    /// How many tags there are.
    let count: Int
    private let machine: [UInt8]
    private let isMusl: Bool
    private let major: Int
    /// The places of the levels of each major version of the C library, by major and minor version.
    private var places: [[Int?]]
    private var legacyPlaces: [Int: Int] = [:]

    init(_ platform: TargetPlatform) {
        let tags = platform.tags
        count = tags.count
        machine = Array(platform.architecture.rawValue.utf8)
        switch platform.cLibrary {
        case .glibc(let major, _): (isMusl, self.major) = (false, major)
        case .musl(let major, _): (isMusl, self.major) = (true, major)
        }
        places = Array(repeating: [], count: major + 1)
        for (place, tag) in tags.enumerated() {
            let parts = tag.split(separator: "_")
            if parts[0] == "manylinux" || parts[0] == "musllinux", let major = Int(parts[1]), let minor = Int(parts[2])
            {
                while places[major].count <= minor { places[major].append(nil) }
                places[major][minor] = place
            } else if let year = Int(parts[0].drop { !$0.isNumber }) {
                legacyPlaces[year] = place
            }
        }
    }

    /// The tag's place; `nil` if it is none of the target's.
    func rank(of tag: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        // Nine letters, the level, an underscore and the processor.
        let stem = tag.count - machine.count
        guard stem > 5, tag[tag.startIndex + stem - 1] == UInt8(ascii: "_"), isMachine(tag[(tag.startIndex + stem)...])
        else { return nil }
        let name = tag[..<(tag.startIndex + stem - 1)]
        if isText(name, "linux") { return count - 1 }
        guard name.count > 9, isMusl ? isText(name.prefix(9), "musllinux") : isText(name.prefix(9), "manylinux") else {
            return nil
        }
        let level = name.dropFirst(9)
        guard level.first == UInt8(ascii: "_") else {
            return PlatformPriority.number(level).flatMap { legacyPlaces[$0] }
        }
        let numbers = level.dropFirst()
        guard let middle = numbers.firstIndex(of: UInt8(ascii: "_")),
            let major = PlatformPriority.number(numbers[..<middle]), major < places.count,
            let minor = PlatformPriority.number(numbers[(middle + 1)...]), minor < places[major].count
        else { return nil }
        return places[major][minor]
    }

    private func isMachine(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        for index in machine.indices where lowercased(bytes[bytes.startIndex + index]) != machine[index] {
            return false
        }
        return true
    }

    /// A number as tags write it: without leading zeros.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let first = digits.first, digits.count < 6, first != 0x30 || digits.count == 1 else { return nil }
        var value = 0
        for digit in digits {
            guard isDigit(digit) else { return nil }
            value = value * 10 + Int(digit &- 0x30)
        }
        return value
    }
}
