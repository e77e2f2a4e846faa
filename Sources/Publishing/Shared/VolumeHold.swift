internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What keeps an environment on a shared volume.
public enum VolumeHold: Sendable, Equatable {
    /// A name, which means one environment until it is given to another.
    case name(String)
    /// A holder, for so many seconds from now by the volume's clock.
    case lease(String, seconds: Int64)
    /// A holder, until a time in seconds since 1970.
    case leaseUntil(String, Int64)
}

extension SharedVolume {
    /// Keeps an environment.
    ///
    /// - Returns: when the lease ends; `nil` for a name.
    func hold(_ folder: VolumeFolderName, by hold: VolumeHold) throws -> Int64? {
        switch hold {
        case .name(let name):
            try setName(name, to: folder)
            return nil
        case .lease(let holder, let seconds):
            let end = try look(again: leases).addingReportingOverflow(seconds)
            return try lease(folder, to: VolumeLease(holder: holder, end: end.overflow ? .max : end.partialValue))
        case .leaseUntil(let holder, let end):
            return try lease(folder, to: VolumeLease(holder: holder, end: end))
        }
    }

    /// Takes away what keeps an environment: one holder's leases, or a name. Nothing is deleted; a collector does that.
    ///
    /// - Returns: whether there was anything to take away.
    func release(_ folder: VolumeFolderName, by hold: String, isName: Bool) throws -> Bool {
        // Whoever used it until now has the collector's time to end.
        _ = try use(environments.appending(folder.description))
        guard isName else {
            let place = leases.appending(folder.description)
            let own = try leases(of: folder).filter { $0.holder == hold }
            for lease in own { unlink(place.appending(try lease.fileName()).string) }
            return !own.isEmpty
        }
        let place = names.appending(try Self.linkName(hold, folder.links))
        guard (try? place.linkText()) == "../envs/\(folder)" else { return false }
        guard unlink(place.string) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "taken away", path: place.string)
        }
        return true
    }
}
