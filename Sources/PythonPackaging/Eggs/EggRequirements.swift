/// What an egg needs, as its requires.txt has it: requirements line by line, below sections `[extra]`, `[:marker]` and
/// `[extra:marker]` for what only an extra or some environments need.
///
/// Every requirement gets the marker that says as much as its section, so that it means the same in METADATA.
public struct EggRequirements: Sendable, Hashable {
    /// In the order written.
    public let requirements: [Requirement]
    /// The extras that sections name, each once, in the order written.
    public let extras: [ExtraName]

    /// Reads a requires.txt as `pkg_resources` does, its requirements leniently (`Requirement.init(lenient:)`).
    ///
    /// A name of an extra is made a valid one as setuptools does it: whatever a name cannot hold is one `_`. Where
    /// `pkg_resources` passes over what is wrong (a marker that is none, requirements below `[]`), this throws.
    ///
    /// - Parameters:
    ///   - subject: the egg, for errors.
    ///   - file: what the text is called: `depends.txt` in eggs of the first setuptools.
    /// - Throws: `PythonPackagingError.Code.invalidEggRequirements` with line and section.
    public init(
        _ bytes: [UInt8], of subject: String, file: String = "requires.txt"
    ) throws(PythonPackagingError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EggRequirements.malformed(subject, "has a \(file) that is not UTF-8")
        }
        var section = Section()
        var requirements: [Requirement] = []
        var extras: [ExtraName] = []
        for line in EggRequirements.lines(text) {
            func fault(_ message: String) -> PythonPackagingError {
                let place = section.heading.map { ", section \($0)" } ?? ""
                return EggRequirements.malformed(subject, "has in line \(line.number) of \(file)\(place) \(message)")
            }
            if line.text.hasPrefix("[") {
                do throws(SectionProblem) {
                    section = try Section(heading: line.text)
                } catch {
                    section.heading = nil
                    throw fault("the section '\(line.text)': \(error.message)")
                }
                if let extra = section.extra, !extras.contains(extra) { extras.append(extra) }
                continue
            }
            do throws(PythonPackagingError) {
                var requirement = try Requirement(lenient: line.text)
                let conditions = [section.condition, requirement.marker, section.extra.map(Marker.extra)]
                requirement.marker = conditions.compactMap(\.self).reduce(nil) { $0?.and($1) ?? $1 }
                requirements.append(requirement)
            } catch {
                let column = error.column.map { " (column \($0))" } ?? ""
                throw fault("the requirement '\(line.text)': \(error.message)\(column)")
            }
        }
        self.requirements = requirements
        self.extras = extras
    }

    private static func malformed(_ subject: String, _ message: String) -> PythonPackagingError {
        PythonPackagingError(
            code: .invalidEggRequirements, subject: subject, message: message,
            advice: "choose another version of it, or have its egg built again: setuptools writes this file")
    }
}

// MARK: - Lines

extension EggRequirements {
    private struct Line {
        /// Counted from 1; of a continued line the first one's.
        var number: Int
        var text: String
    }

    /// The lines that say something: without blanks around them and comments, continued ones joined.
    private static func lines(_ text: String) -> [Line] {
        var lines: [Line] = []
        var isContinued = false
        let rows = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, row) in rows.enumerated() {
            var row = trimmed(row)
            if row.isEmpty || row.hasPrefix("#") { continue }
            let isHeading = row.hasPrefix("[")
            // A hash without a blank before it may be a URL's.
            if !isHeading, let comment = row.firstRange(of: " #") { row = trimmed(row[..<comment.lowerBound]) }
            let goesOn = !isHeading && row.hasSuffix("\\")
            if goesOn { row = trimmed(row.dropLast()) }
            if isContinued, !isHeading, !lines.isEmpty {
                lines[lines.count - 1].text += row
            } else {
                lines.append(Line(number: number + 1, text: String(row)))
            }
            isContinued = goesOn
        }
        return lines
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

// MARK: - Sections

private struct SectionProblem: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

/// The section that lines stand in.
private struct Section {
    /// As written; `nil` before the first one.
    var heading: String?
    var extra: ExtraName?
    var condition: Marker?

    init() {}

    init(heading: String) throws(SectionProblem) {
        guard heading.hasSuffix("]") else { throw SectionProblem("has no ']' at its end") }
        self.heading = heading
        let content = heading.dropFirst().dropLast()
        let colon = content.firstIndex(of: ":")
        let name = content[..<(colon ?? content.endIndex)]
        if !name.allSatisfy(\.isWhitespace) {
            guard let extra = try? ExtraName(Section.safe(name)) else {
                throw SectionProblem("'\(name)' is not the name of an extra")
            }
            self.extra = extra
        } else if colon == nil {
            throw SectionProblem("names neither an extra nor a condition")
        }
        guard let colon else { return }
        let text = String(content[content.index(after: colon)...])
        if text.allSatisfy(\.isWhitespace) { return }
        do throws(PythonPackagingError) {
            condition = try Marker(text)
        } catch {
            let column = error.column.map { " (column \($0) of the condition)" } ?? ""
            throw SectionProblem("\(error.message)\(column)")
        }
    }

    /// The name with each run of what a name cannot hold as one `_`, as setuptools' `safe_extra` has it, and none of
    /// those at its ends, where no extra's name may have them (PEP 685).
    private static func safe(_ name: Substring) -> String {
        var text = ""
        var gap = ""
        for scalar in name.unicodeScalars {
            if scalar.isASCII, isAlphanumeric(UInt8(scalar.value)) {
                text += text.isEmpty ? "" : gap
                text.unicodeScalars.append(scalar)
                gap = ""
            } else if scalar == "." || scalar == "-" {
                gap.unicodeScalars.append(scalar)
            } else if gap.last != "_" {
                gap += "_"
            }
        }
        return text
    }
}
