import Cryptography
import Foundation
public import SystemPackage

/// A package index made of ``WheelFixture``s: PEP 503 HTML or PEP 691 JSON on an ``HTTPFixtureServer``, or a folder.
///
///     let index = try IndexFixture([WheelFixture("demo"), WheelFixture("demo", "2.0")])
///     index.url                                  // …/simple/, for --index-url
///     index.server.count("/simple/demo/")        // how often the page was asked for
///
/// Files lie under `/files/NAME.whl`, with PEP 658 metadata beside them (`.metadata`) where `servesMetadata` says so.
/// Everything is served afresh at each request, so `add` and the switches work at any time, and any path can be given
/// another reply with `server.on`, which wins.
public final class IndexFixture: @unchecked Sendable {
    // Guarded by `lock`: tests change the fixture while the server's threads read it.
    private let lock = NSLock()
    private var wheels: [String: [Entry]] = [:]
    private var _style: Style
    private var _servesMetadata: Bool
    private var _namesHashes: Bool

    public enum Style: Sendable {
        /// PEP 503, `text/html`.
        case html
        /// PEP 691, `application/vnd.pypi.simple.v1+json`.
        case json
    }

    private struct Entry {
        var wheel: WheelFixture
        var bytes: [UInt8]
        var digest: SHA256Digest
        var yanked: String?
    }

    public let server: HTTPFixtureServer
    /// Where the index lies on the server: `/simple/`.
    public let root: String

    /// - Parameters:
    ///   - servesMetadata: whether PEP 658 metadata is offered.
    ///   - namesHashes: whether links carry `#sha256=`.
    public init(
        _ wheels: [WheelFixture] = [], style: Style = .html, servesMetadata: Bool = false, namesHashes: Bool = true,
        root: String = "/simple/", server: HTTPFixtureServer? = nil
    ) throws {
        self.server = try server ?? HTTPFixtureServer()
        self.root = root
        _style = style
        _servesMetadata = servesMetadata
        _namesHashes = namesHashes
        self.server.onAnyOther { [weak self] request in self?.reply(to: request) ?? HTTPReply(404) }
        for wheel in wheels { add(wheel) }
    }

    /// The index's URL, with a slash at its end.
    public var url: String { server.url(root) }

    public var style: Style {
        get { lock.withLock { _style } }
        set { lock.withLock { _style = newValue } }
    }

    public var servesMetadata: Bool {
        get { lock.withLock { _servesMetadata } }
        set { lock.withLock { _servesMetadata = newValue } }
    }

    public var namesHashes: Bool {
        get { lock.withLock { _namesHashes } }
        set { lock.withLock { _namesHashes = newValue } }
    }

    /// Adds a wheel, in place of one of the same file name.
    ///
    /// - Parameters:
    ///   - yanked: the reason, which may be empty; `nil` for a file that is not yanked (PEP 592).
    ///   - given: the file's bytes in place of the wheel's own, for one that is broken or hostile.
    public func add(_ wheel: WheelFixture, yanked: String? = nil, bytes given: [UInt8]? = nil) {
        let bytes = given ?? wheel.bytes
        let entry = Entry(wheel: wheel, bytes: bytes, digest: SHA256Digest(of: bytes), yanked: yanked)
        lock.withLock {
            var entries = wheels[wheel.normalizedName] ?? []
            entries.removeAll { $0.wheel.filename == wheel.filename }
            wheels[wheel.normalizedName] = entries + [entry]
        }
    }

    public func remove(_ filename: String) {
        lock.withLock { wheels = wheels.mapValues { $0.filter { $0.wheel.filename != filename } } }
    }

    /// The path of a wheel's file on the server.
    public func path(of wheel: WheelFixture) -> String { "/files/" + wheel.filename }

    /// Writes every wheel into a folder, for `--find-links`, and gives its path.
    @discardableResult
    public func write(to folder: FilePath) throws -> FilePath {
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        for entry in lock.withLock({ wheels.values.flatMap { $0 } }) {
            try Data(entry.bytes).write(to: URL(fileURLWithPath: folder.appending(entry.wheel.filename).string))
        }
        return folder
    }

    // MARK: - Pages

    private func reply(to request: HTTPRequest) -> HTTPReply? {
        let path = request.path
        if path == root { return list() }
        if path.hasPrefix(root), path.hasSuffix("/") {
            return page(String(path.dropFirst(root.count).dropLast()))
        }
        if path.hasPrefix("/files/") {
            let filename = String(path.dropFirst("/files/".count))
            return file(filename.removingPercentEncoding ?? filename)
        }
        return nil
    }

    private func list() -> HTTPReply {
        let names = lock.withLock { wheels.keys.sorted() }
        switch style {
        case .html:
            return .text(
                "<html><body>" + names.map { "<a href=\"\(root)\($0)/\">\($0)</a>\n" }.joined() + "</body></html>")
        case .json:
            let document: [String: Any] = ["meta": ["api-version": "1.1"], "projects": names.map { ["name": $0] }]
            return json(document)
        }
    }

    private func page(_ name: String) -> HTTPReply? {
        guard let entries = lock.withLock({ wheels[name] }) else { return nil }
        switch style {
        case .html: return .text(html(name, entries))
        case .json:
            let document: [String: Any] = [
                "meta": ["api-version": "1.1"], "name": name, "files": entries.map(file),
                "versions": Set(entries.map(\.wheel.version)).sorted(),
            ]
            return json(document)
        }
    }

    private func html(_ name: String, _ entries: [Entry]) -> String {
        let links = entries.map { entry in
            var attributes = ""
            if let python = entry.wheel.requiresPython { attributes += " data-requires-python=\"\(escape(python))\"" }
            if let reason = entry.yanked { attributes += " data-yanked=\"\(escape(reason))\"" }
            if servesMetadata {
                attributes += " data-core-metadata=\"sha256=\(entry.wheel.metadataDigest.hex)\""
            }
            let hash = namesHashes ? "#sha256=\(entry.digest.hex)" : ""
            let place = "../../files/\(entry.wheel.filename.replacing("+", with: "%2B"))\(hash)"
            return "<a href=\"\(place)\"\(attributes)>\(entry.wheel.filename)</a><br/>\n"
        }
        return """
            <!DOCTYPE html>
            <html><head><meta name="pypi:repository-version" content="1.1"><title>Links for \(name)</title></head>
            <body><h1>Links for \(name)</h1>
            \(links.joined())</body></html>
            """
    }

    private func file(_ entry: Entry) -> [String: Any] {
        var file: [String: Any] = [
            "filename": entry.wheel.filename, "size": entry.bytes.count,
            "url": "../../files/" + entry.wheel.filename.replacing("+", with: "%2B"),
            "hashes": namesHashes ? ["sha256": entry.digest.hex] : [:],
        ]
        if let python = entry.wheel.requiresPython { file["requires-python"] = python }
        if let reason = entry.yanked { file["yanked"] = reason.isEmpty ? true : reason }
        if servesMetadata { file["core-metadata"] = ["sha256": entry.wheel.metadataDigest.hex] }
        return file
    }

    private func json(_ document: [String: Any]) -> HTTPReply {
        let body = (try? JSONSerialization.data(withJSONObject: document, options: [.sortedKeys])) ?? Data()
        return HTTPReply(200, body, type: "application/vnd.pypi.simple.v1+json")
    }

    private func file(_ filename: String) -> HTTPReply? {
        let entries = lock.withLock { wheels.values.flatMap { $0 } }
        if let entry = entries.first(where: { $0.wheel.filename == filename }) { return .file(entry.bytes) }
        if servesMetadata, let entry = entries.first(where: { $0.wheel.filename + ".metadata" == filename }) {
            return .file(entry.wheel.metadata)
        }
        return nil
    }

    private func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
