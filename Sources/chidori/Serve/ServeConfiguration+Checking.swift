internal import Advisories
internal import BuildService
internal import Diagnostics
internal import FileSystem
internal import HTTPServer
internal import Recipes
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

extension ServeConfiguration {
    /// What stands against serving so, beyond what the file's own words tell: everything that can be known before.
    ///
    /// - Parameter data: the data folder.
    func obstacles(in data: FilePath) -> [ServeError] {
        var found: [ServeError] = []
        func report(_ subject: String, _ message: String, _ advice: String?) {
            found.append(ServeError(.configuration, subject, message, advice: advice))
        }
        do {
            try httpConfiguration.check()
        } catch let error as any Diagnostic {
            report(error.subject, error.message, error.advice)
        } catch {
            report("\(listen)", "cannot be served: \(error)", nil)
        }
        for (index, folder) in recipes.enumerated() where !isFolder(folder) {
            report("recipes[\(index)]", "\(folder) is no folder that can be read", "make it, or take it out")
        }
        for (name, folder) in drivers.volumes.sorted(by: { $0.key < $1.key }) where !isFolder(folder) {
            report("drivers.volumes.\(name)", "\(folder) is no folder that can be read", "make it, or take it out")
        }
        for (name, folder) in builds.deliveries.volumes.sorted(by: { $0.key < $1.key }) where !isFolder(folder) {
            report(
                "builds.deliveries.volumes.\(name)", "\(folder) is no folder that can be read",
                "mount it, or take it out")
        }
        for name in builds.deliveries.volumes.keys.sorted() where (try? BuildDelivery("volume:\(name)")) == nil {
            report(
                "builds.deliveries.volumes.\(name)", "is no name of a volume", "name it with letters, digits, . _ and -"
            )
        }
        if let file = builds.deliveries.credentials, access(file, R_OK) != 0 {
            report("builds.deliveries.credentials", "\(file) cannot be read", "put it there, or take it out")
        }
        for (name, file) in drivers.credentials.sorted(by: { $0.key < $1.key }) where access(file, R_OK) != 0 {
            report("drivers.credentials.\(name)", "\(file) cannot be read", "put it there, or take it out")
        }
        if audit.refuse != nil, !AdvisoryStore(in: data).isThere {
            report(
                "audit.refuse", "stands without advisories to audit by",
                "load an OSV export: `chidori store osv load FILE`")
        }
        if let backup {
            if FilePath(backup.folder).isThere, !isFolder(backup.folder) {
                report("backup.folder", "\(backup.folder) is no folder that can be read", "name another one")
            }
            do {
                _ = try backup.key.map { try KeyFile.read(FilePath($0)) }
            } catch let error as any Diagnostic {
                report("backup.key", "\(error.subject) \(error.message)", error.advice)
            } catch {
                report("backup.key", "cannot be read: \(error)", nil)
            }
        }
        if drivers.users != nil, getuid() != 0 {
            report(
                "drivers.users", "takes root, and this is user \(getuid())", "run the server as root, or take it out")
        }
        return found
    }

    private func isFolder(_ path: String) -> Bool { FilePath(path).isFolder && access(path, R_OK | X_OK) == 0 }

    var httpConfiguration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.address = listen
        configuration.tls = tls.map { TLSFiles(certificate: FilePath($0.certificate), key: FilePath($0.key)) }
        configuration.hosts = hosts
        configuration.limits = limits
        configuration.version = chidoriVersion
        return configuration
    }
}
