internal import Cryptography
internal import FoundationEssentials
internal import Subprocesses
internal import SystemPackage

/// An apt of its own in a folder: other package lists and an empty list of installed packages, but the machine's
/// sources, keys, proxies and passwords.
///
/// apt itself checks signatures and hashes and solves; nothing on the machine changes, and no privileges are needed.
struct AptRoot {
    let folder: FilePath
    let architecture: DebianArchitecture

    /// Lays the folder out and reads the package lists of the sources.
    init(in folder: FilePath, architecture: DebianArchitecture, sources: AptSources) throws {
        self.folder = folder
        self.architecture = architecture
        for name in [
            "etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/apt/apt.conf.d", "var/lib/dpkg",
            "var/lib/apt/lists/partial", "var/cache/apt/archives/partial",
        ] {
            try FileManager.default.createDirectory(
                atPath: folder.appending(name).string, withIntermediateDirectories: true)
        }
        try write("var/lib/dpkg/status", "")
        try write("etc/apt/sources.list", sources.lines.map { $0 + "\n" }.joined())
        try write("etc/apt/sources.list.d/base.sources", sources.stanzas.map(\.text).joined(separator: "\n"))
        try write("apt.conf", try configuration())
        do {
            _ = try apt("apt-get", ["update", "-qq", "-o", "APT::Update::Error-Mode=any"]).output()
        } catch let error as SubprocessError where error.code == .failed {
            throw BaseError(
                .unreachable, "package sources", "could not be read: \(error)",
                advice: "check the network and the machine's package sources; `apt-get update` shows the same",
                cause: error)
        }
    }

    private func configuration() throws -> String {
        // What the machine says about fetching holds here too: proxies, certificates, how old a list may be.
        let machine = try Program("apt-config", ["dump"]).output()
        let fetching = String(decoding: machine, as: UTF8.self).split(separator: "\n").filter {
            $0.hasPrefix("Acquire::") && !$0.hasPrefix("Acquire::Languages")
        }
        return """
            \(fetching.joined(separator: "\n"))
            Dir "\(folder)";
            Dir::State::status "\(folder)/var/lib/dpkg/status";
            Dir::Etc::trusted "/etc/apt/trusted.gpg";
            Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
            Dir::Etc::netrc "/etc/apt/auth.conf";
            Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
            APT::Architecture "\(architecture.rawValue)";
            APT::Architectures "\(architecture.rawValue)";
            APT::Install-Recommends "false";
            APT::Sandbox::User "root";
            Acquire::Languages "none";
            Acquire::AllowInsecureRepositories "false";
            pkgCacheGen::ForceEssential ",";

            """
    }

    /// The essential packages and the named ones, with all that they depend on, as apt would install them on an empty
    /// system. Sorted by name.
    func solve(_ names: [String], subject: String) throws -> [DebianPackage] {
        // apt says on standard output which dependency is not met, and on standard error that it gave up.
        let outcome = try apt("apt-get", ["install", "-s", "-q", "--", "?essential"] + names).run()
        guard outcome.succeeded else {
            let words = (outcome.outputText + outcome.errorText).split(separator: "\n").suffix(12)
            throw BaseError(
                .unsolvable, subject,
                "asks for packages that cannot be installed together:\n    \(words.joined(separator: "\n    "))",
                advice: "check the packages' names and the suites")
        }
        let plan = outcome.output
        // Inst NAME (VERSION ORIGIN [ARCHITECTURE])
        let wanted = String(decoding: plan, as: UTF8.self).split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            guard words.count > 2, words[0] == "Inst", words[2].hasPrefix("(") else { return nil }
            return "\(words[1])=\(words[2].dropFirst())"
        }
        guard !wanted.isEmpty else {
            throw BaseError(.unsolvable, subject, "comes to no package at all", advice: "check the suites")
        }
        let described = try apt("apt-cache", ["show", "--"] + wanted).output()
        var packages: [String: DebianPackage] = [:]
        for stanza in ControlStanza.parse(String(decoding: described, as: UTF8.self)) {
            guard let name = stanza["Package"], let version = stanza["Version"], let kind = stanza["Architecture"],
                let path = stanza["Filename"], let file = path.pathNames.last,
                let size = stanza["Size"].flatMap(UInt64.init),
                let digest = stanza["SHA256"].flatMap(SHA256Digest.init(hex:))
            else {
                throw BaseError(
                    .unsolvable, stanza["Package"] ?? subject, "is listed without a file, size or SHA-256",
                    advice: "use sources that give SHA-256, as Debian's do")
            }
            packages[name] = DebianPackage(
                name: name, version: version, architecture: kind, file: file, size: size, digest: digest)
        }
        return packages.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The newest date of the archives' signed lists, in seconds since 1970.
    func date() throws -> Int64 {
        let lists = folder.appending("var/lib/apt/lists")
        let names = try FileManager.default.contentsOfDirectory(atPath: lists.string)
        let dates = try names.filter { $0.hasSuffix("_InRelease") || $0.hasSuffix("_Release") }.compactMap { name in
            let text = String(decoding: try Data(contentsOf: Self.url(lists.appending(name))), as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("Date:") }
            return line.flatMap { archiveDate($0.dropFirst("Date:".count)) }
        }
        guard let newest = dates.max() else {
            throw BaseError(.unreachable, "package sources", "have no dated Release file")
        }
        return newest
    }

    /// Downloads packages into a folder, checked by apt against the archive's signed lists.
    ///
    /// - Throws: ``BaseError/Code/packageGone`` with the packages whose versions no source has any more.
    func download(_ packages: [DebianPackage], into target: FilePath) throws {
        let gone = try missing(packages)
        guard gone.isEmpty else {
            let names = gone.map { "\($0.name) \($0.version)" }
            throw BaseError(
                .packageGone, names.joined(separator: ", "),
                gone.count == 1 ? "is served no longer" : "are served no longer",
                advice:
                    "fetch with a data folder that has kept the files, name an archive that keeps old versions in CHIDORI_APT_SOURCES, or lock the base again"
            )
        }
        do {
            _ = try apt(
                "apt-get", ["download", "-qq", "--"] + packages.map { "\($0.name)=\($0.version)" }, in: target
            ).output()
        } catch let error as SubprocessError where error.code == .failed {
            throw BaseError(
                .unreachable, "package files", "could not be fetched: \(error)",
                advice: "check the network; what has been fetched is kept", cause: error)
        }
    }

    private func missing(_ packages: [DebianPackage]) throws -> [DebianPackage] {
        let known = try apt("apt-cache", ["show", "--"] + packages.map { "\($0.name)=\($0.version)" }).run()
        var there: Set<String> = []
        for stanza in ControlStanza.parse(known.outputText) {
            there.insert("\(stanza["Package"] ?? "")=\(stanza["Version"] ?? "")")
        }
        return packages.filter { !there.contains("\($0.name)=\($0.version)") }
    }

    private func apt(_ program: String, _ arguments: [String], in place: FilePath? = nil) -> Program {
        let environment = ["APT_CONFIG": folder.appending("apt.conf").string, "LC_ALL": "C", "TZ": "UTC"]
        return Program(program, arguments, environment: .inherited(environment), in: place)
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: Self.url(folder.appending(name)))
    }

    private static func url(_ path: FilePath) -> URL { URL(filePath: path.string) }
}

/// Seconds since 1970 of `Sat, 10 May 2025 09:50:20 UTC`, the form of a Release file's dates.
func archiveDate(_ text: Substring) -> Int64? {
    let words = text.split(whereSeparator: { " ,:".contains($0) }).map(String.init)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count >= 7, let day = Int64(words[1]), let month = months.firstIndex(of: words[2]),
        let year = Int64(words[3]), let hour = Int64(words[4]), let minute = Int64(words[5]),
        let second = Int64(words[6]), ["UTC", "GMT", "+0000"].contains(words.count > 7 ? words[7] : "UTC")
    else { return nil }
    // Days since 1970 of a date in the proleptic Gregorian calendar, with years that begin in March.
    let shifted = month < 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * Int64((month + 10) % 12) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return days * 86_400 + hour * 3_600 + minute * 60 + second
}
