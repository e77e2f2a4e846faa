/// An error about a text that may know where in it the trouble starts.
public protocol Located: Error {
    /// A 1-based column in characters; `nil` where none is known.
    var column: Int? { get }
}
