internal import SystemPackage

extension FilePath {
    /// The way to this path from a folder, both absolute, by their names alone.
    func relative(to folder: FilePath) -> FilePath {
        let (here, there) = (Array(folder.components), Array(components))
        let shared = zip(here, there).prefix { $0 == $1 }.count
        let up = Array(repeating: FilePath.Component(".."), count: here.count - shared)
        return FilePath(root: nil, up + there[shared...])
    }
}
