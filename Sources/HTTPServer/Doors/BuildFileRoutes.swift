internal import HTTPTypes
internal import JobAPI

/// Files of a build: its archives, to be fetched whole or in parts.
enum BuildFileRoutes {
    static func all(_ parts: ServerParts) -> [Route] { [archive(parts)] }

    private static func archive(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}/archives/{format}", "build.archive", tag: "environments",
            "Fetch an archive that a build has made.",
            details: """
                The build's delivery `tar.gz` or `zip` tells its digest, which the entity tag is made of. A break is mended with \
                `Range` and `If-Range`.
                """,
            headers: [
                .init(name: "Range", doc: "One range of bytes."),
                .init(name: "If-Range", doc: "The entity tag of the archive that the range is of."),
            ],
            answers: [
                .file(200, mediaTypes, "The archive."), .file(206, mediaTypes, "The bytes of the range."), .unchanged,
            ]
        ) { exchange in
            let build = try await EnvironmentRoutes.build(of: exchange, parts)
            let format = exchange.parameter("format")
            guard let archive = try await EnvironmentRoutes.service(parts).archive(format, of: build.id) else {
                throw Problem.noArchive(format, of: build)
            }
            do {
                return try await parts.files.reply(
                    archive.path, digest: archive.digest, to: exchange,
                    headers: [
                        (.contentType, format == "zip" ? mediaTypes[1] : mediaTypes[0]),
                        (.contentDisposition, "attachment; filename=\"\(archive.fileName)\""),
                    ])
            } catch let trouble as FileSender.Trouble {
                switch trouble {
                case .crowded: throw Problem.crowded
                case .gone: throw Problem.noArchive(format, of: build)
                case .noSuchRange(let size):
                    var problem = Problem.noSuchRange(size)
                    problem.request = exchange.id
                    return Reply.document(problem, Problem.shape, status: problem.status)
                        .with(.contentRange, "bytes */\(size)")
                }
            }
        }
    }

    private static let mediaTypes = ["application/gzip", "application/zip"]
}

extension Problem {
    fileprivate static func noArchive(_ format: String, of build: BuildReport) -> Problem {
        let wanted = build.deliveries.first { $0.delivery == format }
        let advice =
            build.state == .building
            ? "wait until the build is ready"
            : "ask for it with `deliveries: [tar.gz]` or `[zip]`" + (wanted == nil ? "" : "; it is made again then")
        return .notFound("archive \(format.prefix(16)) of build \(build.id.prefix(12))", advice: advice)
    }

    fileprivate static let crowded = Problem(
        503, "crowded", title: "As many files are sent as may be", detail: "the server: sends as many files as it may",
        advice: "try again in a moment")

    fileprivate static func noSuchRange(_ size: Int64) -> Problem {
        Problem(
            416, "noSuchRange", title: "There are no such bytes",
            detail: "the range: has no byte of the file's \(size)",
            advice: "ask for bytes from 0 to \(max(0, size - 1))")
    }
}

extension HTTPField.Name {
    fileprivate static let contentDisposition = known("Content-Disposition")
}
