internal import Cryptography
internal import PythonPackaging

/// A file that a recipe names by its URL.
enum DirectFile {
    /// The file at a URL, with the digest that the URL's fragment may tell.
    static func file(at url: String, of project: PackageName) throws -> IndexFile {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let place = String(parts[0])
        let path = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let filename = percentDecoded(path.split(separator: "/").last.map(String.init) ?? place)
        guard DistributionFilename(filename, expecting: project) != nil else {
            throw ResolverError(
                .notADistribution, project.description,
                "is asked for at \(place), which names no wheel, egg or source distribution of it",
                advice: "give the URL of a file whose name is the project's, a dash and a version: "
                    + "\(project)-1.0-py3-none-any.whl or \(project)-1.0.tar.gz")
        }
        var file = IndexFile(filename: filename, url: place)
        if parts.count == 2 {
            for argument in parts[1].split(separator: "&") where argument.hasPrefix("sha256=") {
                file.sha256 = SHA256Digest(hex: String(argument.dropFirst(7)))
            }
        }
        return file
    }

    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
