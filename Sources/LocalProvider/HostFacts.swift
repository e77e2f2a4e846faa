internal import FileSystem
internal import Glibc
internal import JobModel
internal import Supervision
internal import SystemPackage

/// What this machine is and has.
enum HostFacts {
    static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The processors and memory of the machine, or of the container that this is, without the memory that the system and
    /// the server need themselves: a tenth, 512 MiB at least.
    static var allocatable: Resources {
        let own = ControlGroups.ownLimits()
        let machine = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        let memory = min(machine, own.memory ?? .max)
        let processors = Int64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) * 1000
        return Resources(
            cpu: min(processors, own.processor ?? .max),
            memory: max(memory / 2, memory - max(512 << 20, memory / 10)))
    }

    static let userName: String = {
        guard let entry = getpwuid(getuid()) else { return "user\(getuid())" }
        return String(cString: entry.pointee.pw_name)
    }()

    static let home: String = {
        if let home = getenv("HOME") { return String(cString: home) }
        guard let entry = getpwuid(getuid()) else { return "/" }
        return String(cString: entry.pointee.pw_dir)
    }()
}

/// Lets a moment pass, in which others get further.
func pauseBriefly() { usleep(2000) }
