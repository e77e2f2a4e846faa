/// What a wheel runs on (PEP 425): the tags of an interpreter, an ABI and a platform, in lower case.
public struct WheelTag: Sendable, Hashable {
    public let python: String
    public let abi: String
    public let platform: String

    public init(python: String, abi: String, platform: String) {
        self.python = python.lowercased()
        self.abi = abi.lowercased()
        self.platform = platform.lowercased()
    }

    /// Parses a compressed tag set, `py2.py3-none-any`, into each tag that it stands for, in the order written.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidTag`.
    public static func parse(_ text: String) throws(PythonPackagingError) -> [WheelTag] {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map {
            $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        guard parts.count == 3, parts.allSatisfy({ $0.allSatisfy { !$0.isEmpty } }) else {
            throw PythonPackagingError(
                code: .invalidTag, subject: text, message: "is not a wheel tag",
                advice: "wheel tags look like cp311-cp311-manylinux_2_28_x86_64 (PEP 425)")
        }
        return parts[0].flatMap { python in
            parts[1].flatMap { abi in
                parts[2].map { WheelTag(python: python, abi: abi, platform: $0) }
            }
        }
    }
}

extension WheelTag: CustomStringConvertible {
    /// `py3-none-any`.
    public var description: String { "\(python)-\(abi)-\(platform)" }
}
