internal import BuildService
internal import ContentStore
internal import HTTPServer
internal import JobModel
internal import JobStore
internal import LocalProvider
internal import Recipes
internal import SystemPackage

/// How `chidori serve` serves: what its configuration file says, and variables and options over it.
struct ServeConfiguration: Hashable, Sendable {
    var listen = ListenAddress(host: "127.0.0.1", port: ServeConfiguration.standardPort)
    var tls: TLS?
    /// Names that the server is called by.
    var hosts: [String] = []
    /// Folders with recipes that can be asked for by name.
    var recipes: [String] = []
    /// Whether environments are made only of what is in the data folder.
    var offline = false
    /// Which known vulnerabilities environments may not have.
    var audit = Recipe.Audit()
    var limits = ServerLimits()
    var builds = Builds()
    var drivers = Drivers()
    var retention = Retention()
    /// What is collected of the data folder by itself.
    var store = Store()
    /// Whether and how backups are made by themselves.
    var backup: Backup?
    var log = Log()

    static let standardPort = 7878

    /// Files in PEM.
    struct TLS: Hashable, Sendable {
        var certificate = ""
        var key = ""
    }

    /// How environments are made.
    struct Builds: Hashable, Sendable {
        /// How many at once; the others wait, and places are shared out fairly between those who ask.
        var atOnce = BuildLimits().atOnce
        /// How many one tenant may have under way, with those that wait.
        var perTenant = BuildLimits().perTenant
        /// Seconds that one that is sent may take.
        var deadline = BuildLimits().deadline.components.seconds
        var prebuild: Prebuild?
        var deliveries = Deliveries()

        var limits: BuildLimits {
            BuildLimits(atOnce: atOnce, perTenant: perTenant, deadline: .seconds(deadline))
        }
    }

    /// Where builds may be delivered to: the allow list.
    struct Deliveries: Hashable, Sendable {
        /// `HOST[:PORT][/NAME]`; `{tenant}` in the name is whoever asks.
        var registries: [String] = []
        /// A file of Docker's or Podman's form with the registries' credentials, beside the server's user's own.
        var credentials: String?
        /// `HOST[:PORT]` that are spoken to in plain HTTP.
        var plainHTTP: [String] = []
        /// Folders where shared volumes are mounted, by name; `TENANT/NAME` for one tenant's own.
        var volumes: [String: String] = [:]
    }

    /// When the server builds its recipes by itself.
    struct Prebuild: Hashable, Sendable {
        /// Minutes after midnight, UTC.
        var at = 3 * 60
        /// All that it has if empty.
        var recipes: [String] = []
        var upgrade = true
    }

    /// How drivers run on this machine.
    struct Drivers: Hashable, Sendable {
        /// Thousandths of a core that drivers and executors may take together; what the machine has if `nil`.
        var cpu: Int64?
        /// Bytes.
        var memory: Int64?
        var accelerators: [String: Int64] = [:]
        /// Whether the drivers of each tenant run as users of their own.
        var users: Users?
        var firstPort = 24_040
        var lastPort = 26_039
        /// Bytes of what a driver prints that are kept in one file, and how many files.
        var logSegment: Int64 = 16 << 20
        var logSegments = 8
        /// Folders that jobs may mount, by name.
        var volumes: [String: String] = [:]
        /// Files that jobs may be given to authenticate with, by name.
        var credentials: [String: String] = [:]
    }

    struct Users: Hashable, Sendable {
        var first: Int64 = 200_000
        var count: Int64 = 10_000
        /// The tenant whose drivers run as the server's own user.
        var ownTenant: String?
    }

    /// How long what is over is kept.
    struct Retention: Hashable, Sendable {
        /// Milliseconds that jobs stay in the lists after their end; `nil` for as long as they do not say otherwise.
        var jobs: Int64?
    }

    struct Store: Hashable, Sendable {
        var collect = true
        /// Milliseconds from one collection to the next.
        var collectEvery: Int64 = 3_600_000
        /// Milliseconds that what nobody uses is kept.
        var keepFor: Int64 = 30 * 86_400_000
        /// The same of environments that have a name; for ever without this.
        var keepNamedFor: Int64?
        /// Bytes that the data folder may come to.
        var maxSize: UInt64?

        var policy: CollectionPolicy {
            CollectionPolicy(
                unneededFor: keepFor / 1000, unnamedFor: keepFor / 1000, namedFor: keepNamedFor.map { $0 / 1000 },
                size: maxSize)
        }
    }

    struct Backup: Hashable, Sendable {
        var folder = ""
        /// A file; without one they are not sealed.
        var key: String?
        /// Milliseconds.
        var every = BackupSchedule().interval
        var keep = Keep()

        /// How many of the latest ones, of the last ones of a day, and of the last ones of a week are kept.
        struct Keep: Hashable, Sendable {
            var latest = BackupSchedule().latest
            var daily = BackupSchedule().daily
            var weekly = BackupSchedule().weekly
        }

        var schedule: BackupSchedule {
            BackupSchedule(interval: every, latest: keep.latest, daily: keep.daily, weekly: keep.weekly)
        }
    }

    struct Log: Hashable, Sendable {
        enum Level: String, CaseIterable, Sendable {
            case debug
            case info
            case warning
            case error
        }

        enum Format: String, CaseIterable, Sendable {
            case text
            case json
        }

        var level = Level.info
        var format = Format.text
    }
}
