internal import CArchive
internal import Glibc

/// libarchive's functions, loaded when the first archive is read that is no wheel (docs/decisions, "The program
/// is linked to start fast").
enum ArchiveLibrary {
    private static let name = "libarchive.so.13"

    /// The functions of this process's library, or why there are none. Loaded once; it stays.
    private static let loaded: Result<Table, ArchiveError> = load()

    /// Addresses of code, which never change after loading, so every thread may read them.
    private struct Table: @unchecked Sendable {
        var functions = ArchiveFunctions()
    }

    /// - Throws: ``ArchiveError`` (`unreadable`) where libarchive is not installed.
    static func functions() throws -> ArchiveFunctions {
        try loaded.get().functions
    }

    private static func load() -> Result<Table, ArchiveError> {
        var table = Table()
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            return .failure(missing(dlerror().map { String(cString: $0) } ?? name))
        }
        if let function = chidori_archive_find(&table.functions, library) {
            return .failure(missing("\(name) lacks \(String(cString: function))"))
        }
        return .success(table)
    }

    private static func missing(_ reason: String) -> ArchiveError {
        ArchiveError(
            .unreadable, "libarchive", "cannot be loaded (\(reason)); `apt-get install libarchive13` brings it")
    }
}
