public import PythonPackaging
public import Units

/// An environment as it is published on a shared volume.
public struct VolumeTree: Sendable {
    /// Its id, in hexadecimal.
    public var id: String
    /// In the environment's order, with their bytecode.
    public var packages: [Package]
    public var python: PythonVersion
    public var links: LinksMode
    /// Its interpreter is a path on the machines of drivers, which this one need not have; `nil` for a launcher that finds
    /// one there.
    public var glue: TreeGlue

    public init(id: String, packages: [Package], python: PythonVersion, links: LinksMode, glue: TreeGlue) {
        self.id = id
        self.packages = packages
        self.python = python
        self.links = links
        self.glue = glue
    }

    var folder: VolumeFolderName { VolumeFolderName(id: id, links: links) }
    var packageNames: [String] { packages.map(\.folderName) }

    /// The glue with what the volume keeps beside it.
    var wholeGlue: TreeGlue {
        var glue = glue
        let record = VolumeRecord(packages, links: links)
        glue.more.append(TreeGlue.Entry(path: VolumeRecord.name, content: .file(record.bytes, isExecutable: false)))
        return glue
    }
}
