public import SystemPackage

/// Something worth telling a person that is no error.
public enum StoreNotice: Sendable, Equatable, CustomStringConvertible {
    /// A lock has not come free for a while. `holder` says who has it, where that is known:
    /// `"process 4711, which is building spark-ml"`.
    case waiting(key: String, holder: String?)
    /// The index was missing or unreadable and was made anew from the blobs. The unreadable file was kept at `kept`.
    case rebuiltIndex(environments: Int, kept: FilePath?)
    /// What dead processes had left half-written was swept away.
    case swept(files: Int, bytes: UInt64)

    public var description: String {
        switch self {
        case .waiting(let key, let holder):
            "waiting for \(holder ?? "another process"), which holds \(key)"
        case .rebuiltIndex(let environments, let kept):
            "the store's index was \(kept == nil ? "missing" : "unreadable") and was made anew from the blobs, "
                + "with \(environments) environments" + (kept.map { " (the old one is kept at \($0))" } ?? "")
        case .swept(let files, let bytes):
            "swept \(files) unfinished files (\(bytes) bytes) that dead processes had left"
        }
    }
}
