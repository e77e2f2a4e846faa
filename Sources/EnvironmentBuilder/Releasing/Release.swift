public import Cryptography
public import ImageSpec
public import Registry
public import SupplyChain

/// What is to be released, and how.
public struct ReleaseRequest: Sendable {
    /// Where a release goes.
    public enum Place: Sendable {
        /// A repository at a registry.
        case registry(RegistryReference)
        /// The data folder, whose server offers it as `env/NAME`.
        case store
    }

    /// Where a recipe's tests run before it is released.
    public enum TestPlace: String, Sendable, CaseIterable {
        case image
        /// In a folder of the environment on this machine, with its interpreter.
        case folder
        case nowhere
    }

    public var place: Place
    /// Signs the image, and its provenance.
    public var key: SigningKey?
    /// Who builds it, a URI, in the provenance.
    public var builder: String
    /// Whether programs of a base that somebody else made may run on this machine.
    public var trustsBase: Bool
    public var tests: TestPlace
    /// Whether `latest` moves to the release; not where it is of an older line.
    public var movesLatest: Bool
    /// Whether `VERSION`, and `latest` where it moves, go back to the image where later ones were released: after a revert.
    public var movesBack: Bool
    /// Do everything but write anything at the place.
    public var isRehearsal: Bool

    public init(
        to place: Place, key: SigningKey? = nil, builder: String = Provenance.standardBuilder, trustsBase: Bool = false,
        tests: TestPlace = .image, movesLatest: Bool = true, movesBack: Bool = false, isRehearsal: Bool = false
    ) {
        self.place = place
        self.key = key
        self.builder = builder
        self.trustsBase = trustsBase
        self.tests = tests
        self.movesLatest = movesLatest
        self.movesBack = movesBack
        self.isRehearsal = isRehearsal
    }
}

/// A recipe that was released, or would be.
public struct Release: Sendable {
    public enum Outcome: String, Sendable {
        /// Now, under a tag that was not there before.
        case released
        /// The same image was released before, under this tag.
        case unchanged
        /// It would be released so.
        case planned
    }

    /// A moving tag that means another image than the one that was to be released.
    public struct LeftTag: Sendable, Hashable {
        /// The version, or `latest`.
        public let tag: String
        public let digest: SHA256Digest
        /// Under which the image was released, if as this version.
        public let release: ReleaseTag?
    }

    public let name: String
    public let tag: ReleaseTag
    /// `HOST/NAME` or `env/NAME`, without the tag.
    public let repository: String
    public let digest: SHA256Digest
    public let outcome: Outcome
    /// Tags that mean it since now: the version, `latest`.
    public let moved: [String]
    /// Moving tags that stay at another image, since later ones were released as this version: after a revert.
    public let left: [LeftTag]
    /// `nil` where the tests did not run: there are none, the image was released before, or they were not wanted.
    public let tests: [TestOutcome]?
    /// What was sent; `nil` where nothing had to be.
    public let push: PushReport?
    public let seconds: Double

    /// `HOST/NAME:VERSION-REVISION@sha256:…`.
    public var reference: String { "\(repository):\(tag)@\(digest.prefixed)" }
}
