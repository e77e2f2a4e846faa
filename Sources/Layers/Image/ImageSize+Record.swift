/// What an image came to is kept beside the environment, so that it can be told without making the image again.
///
/// A line for each package, `p FILES SIZE COMPRESSED TITLE`, and for each layer, `l SIZE COMPRESSED TITLE` with `-` for a
/// size that is not known.
extension ImageSize {
    public var record: [UInt8] {
        var text = ""
        for package in packages {
            text += "p \(package.files) \(package.size) \(package.compressedSize) \(package.title)\n"
        }
        for layer in layers {
            text += "l \(layer.size.map(String.init) ?? "-") \(layer.compressedSize) \(layer.title)\n"
        }
        return Array(text.utf8)
    }

    /// Reads what ``record`` wrote; `nil` for anything else.
    public init?(record: [UInt8]) {
        var packages: [Package] = []
        var layers: [LayerShare] = []
        for line in String(decoding: record, as: UTF8.self).split(separator: "\n") {
            let isPackage = line.hasPrefix("p ")
            let fields = line.split(separator: " ", maxSplits: isPackage ? 4 : 3)
            if isPackage {
                guard fields.count == 5, let files = Int(fields[1]), let size = UInt64(fields[2]),
                    let compressed = UInt64(fields[3])
                else { return nil }
                packages.append(
                    Package(title: String(fields[4]), files: files, size: size, compressedSize: compressed))
            } else {
                guard fields.count == 4, fields[0] == "l", let compressed = UInt64(fields[2]),
                    fields[1] == "-" || UInt64(fields[1]) != nil
                else { return nil }
                layers.append(
                    LayerShare(title: String(fields[3]), size: UInt64(fields[1]), compressedSize: compressed))
            }
        }
        self.init(packages: packages, layers: layers)
    }
}
