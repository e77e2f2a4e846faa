/// Which names a zip's members may have.
enum ZipPath {
    /// Why a name is refused, as the rest of a sentence; `nil` for a good one.
    ///
    /// Good is a relative path of `/`-separated components, none of them empty, `.` or `..`, none longer than 255
    /// bytes; a folder's ends in one `/`. What would be one path in two spellings, or leave the folder, is refused, never repaired.
    static func fault(_ name: UnsafeRawBufferPointer) -> String? {
        guard let last = name.last else { return "has no name" }
        if name[0] == UInt8(ascii: "/") { return "has an absolute path" }
        guard name.count <= 4095 else { return "has a path longer than 4095 bytes" }
        let end = last == UInt8(ascii: "/") ? name.count - 1 : name.count
        var start = 0
        for index in 0...end {
            if index < end {
                let byte = name[index]
                if byte == 0 { return "has a NUL byte in its name" }
                if byte == UInt8(ascii: "\\") { return "has a backslash in its name" }
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return "has a line break in its name" }
                if byte != UInt8(ascii: "/") { continue }
            }
            let count = index - start
            if count == 0 { return "has an empty path component" }
            if count > 255 { return "has a path component longer than 255 bytes" }
            if name[start] == UInt8(ascii: ".") {
                if count == 1 { return "has a path component \".\"" }
                if count == 2, name[start + 1] == UInt8(ascii: ".") {
                    return "would leave the folder it is unpacked into (\"..\")"
                }
            }
            start = index + 1
        }
        return nil
    }
}
