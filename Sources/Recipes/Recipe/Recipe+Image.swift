extension Recipe {
    /// How images are made of the environment.
    public struct Image: Sendable, Hashable {
        /// The most layers that an image may have, the base's counted: runtimes fail at 127.
        public var layers: Int
        public var compression: Compression
        /// Labels beside those of `org.opencontainers.image` that every image gets.
        public var labels: [String: String]

        public init(layers: Int = 100, compression: Compression = .gzip, labels: [String: String] = [:]) {
            self.layers = layers
            self.compression = compression
            self.labels = labels
        }
    }

    /// How layers are compressed.
    public enum Compression: String, Sendable, Hashable, CaseIterable {
        case gzip
        case zstd
    }

    /// The room that an environment may take; `nil` for any.
    public struct Budget: Sendable, Hashable {
        /// Bytes of the image's own layers as they are pushed, without the base's.
        public var image: UInt64?
        /// Bytes of the environment's files, unpacked.
        public var environment: UInt64?

        public init(image: UInt64? = nil, environment: UInt64? = nil) {
            self.image = image
            self.environment = environment
        }
    }

    /// Something that must pass in the environment.
    public struct Test: Sendable, Hashable {
        public enum Action: Sendable, Hashable {
            /// Modules that must import, each in an interpreter of its own.
            case imports([String])
            /// A Python program.
            case python(String)
            /// A program and its arguments, run without a shell.
            case command([String])
            /// A line for `sh -c`.
            case shell(String)
        }

        public var name: String?
        public var action: Action
        /// Seconds after which the test has failed.
        public var timeout: Int

        public static let defaultTimeout = 600

        public init(_ action: Action, name: String? = nil, timeout: Int = Test.defaultTimeout) {
            self.action = action
            self.name = name
            self.timeout = timeout
        }
    }
}
