/// How a tree refers to the files of its packages.
public enum LinksMode: String, Sendable, CaseIterable {
    /// Symbolic links at the highest folders that one package owns: as many links as packages, not files.
    case symlink
    /// A hard link for each file: the tree needs nothing beside itself, and shares the packages' blocks.
    case hardlink
    /// A copy of each file: independent of the data folder.
    case copy
}
