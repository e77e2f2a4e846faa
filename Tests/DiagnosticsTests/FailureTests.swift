import Diagnostics
import Testing

@Suite("errors of a module")
struct FailureTests {
    private enum Code: FailureCode {
        case lost
        case broken(Int)

        var category: DiagnosticCategory {
            switch self {
            case .lost: .unavailable
            case .broken: .badArtifact
            }
        }

        var advice: String? { self == .lost ? "look for it" : nil }
    }
    private enum OtherCode: FailureCode {
        case lost
        var category: DiagnosticCategory { .system }
    }
    private struct Beneath: Error {}

    @Test("a code decides the exit status, and helps where nothing better is known")
    func codes() {
        let lost = Failure(Code.lost, "a file", "is gone")
        #expect(lost.category == .unavailable)
        #expect(lost.description == "a file: is gone\n  try: look for it")
        #expect(Failure(Code.lost, "a file", "is gone", advice: "fetch it").advice == "fetch it")
        #expect(Failure(Code.broken(2), "a file", "is broken").description == "a file: is broken")
    }

    @Test("the errors of two modules are two types, and any of them is a diagnostic")
    func types() throws {
        let error: any Error = Failure(Code.broken(3), "it", "is", cause: Beneath())
        #expect((error as? Failure<Code>)?.code == .broken(3))
        #expect((error as? Failure<Code>)?.cause is Beneath)
        #expect(error as? Failure<OtherCode> == nil)
        #expect((error as? any Diagnostic)?.category == .badArtifact)
    }

    @Test("two errors that say the same are equal, whatever led to them")
    func equality() {
        #expect(Failure(Code.lost, "a", "b") == Failure(Code.lost, "a", "b", cause: Beneath()))
        #expect(Failure(Code.lost, "a", "b") != Failure(Code.broken(1), "a", "b", advice: "look for it"))
        #expect(Failure(Code.lost, "a", "b") != Failure(Code.lost, "a", "c"))
    }
}
