extension StringProtocol {
    /// The names in a path, between its slashes; none of them is empty.
    ///
    /// They are told apart by bytes, as the kernel does. `split(separator: "/")` goes by `Character`, and one of those may
    /// be a slash together with a mark that stands before or behind it (Unicode UAX #29), so that `../` would be hidden.
    public var pathNames: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a file can be called so in any folder, and in no other.
    public var isFileName: Bool {
        let bytes = utf8
        return !bytes.isEmpty && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
            && !bytes.elementsEqual(".".utf8) && !bytes.elementsEqual("..".utf8)
    }

    /// Whether a path is relative and has no `..`: where there are no links, it stays in the folder that it starts from.
    public var isInnerPath: Bool {
        utf8.first != UInt8(ascii: "/") && !utf8.contains(0) && !pathNames.contains("..")
    }
}
