public import Diagnostics

/// What is wrong with a document that a person or a program wrote: every mistake found, each with its place.
public struct DocumentError: Diagnostic, Equatable {
    public enum Code: Sendable, Equatable {
        case tooLarge
        case notText
        /// Malformed YAML, TOML, JSON or requirements syntax.
        case syntax
        /// Nested too deep, or aliases that stand for too much.
        case tooComplex
        case duplicateKey
        case unknownKey
        case missingKey
        case wrongType
        case badValue
        /// Keys that exclude or contradict each other.
        case conflict
        /// Something that exists, or will, and that this version does not do.
        case unsupported
        /// Written by a newer version of the format.
        case newerFormat
        /// An included file that is not there.
        case missingFile
        /// A lock that has nothing for the target.
        case wrongTarget
    }

    /// One mistake.
    public struct Issue: Sendable, Equatable {
        public var code: Code
        /// The file that it is in.
        public var file: String
        public var mark: SourceMark?
        /// The keys that lead to it, as people write them: `python.packages[2]`; empty at the top.
        public var keyPath: String
        public var message: String
        public var advice: String?

        public init(
            _ code: Code, in file: String, at mark: SourceMark? = nil, keyPath: String = "", message: String,
            advice: String? = nil
        ) {
            self.code = code
            self.file = file
            self.mark = mark
            self.keyPath = keyPath
            self.message = message
            self.advice = advice
        }

        /// `recipes/tensorflow.yaml:7:3: python.packages[2]`.
        public var subject: String {
            let place = mark.map { "\(file):\($0)" } ?? file
            return keyPath.isEmpty ? place : "\(place): \(keyPath)"
        }
    }

    /// In the order of their places, never empty.
    public let issues: [Issue]

    public init(_ first: Issue, _ others: [Issue] = []) {
        issues = [first] + others
    }

    public init(
        _ code: Code, in file: String, at mark: SourceMark? = nil, keyPath: String = "", message: String,
        advice: String? = nil
    ) {
        self.init(Issue(code, in: file, at: mark, keyPath: keyPath, message: message, advice: advice))
    }

    /// The first issue's.
    public var code: Code { issues[0].code }

    public var category: DiagnosticCategory { .badInput }

    public var subject: String { issues.count == 1 ? issues[0].subject : issues[0].file }

    /// One issue's message; of several, a line of each with its advice.
    public var message: String {
        if issues.count == 1 { return issues[0].message }
        let lines = issues.map { issue in
            "\n  \(issue.subject): \(issue.message)" + (issue.advice.map { " (try: \($0))" } ?? "")
        }
        return "\(issues.count) mistakes" + lines.joined()
    }

    /// One issue's advice, or what always helps with its kind; several issues have theirs in the message.
    public var advice: String? {
        guard issues.count == 1 else { return nil }
        if let advice = issues[0].advice { return advice }
        return switch code {
        case .syntax: "look there and just before: something may be unfinished"
        case .tooLarge, .tooComplex: "write it shorter and flatter"
        default: nil
        }
    }
}
