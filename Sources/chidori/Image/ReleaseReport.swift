internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Registry
internal import SystemPackage

/// What became of one recipe that was to be released.
struct ReleaseReport {
    let path: FilePath
    /// What has changed of it, where that was asked for.
    let cause: String?
    var name: String?
    var release: Release?
    var failure: (any Diagnostic)?

    init(path: FilePath, cause: String?) {
        self.path = path
        self.cause = cause
    }

    var json: JSON {
        [
            "recipe": .string(path.string), "name": JSON(name), "changed": JSON(cause),
            "outcome": .string(release?.outcome.rawValue ?? "failed"),
            "repository": JSON(release?.repository), "tag": JSON(release?.tag.description),
            "digest": JSON(release?.digest.prefixed), "moved": JSON(release?.moved ?? []),
            "left": .array(
                (release?.left ?? []).map {
                    [
                        "tag": .string($0.tag), "digest": .string($0.digest.prefixed),
                        "release": JSON($0.release?.description),
                    ]
                }),
            "tests": release?.tests.map { .array($0.map(\.json)) } ?? .null,
            "push": release?.push.map(\.json) ?? .null,
            "error": failure.map { error in
                [
                    "category": .string(String(describing: error.category)), "status": JSON(error.category.rawValue),
                    "subject": .string(error.subject), "message": .string(error.message), "advice": JSON(error.advice),
                ]
            } ?? .null,
            "seconds": release.map { JSON(seconds: $0.seconds) } ?? .null,
        ]
    }
}

extension Release {
    /// For people.
    ///
    /// - Parameter isSigned: whether there was a key to sign with.
    func remark(isSigned: Bool) -> String {
        let place = "\(repository):\(tag)"
        let also = moved.isEmpty ? "" : ", and moved \(moved.joined(separator: " and ")) to it"
        return switch outcome {
        case .released:
            "Released \(place) (\(digest.prefixed))" + (push.map { ", \(readable(bytes: $0.bytes)) sent" } ?? "") + also
                + "\n  beside it: bills of materials (SPDX, CycloneDX) and its provenance"
                + (push == nil ? "" : isSigned ? "; signed" : "; not signed, for which there is --key")
        case .unchanged: "\(name) is \(place) already (\(digest.prefixed)): nothing was pushed\(also)"
        case .planned: "\(name) would be \(place) (\(digest.prefixed))"
        }
    }
}

extension Release {
    /// That the moving tags mean another image; `nil` where they mean this one.
    var warning: String? {
        guard !left.isEmpty else { return nil }
        let places = left.map { "\($0.tag) stays at \($0.release.map(\.description) ?? $0.digest.prefixed)" }
        return "\(repository):\(tag) is not the newest release: \(places.joined(separator: ", ")); "
            + "if this is a revert, --move-tags moves \(left.count == 1 ? "it" : "them") back"
    }
}

extension TestOutcome {
    var json: JSON {
        [
            "name": .string(name), "passed": JSON(passed), "output": .string(output), "seconds": JSON(seconds: seconds),
        ]
    }
}

extension Session {
    /// Tells of a test that has run.
    func tell(_ outcome: TestOutcome) {
        progress.finish()
        let mark = outcome.passed ? output.terminal.styled("pass", .green) : output.terminal.styled("FAIL", .red)
        output.say("\(mark)  \(outcome.name)  (\(readable(seconds: outcome.seconds)))")
        guard !outcome.passed else { return }
        for line in outcome.output.split(separator: "\n") { output.say("      \(line)") }
    }
}
