internal import FileSystem
public import SystemPackage

extension ControlGroups {
    /// What this process itself may take, with all that it starts, as the groups that it is in and those above them say: a
    /// container's limits. Memory in bytes, processor time in thousandths of a core; `nil` where nothing is said.
    ///
    /// - Parameter root: where the system's files are: `/`.
    public static func ownLimits(root: FilePath = "/") -> ProcessLimits {
        var limits = ProcessLimits()
        func lower(_ limit: inout Int64?, to value: Int64?) {
            if let value, value > 0 { limit = min(limit ?? .max, value) }
        }
        for hierarchy in hierarchies(root) {
            var group = hierarchy.own
            while true {
                let folder = Hierarchy.below(root, group)
                func numbers(_ file: String) -> [Int64?] {
                    let bytes = (try? folder.appending(file).fileContents(limit: 4096)) ?? []
                    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map {
                        Int64($0)
                    }
                }
                if hierarchy.isUnified {
                    lower(&limits.memory, to: numbers("memory.max").first ?? nil)
                    let most = numbers("cpu.max")
                    if most.count == 2, let quota = most[0], let period = most[1], period > 0 {
                        lower(&limits.processor, to: quota * 1000 / period)
                    }
                } else {
                    lower(&limits.memory, to: numbers("memory.limit_in_bytes").first ?? nil)
                    if let quota = numbers("cpu.cfs_quota_us").first ?? nil,
                        let period = numbers("cpu.cfs_period_us").first ?? nil, period > 0
                    {
                        lower(&limits.processor, to: quota * 1000 / period)
                    }
                }
                guard group != hierarchy.mount, group.lastComponent != nil else { break }
                group.removeLastComponent()
            }
        }
        return limits
    }
}
