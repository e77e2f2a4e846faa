internal import DriverProvider
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import Synchronization
internal import SystemPackage

/// Which tenant's drivers run as which user, for good: files that a driver left behind must never become another
/// tenant's.
final class Tenancy: Sendable {
    private let path: FilePath
    private let users: LocalProviderSettings.UserRange?
    private let ownTenant: String?
    private let table = Mutex<Table?>(nil)

    private struct Table {
        /// The tenants that have users of their own.
        var users: [String: UInt32] = [:]
        /// The tenant whose drivers run as this process's user, once there is one.
        var own: String?
    }

    init(_ settings: LocalProviderSettings) {
        path = settings.records.appending("tenants.json")
        users = getuid() == 0 ? settings.users : nil
        ownTenant = settings.ownTenant
    }

    /// Whether drivers of several tenants can be kept apart.
    var isMultiple: Bool { users != nil }

    /// The user whose drivers a tenant's are; `nil` for this process's own. From now on for good.
    ///
    /// - Throws: ``DriverProviderError`` with `.tenancy` where the tenant cannot be kept apart from another one.
    func user(of tenant: String) throws -> UInt32? {
        try table.withLock { table in
            var known = try table ?? read()
            table = known
            let place = try place(of: tenant, in: known)
            switch place {
            case .known(let user): return user
            case .own: known.own = tenant
            case .next(let user): known.users[tenant] = user
            }
            try write(known)
            table = known
            return known.users[tenant]
        }
    }

    /// Looks whether a tenant could have a user, and changes nothing.
    ///
    /// - Throws: as ``user(of:)``.
    func check(_ tenant: String) throws {
        try table.withLock { table in
            let known = try table ?? read()
            table = known
            _ = try place(of: tenant, in: known)
        }
    }

    private enum Place {
        /// `nil` for this process's own user.
        case known(UInt32?)
        /// This process's own user, which is still free.
        case own
        case next(UInt32)
    }

    private func place(of tenant: String, in known: Table) throws -> Place {
        if let user = known.users[tenant] { return .known(user) }
        if tenant == known.own { return .known(nil) }
        guard let users, tenant != ownTenant else {
            // This process's own user serves one tenant.
            if known.own == nil { return .own }
            throw DriverProviderError(
                .tenancy, tenant, "cannot have drivers here: they could not be kept apart from another tenant's",
                advice: "run the server as root with users for tenants, or a server for each tenant")
        }
        let next = known.users.values.max().map { $0 + 1 } ?? users.first
        guard next >= users.first, next - users.first < users.count else {
            throw DriverProviderError(
                .tenancy, tenant, "cannot have a user of its own: all \(users.count) are taken",
                advice: "give the provider a larger range of users")
        }
        return .next(next)
    }

    private func read() throws -> Table {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try path.fileContents(limit: 64 << 20)
        } catch .noSuchFileOrDirectory {
            return Table()
        } catch {
            throw DriverProviderError(.unavailable, path.string, "cannot be read: \(error)", cause: error)
        }
        guard let fields = (try? JSON(parsing: bytes))?.fields, let users = fields["users"]?.fields else {
            throw DriverProviderError(
                .unavailable, path.string, "is not what was written: tenants' users are unknown",
                advice: "restore the file; deleting it would give tenants each other's files")
        }
        var table = Table()
        for (tenant, value) in users {
            if case .integer(let user) = value { table.users[tenant] = UInt32(clamping: user) }
        }
        if case .string(let own) = fields["own"] { table.own = own }
        return table
    }

    private func write(_ table: Table) throws {
        let json: JSON = ["own": JSON(table.own), "users": .object(table.users.mapValues { JSON($0) })]
        do throws(Errno) {
            try path.removingLastComponent().makeFolders(durably: true)
            try path.replaceFile(with: json.bytes)
        } catch {
            throw DriverProviderError(.unavailable, path.string, "cannot be written: \(error)", cause: error)
        }
    }
}
