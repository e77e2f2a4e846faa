/// The file name of a built distribution, which can be installed as it is: a wheel or an egg.
public enum BuiltFilename: Sendable, Hashable {
    case wheel(WheelFilename)
    case egg(EggFilename)

    /// Parses a file name by its ending; what does not end in `.egg` is read as a wheel's name.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidWheelFilename`, `.invalidEggFilename`.
    public init(_ filename: String) throws(PythonPackagingError) {
        self = filename.hasSuffix(".egg") ? .egg(try EggFilename(filename)) : .wheel(try WheelFilename(filename))
    }

    /// Parses a file name that should be of this project; `nil` if it is no wheel's or egg's, or another project's.
    public init?(_ filename: String, expecting name: PackageName) {
        if let wheel = WheelFilename(filename, expecting: name) {
            self = .wheel(wheel)
        } else if let egg = EggFilename(filename, expecting: name) {
            self = .egg(egg)
        } else {
            return nil
        }
    }

    public var filename: String {
        switch self {
        case .wheel(let wheel): wheel.filename
        case .egg(let egg): egg.filename
        }
    }

    public var name: PackageName {
        switch self {
        case .wheel(let wheel): wheel.name
        case .egg(let egg): egg.name
        }
    }

    public var version: Version {
        switch self {
        case .wheel(let wheel): wheel.version
        case .egg(let egg): egg.version
        }
    }
}

extension BuiltFilename: CustomStringConvertible {
    public var description: String { filename }
}
