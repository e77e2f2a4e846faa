public import JSONDocument

extension Shape {
    /// Reads a whole document.
    ///
    /// - Parameters:
    ///   - root: what a reader of YAML, TOML or JSON gave, or `SourceNode(json)`.
    ///   - file: what messages call the document: a path, or `the request's body`.
    ///   - isLenient: whether unknown keys are passed over.
    /// - Throws: every mistake at once, in the order of their places.
    public func value(of root: SourceNode, in file: String, isLenient: Bool = false) throws(DocumentError) -> Model {
        var reading = Reading(file: file, isLenient: isLenient)
        reading.homes = { homes }
        let model = read(root, &reading)
        if let error = reading.error { throw error }
        guard let model else { throw DocumentError(.wrongType, in: file, message: "holds nothing that is meant here") }
        return model
    }

    /// The fields that differ from the defaults, or all, as a JSON object.
    public func json(_ model: Model) -> JSON { JSON(.mapping(write(model))) }
}
