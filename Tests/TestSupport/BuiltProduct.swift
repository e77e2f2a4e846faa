import Foundation

/// The programs that SwiftPM has built beside the test bundle, for tests that need a process of their own.
///
/// The test target must depend on the program's target, or it may not be there.
public enum BuiltProduct {
    /// The folder of this build's products.
    public static let folder: String = {
        let arguments = CommandLine.arguments
        let bundle = arguments.first { $0.hasSuffix(".xctest") } ?? arguments[0]
        let folder = (bundle as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }()

    public static func path(_ name: String) -> String { "\(folder)/\(name)" }
}
