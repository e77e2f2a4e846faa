internal import BuildService
internal import Documents
internal import HTTPServer
internal import ImageSpec
internal import JobModel
internal import Recipes

extension ServeConfiguration {
    static let shape = Shape(
        "How `chidori serve` serves. Relative paths are meant from the file's folder.", initial: ServeConfiguration(),
        fields: fields)

    private static let fields: [Field<ServeConfiguration>] = [
        Field(
            "listen", \.listen, .listenAddress, synonyms: ["address", "bind", "port", "host"],
            examples: ["0.0.0.0:7878"],
            "Where it listens. Anything but loopback takes `tls`."),
        Field("tls", \.tls, tlsShape.codec, "The certificate that it shows."),
        Field(
            "hosts", \.hosts, .list(of: .text(1...253)), synonyms: ["names"], examples: ["[chidori.example.com]"],
            "Names that it is called by: requests for others are refused. On loopback, its own are always known."),
        Field(
            "recipes", \.recipes, .list(of: .text(1...4096)),
            "Folders with recipes, `NAME.yaml`, that jobs and the API may name."),
        Field("offline", \.offline, .flag, "Whether environments are made only of what is in the data folder."),
        Field(
            "audit", \.audit, Recipe.Audit.shape.codec, synonyms: ["vulnerabilities", "security"],
            "Which known vulnerabilities environments may not have: neither builds nor submissions are let through."),
        Field("limits", \.limits, limitsShape.codec, "What it puts up with."),
        Field(
            "builds", \.builds, buildsShape.codec, synonyms: ["build"], "How environments are made."),
        Field(
            "drivers", \.drivers, driversShape.codec, synonyms: ["local", "provider"],
            "How drivers run on this machine."),
        Field("retention", \.retention, retentionShape.codec, "How long what is over is kept."),
        Field(
            "store", \.store, storeShape.codec, synonyms: ["collection", "gc"],
            "What is collected of environments and files that nobody uses, while the server runs."),
        Field(
            "backup", \.backup, backupShape.codec, synonyms: ["backups"],
            "Backups that are made while the server runs. Without this, none are."),
        Field("log", \.log, logShape.codec, synonyms: ["logging"], "What it tells on standard error."),
    ]

    private static let tlsShape = Shape(
        "A certificate and its key.", initial: TLS(),
        fields: [
            Field(
                "certificate", \.certificate, .text(1...4096), required: true, synonyms: ["cert"],
                "The certificate with its chain, in PEM."),
            Field("key", \.key, .text(1...4096), required: true, "Its key, in PEM."),
        ])

    private static let limitsShape = Shape(
        "What the server puts up with.", initial: ServerLimits(),
        fields: [
            Field("body", \.body, .integer(1024...1 << 30), "Bytes of a request's body."),
            Field("headers", \.headers, .integer(1024...1 << 20), "Bytes of a request's header lines."),
            Field("headerCount", \.headerCount, .integer(10...10_000), "Header lines of a request."),
            Field("connections", \.connections, .integer(1...100_000), "Connections at once."),
            Field(
                "requestsPerUser", \.requestsPerUser, .integer(1...100_000),
                "Requests that one user has under way at once, streams among them."),
            Field("idle", \.idle, .seconds(1...86_400), "How long a connection may be silent."),
            Field("slowBody", \.slowBody, .seconds(1...86_400), "How long a request's body may take."),
            Field("slowReader", \.slowReader, .seconds(1...86_400), "How long an answer may be left unread."),
            Field("pulls", \.pulls, .integer(1...10_000), "Archives and blobs of images that are sent at once."),
            Field(
                "making", \.making, .seconds(0...3600),
                "How long a pull waits for an image that is being made, before it is told to come back (503)."),
            Field("stopping", \.stopping, .seconds(0...3600), "How long requests under way have when it stops."),
        ])

    private static let buildsShape = Shape(
        "How environments are made.", initial: Builds(),
        fields: [
            Field(
                "atOnce", \.atOnce, .integer(1...64), synonyms: ["parallel"],
                "How many are made at once. The others wait, and places are shared out fairly between those who ask."),
            Field(
                "perTenant", \.perTenant, .integer(1...500),
                "How many one tenant may have under way, with those that wait; further ones are answered 429."),
            Field(
                "deadline", \.deadline, .seconds(1...31 * 86_400), examples: ["2h"],
                "How long a recipe or lock that is sent may take, with its deliveries, once it is begun."),
            Field(
                "prebuild", \.prebuild, prebuildShape.codec, synonyms: ["nightly", "schedule"],
                "When the server builds its recipes by itself. Without it, when they are asked for."),
            Field(
                "deliveries", \.deliveries, deliveriesShape.codec, synonyms: ["delivery"],
                "Where builds may be delivered to: nothing is written to any other registry or volume."),
        ])

    private static let deliveriesShape = Shape(
        "Where builds may be delivered to.", initial: Deliveries(),
        fields: [
            Field(
                "registries", \.registries, .list(of: .registryPrefix), synonyms: ["registry"],
                examples: ["[registry.example.com/team/{tenant}]"],
                "`HOST[:PORT]`, or `HOST[:PORT]/NAME` for that repository and those below it. `{tenant}`, as a whole part of the "
                    + "name, is the tenant who asks; without it every tenant can overwrite what another has delivered there."
            ),
            Field(
                "credentials", \.credentials, .text(1...4096), synonyms: ["auth", "authFile"],
                examples: ["/etc/chidori/registries.json"],
                "A file of Docker's or Podman's form with the registries' passwords, looked into before the server's user's own."
            ),
            Field(
                "plainHTTP", \.plainHTTP, .list(of: .text(1...255)), examples: ["[127.0.0.1:5000]"],
                "Those that are spoken to in plain HTTP, `HOST[:PORT]`."),
            Field(
                "volumes", \.volumes, .mapping(of: .text(1...4096)), examples: ["{shared: /mnt/envs}"],
                "Where shared volumes are mounted, by the names that orders have for them: every tenant's, and as `TENANT/NAME` one "
                    + "tenant's own."),
        ])

    private static let prebuildShape = Shape(
        "When the server builds its recipes by itself.", initial: Prebuild(),
        fields: [
            Field("at", \.at, .timeOfDay, examples: ["03:00"], "The time of day, in UTC."),
            Field(
                "recipes", \.recipes, .list(of: .text(1...255)), examples: ["[features, spark-4.0]"],
                "Their names. Default: all."),
            Field(
                "upgrade", \.upgrade, .flag,
                "Whether they get the newest versions first. A recipe whose tests fail with them stays as it is."),
        ])

    private static let driversShape = Shape(
        "How drivers run on this machine.", initial: Drivers(), fields: driversFields
    ) { drivers, entries, mark, reading in
        check(drivers, entries, mark, &reading)
    }

    private static let driversFields: [Field<Drivers>] = [
        Field(
            "cores", \.cpu, .cores(1...1_000_000_000), synonyms: ["cpu"],
            "What drivers and executors may take together. Default: what the machine has, less a part for itself."),
        Field("memory", \.memory, .memory(1 << 20...1 << 50), examples: ["24g"], "The same, of memory."),
        Field(
            "accelerators", \.accelerators, .mapping(of: .integer(0...1_000_000)), synonyms: ["gpus"],
            "The same, by name."),
        Field(
            "users", \.users, usersShape.codec,
            "Users of the system that the drivers of tenants run as. Without them there is one tenant. It takes root."),
        Field("firstPort", \.firstPort, .integer(1...65_535), "Where the ports of Spark's pages begin."),
        Field("lastPort", \.lastPort, .integer(1...65_535), "Where they end."),
        Field(
            "logSegment", \.logSegment, .memory(1 << 16...1 << 40),
            "How much of what a driver prints is kept in one file."),
        Field("logSegments", \.logSegments, .integer(1...10_000), "How many such files are kept."),
        Field(
            "volumes", \.volumes, .texts(), examples: ["{lake: /mnt/lake}"],
            "Folders that jobs may mount, by name; `TENANT/NAME` is what that tenant's jobs alone mean by the name."),
        Field(
            "credentials", \.credentials, .texts(), examples: ["{acme/s3: /etc/chidori/acme-s3.env}"],
            "Files that jobs may be given to authenticate with, by name; `TENANT/NAME` as with volumes."),
    ]

    private static func check(
        _ drivers: Drivers, _ entries: [SourceNode.Entry], _ mark: SourceMark, _ reading: inout Reading
    ) {
        func report(_ key: String, _ message: String, _ advice: String?) {
            let place = entries.first { $0.key == key }?.keyMark ?? mark
            reading.under(key) { $0.report(.conflict, at: place, message, advice: advice) }
        }
        if drivers.firstPort > drivers.lastPort {
            report("lastPort", "is less than `firstPort`, which is \(drivers.firstPort)", nil)
        }
        if drivers.cpu == nil, drivers.memory != nil {
            report("memory", "stands without `cores`", "give both, or neither")
        }
        if drivers.cpu != nil, drivers.memory == nil {
            report("cores", "stands without `memory`", "give both, or neither")
        }
    }

    private static let usersShape = Shape(
        "Users of the system that belong to nobody else.", initial: Users(),
        fields: [
            Field("first", \.first, .integer(1000...4_000_000_000), "The first one's number."),
            Field("count", \.count, .integer(1...1_000_000), "How many."),
            Field("ownTenant", \.ownTenant, .text(1...255), "The tenant whose drivers run as the server's own user."),
        ])

    private static let retentionShape = Shape(
        "How long what is over is kept.", initial: Retention(),
        fields: [
            Field(
                "jobs", \.jobs, .duration(60_000...100 * 366 * 86_400_000), examples: ["90d"],
                "How long jobs stay in the lists after their end. Then they are archived, and what their drivers printed is "
                    + "deleted. Default: for ever, where a job's own timeToLive does not say otherwise.")
        ])

    private static let storeShape = Shape(
        "How the data folder is kept small.", initial: Store(), fields: storeFields)

    private static let storeFields: [Field<Store>] = [
        Field("collect", \.collect, .flag, "Whether anything is collected by itself."),
        Field(
            "collectEvery", \.collectEvery, .duration(1000...longestSpan), synonyms: ["every", "interval"],
            examples: ["15m"], "How long from one collection to the next."),
        Field(
            "keepFor", \.keepFor, .duration(0...longestSpan), synonyms: ["keep", "olderThan"], examples: ["7d"],
            "How long superseded environments are kept after their last use, and what no environment needs after it was written."
        ),
        Field(
            "keepNamedFor", \.keepNamedFor, .duration(0...longestSpan), synonyms: ["tagsUnusedFor"],
            examples: ["180d"],
            "How long environments that have a name are kept after their last use. Default: for ever."),
        Field(
            "maxSize", \.maxSize, .byteCount, synonyms: ["size", "limit"], examples: ["50 GiB"],
            "What it may come to: beyond it, what was least recently used goes first. Default: no limit."),
    ]

    /// A hundred years, in milliseconds.
    private static let longestSpan: Int64 = 3_162_240_000_000

    private static let backupShape = Shape(
        "Backups of all jobs, which `chidori restore` brings back.", initial: Backup(),
        fields: [
            Field(
                "folder", \.folder, .text(1...4096), required: true, synonyms: ["to", "dir", "path"],
                examples: ["/mnt/backups"], "Where they lie, best on another disk; this server's alone."),
            Field(
                "key", \.key, .text(1...4096), synonyms: ["keyFile"],
                "A file, its owner's alone, with the key that they are sealed with: `chidori backup key` makes one."),
            Field(
                "every", \.every, .duration(60_000...366 * 86_400_000), synonyms: ["interval"], examples: ["6h"],
                "How long from one to the next."),
            Field("keep", \.keep, keepShape.codec, "Which of them are kept; the newest one always is."),
        ])

    private static let keepShape = Shape(
        "Which backups are kept.", initial: Backup.Keep(),
        fields: [
            Field("latest", \.latest, .integer(1...100_000), "How many of the latest."),
            Field("daily", \.daily, .integer(0...100_000), "For how many days the last one of the day, in UTC."),
            Field("weekly", \.weekly, .integer(0...100_000), "For how many weeks the last one of the week, in UTC."),
        ])

    private static let logShape = Shape(
        "What the server tells on standard error.", initial: Log(),
        fields: [
            Field("level", \.level, .word, "How much."),
            Field("format", \.format, .word, "Lines for people, or one JSON object a line."),
        ])
}

extension Codec where Value == ListenAddress {
    fileprivate static var listenAddress: Codec {
        parsed("an address such as 127.0.0.1:7878", isNumeric: true) { text in
            guard let address = ListenAddress(text) else {
                throw BadText(message: "is not an address", advice: "write HOST:PORT, [IPv6]:PORT, or a port")
            }
            return address
        } print: {
            $0.description
        }
    }
}

extension Codec where Value == String {
    /// `HOST[:PORT][/NAME]`, in lower case. A part of the name may be `{tenant}`.
    fileprivate static var registryPrefix: Codec {
        parsed("a registry such as registry.example.com/team") { text in
            let prefix = text.lowercased()
            var parts = prefix.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            for index in parts.indices.dropFirst() where parts[index] == DeliveryPlaces.tenantPart {
                parts[index] = "x"
            }
            let place = parts.count > 1 ? parts.joined(separator: "/") : prefix + "/x"
            do {
                let reference = try RegistryReference(place)
                guard reference.place == place else { throw BadText(message: "has a tag or digest") }
            } catch let error as ImageSpecError {
                throw BadText(
                    message: error.message,
                    advice: "write HOST[:PORT] or HOST[:PORT]/NAME, where {tenant} may be a whole part of the name")
            }
            return prefix
        } print: {
            $0
        }
    }
}

extension Codec where Value == Int {
    /// `HH:MM`, as minutes after midnight.
    fileprivate static var timeOfDay: Codec {
        parsed("a time such as 03:00") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
            else { throw BadText(message: "is no time of day", advice: "write HH:MM, from 00:00 to 23:59, in quotes") }
            return hour * 60 + minute
        } print: { minutes in
            "\(minutes / 600)\(minutes / 60 % 10):\(minutes % 60 / 10)\(minutes % 10)"
        }
    }
}

extension Codec where Value == Int64 {
    /// A duration in whole seconds.
    fileprivate static func seconds(_ range: ClosedRange<Int64>) -> Codec {
        duration(range.lowerBound * 1000...range.upperBound * 1000).map({ $0 / 1000 }, { $0 * 1000 })
    }
}
