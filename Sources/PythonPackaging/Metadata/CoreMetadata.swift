/// A distribution's core metadata: the METADATA of a wheel or the PKG-INFO of a source distribution
/// (Core metadata specifications 1.0 to 2.5; PEP 566, 643, 639).
public struct CoreMetadata: Sendable, Hashable {
    /// `2.1`; compared as a version.
    public var metadataVersion: Version
    public var name: PackageName
    public var version: Version
    /// What the distribution needs, in the order written.
    public var requirements: [Requirement]
    /// `nil` where nothing is asked, or nothing that can be read.
    public var requiresPython: SpecifierSet?
    public var providedExtras: [ExtraName]
    /// The fields that a build may still change, in lower case (PEP 643).
    public var dynamic: [String]
    public var summary: String?
    /// The free text of `License`.
    public var license: String?
    /// The SPDX expression of `License-Expression` (PEP 639).
    public var licenseExpression: String?
    public var homePage: String?

    /// Reads the headers; the description in the body is passed over.
    ///
    /// Requirements are read leniently, as installers read them (`Requirement.init(lenient:)`).
    ///
    /// - Parameter subject: what the metadata is of, for errors: a file name.
    /// - Throws: `PythonPackagingError.Code.invalidMetadata` for a missing or malformed name, version or requirement.
    public init(_ bytes: UnsafeBufferPointer<UInt8>, of subject: String) throws(PythonPackagingError) {
        var metadataVersion: Version?
        var name: PackageName?
        var version: Version?
        var requirements: [Requirement] = []
        var requiresPython: SpecifierSet?
        var hasRequiresPython = false
        var providedExtras: [ExtraName] = []
        var dynamic: [String] = []
        var texts: (summary: String?, license: String?, expression: String?, homePage: String?)

        var reader = HeaderReader(bytes)
        while let header = reader.next() {
            let key = header.key
            switch key.count {
            case 4 where name == nil && isText(key, "name"):
                name = try CoreMetadata.read(header.line, "Name", subject) { (text) throws(PythonPackagingError) in
                    try PackageName(text)
                }
            case 7 where version == nil && isText(key, "version"):
                version = try CoreMetadata.read(header.line, "Version", subject) {
                    (text) throws(PythonPackagingError) in
                    try Version(text)
                }
            case 7 where isText(key, "dynamic"): dynamic.append(header.text.lowercased())
            case 7 where isText(key, "summary"): texts.summary = texts.summary ?? header.text
            case 7 where isText(key, "license"): texts.license = texts.license ?? header.text
            case 9 where isText(key, "home-page"): texts.homePage = texts.homePage ?? header.text
            case 13 where isText(key, "requires-dist"):
                let requirement = try CoreMetadata.read(header.line, "Requires-Dist", subject) {
                    (text) throws(PythonPackagingError) in try Requirement(lenient: text)
                }
                requirements.append(requirement)
            case 14 where isText(key, "provides-extra"):
                // A malformed name is one that nobody can ask for.
                if let extra = ExtraName(utf8: header.value) { providedExtras.append(extra) }
            case 15 where !hasRequiresPython && isText(key, "requires-python"):
                hasRequiresPython = true
                requiresPython = try? SpecifierSet(lenient: header.line)
                if requiresPython?.isEmpty == true { requiresPython = nil }
            case 16 where metadataVersion == nil && isText(key, "metadata-version"):
                metadataVersion = Version(utf8: header.value)
            case 18 where isText(key, "license-expression"): texts.expression = texts.expression ?? header.text
            default: break
            }
        }
        guard let name, let version else {
            throw CoreMetadata.malformed(subject, "has no \(name == nil ? "Name" : "Version")")
        }
        self.metadataVersion = metadataVersion ?? Version(1, 0)
        self.name = name
        self.version = version
        self.requirements = requirements
        self.requiresPython = requiresPython
        self.providedExtras = providedExtras
        self.dynamic = dynamic
        (summary, license, licenseExpression, homePage) = (
            texts.summary, texts.license, texts.expression, texts.homePage
        )
    }

    /// Reads metadata held in an array.
    public init(_ bytes: [UInt8], of subject: String) throws(PythonPackagingError) {
        self = try bytes.withUnsafeBufferPointer { buffer -> Result<CoreMetadata, PythonPackagingError> in
            do throws(PythonPackagingError) {
                return .success(try CoreMetadata(buffer, of: subject))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// Whether requirements, `Requires-Python` and extras in a source distribution's PKG-INFO hold for what is built
    /// from it (PEP 643): metadata 2.2 or later that does not name them as dynamic.
    public var hasStaticDependencies: Bool {
        metadataVersion >= Version(2, 2)
            && !dynamic.contains { ["requires-dist", "requires-python", "provides-extra"].contains($0) }
    }

    private static func read<Value>(
        _ text: String, _ field: String, _ subject: String,
        _ parse: (String) throws(PythonPackagingError) -> Value
    ) throws(PythonPackagingError) -> Value {
        do throws(PythonPackagingError) {
            return try parse(text)
        } catch {
            let column = error.column.map { " (column \($0))" } ?? ""
            throw malformed(subject, "has \(field) '\(text)': \(error.message)\(column)")
        }
    }

    private static func malformed(_ subject: String, _ message: String) -> PythonPackagingError {
        PythonPackagingError(
            code: .invalidMetadata, subject: subject, message: message,
            advice: "choose another version of it; its metadata breaks the packaging standards")
    }
}
