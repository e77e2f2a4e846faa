public import ImageSpec

/// What happens to blobs on their way from and to a registry. Events come from any thread.
public enum RegistryEvent: Sendable {
    /// Bytes of a blob that have come so far.
    case receiving(Descriptor, bytes: UInt64)
    /// Bytes of a blob that were sent so far.
    case sending(Descriptor, bytes: UInt64)
    case arrived(Descriptor, Arrival)

    /// How a blob got to where it should be.
    public enum Arrival: Sendable, Equatable {
        /// It was there already.
        case present
        /// The registry had it in this repository.
        case mounted(from: String)
        /// In bytes, of the blob's alone.
        case transferred(UInt64)
    }
}

/// Takes events as they happen. Must be quick.
public typealias RegistryObserver = @Sendable (RegistryEvent) -> Void
