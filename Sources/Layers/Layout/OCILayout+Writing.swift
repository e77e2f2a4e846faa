internal import Cryptography
internal import FileSystem
internal import ImageSpec
internal import SystemPackage

extension OCILayout {
    /// Adds an image to the layout, which is made if it is not there.
    ///
    /// Blobs come first, by hard link from the store where both are on one file system, else as copies; the list of
    /// images comes last and by a rename, so the layout is whole at every moment. What is there already is left alone,
    /// other tags stay, and writing the same image again writes nothing. Writers of one layout take turns.
    ///
    /// - Parameter tag: replaces the image that has it; without one, the image that has none.
    /// - Throws: ``LayersError`` (`unwritable`, `badLayout`).
    public func write(_ image: ImageSet, tag: String?) throws {
        guard Files.size(path) == nil else {
            throw LayersError(
                .unwritable, path.string, "is a file, where a folder for the layout should be",
                advice: "choose another path, or write oci-archive:\(path)")
        }
        try change(adding: image.blobs) { Self.add(image.descriptor, tag: tag, to: $0) }
    }

    /// Adds blobs to the layout, and changes its list of images once they are there.
    ///
    /// - Parameter change: given the list; `nil` where there is none yet.
    func change(adding contents: [ImageBlob], _ change: (ImageIndex?) throws -> ImageIndex) throws {
        try self.change { (contents, try change($0)) }
    }

    /// Adds what a change of the list needs, and changes the list once that is there.
    ///
    /// - Parameter change: given the list, or `nil` where there is none yet; gives `nil` where it stays.
    /// - Returns: whether there was anything to change.
    @discardableResult
    func change(_ change: (ImageIndex?) throws -> (adding: [ImageBlob], index: ImageIndex)?) throws -> Bool {
        let blobs = path.appending(ImageLayout.blobs)
        try Files.makeFolder(blobs)
        // Two that replace the list at once would lose one of the images.
        let turn = try FolderLock(path)
        defer { turn.release() }
        for folder in [path, blobs] { try LayoutFile.removeUnfinished(in: folder) }
        guard let next = try change(try index()) else { return false }
        var isNew = false
        for blob in next.adding {
            let target = blobs.appending(blob.digest.hex)
            if try keep(blob, at: target) { continue }
            isNew = true
            if case .file(let source) = blob.source, Files.size(source) == blob.size,
                try Files.link(source, to: target), Files.size(target) == blob.size
            {
                continue
            }
            let file = try LayoutFile(target)
            try file.write(blob)
            try file.finish(.content)
        }
        if isNew { try Files.synchronizeFolder(blobs) }
        try replace(ImageLayout.markerName, with: ImageLayout.marker, onlyIfMissing: true)
        try replace(ImageLayout.indexName, with: next.index.bytes, onlyIfMissing: false)
        return true
    }

    /// Whether a blob's file can stay as it is.
    ///
    /// A file of the right size that is not the store's own, where it could be, gives way to a link: so what was damaged
    /// in both is mended in both. On another file system it is taken at its size; reading it would cost more than a build.
    private func keep(_ blob: ImageBlob, at target: FilePath) throws -> Bool {
        guard Files.size(target) == blob.size else { return false }
        switch blob.source {
        case .bytes(let bytes):
            return try Files.read(target) == bytes
        case .file(let source):
            if Files.couldBeOne(source, target), Files.size(source) == blob.size {
                try LayoutFile.link(source, replacing: target)
            }
            return true
        }
    }

    /// The list with the image in it, in the place of the one that had the tag. What is said of images is none itself, and
    /// has no tag.
    static func add(_ descriptor: Descriptor, tag: String?, to index: ImageIndex?) -> ImageIndex {
        var index = index ?? ImageIndex(manifests: [])
        var descriptor = descriptor
        descriptor.annotations[Annotation.referenceName] = tag
        func isOld(_ entry: Descriptor) -> Bool {
            entry.annotations[Annotation.referenceName] == tag && (tag != nil || entry.artifactType == nil)
        }
        let place = index.manifests.firstIndex(where: isOld)
        index.manifests.removeAll(where: isOld)
        index.manifests.insert(descriptor, at: min(place ?? index.manifests.count, index.manifests.count))
        return index
    }

    private func replace(_ name: String, with bytes: [UInt8], onlyIfMissing: Bool) throws {
        let target = path.appending(name)
        if let present = try Files.read(target), onlyIfMissing || present == bytes { return }
        let file = try LayoutFile(target)
        try bytes.withUnsafeBytes(file.write)
        try file.finish(.contentAndName)
    }
}
