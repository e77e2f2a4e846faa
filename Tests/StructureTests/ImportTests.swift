import Testing

@Suite("the rooms of the house")
struct ImportTests {
    let manifest: Manifest

    init() async throws {
        manifest = try await Manifest.shared.value
    }

    private var products: [Manifest.Target] { manifest.targets.filter(\.isProduct) }

    @Test("every target has a rank, and every rank's targets are there")
    func ranked() {
        #expect(Set(products.map(\.name)) == Set(Rank.targets.values.flatMap { $0 }))
    }

    @Test("a target imports lower ranks, and its own only where the list says so")
    func upward() throws {
        for target in products {
            let own = try #require(Rank.of(target.name))
            for name in target.dependencyNames.union(target.imports) {
                guard let other = Rank.of(name) else { continue }
                if other.rawValue < own.rawValue { continue }
                let listed = other == own && Rank.sideways[target.name]?.contains(name) == true
                #expect(listed, "\(target.name) (\(own)) may not use \(name) (\(other))")
            }
        }
    }

    @Test("the sideways list has no cycle, stays within ranks, and every entry is used")
    func sideways() throws {
        for (name, others) in Rank.sideways {
            let target = try #require(manifest[name])
            for other in others {
                #expect(Rank.of(name) == Rank.of(other), "\(name) → \(other)")
                #expect(target.imports.contains(other), "\(name) does not import \(other) any more")
            }
            var reached = others
            while true {
                let further = reached.union(reached.flatMap { Rank.sideways[$0] ?? [] })
                if further == reached { break }
                reached = further
            }
            #expect(!reached.contains(name), "\(name) reaches itself")
        }
    }

    @Test("a C library is imported by one Swift target")
    func libraries() {
        let libraries = Set(Rank.targets[.c] ?? []).union(Rank.foreignCLibraries)
        for library in libraries.sorted() {
            let users = manifest.targets.filter { $0.imports.contains(library) }.map(\.name)
            #expect(users.count == 1, "\(library) is imported by \(users)")
        }
    }

    @Test("what is imported is declared")
    func declared() {
        for target in manifest.targets where !target.isSystemLibrary {
            let known = target.dependencyNames.union(Rank.platformModules).union([target.name])
            #expect(target.imports.subtracting(known) == [], "\(target.name) imports these without declaring them")
        }
    }

    @Test("what is declared is imported")
    func needed() {
        let programs = Set(manifest.targets.filter { $0.type == "executable" }.map(\.name))
        for target in manifest.targets {
            // A test needs a program to be there, and has nothing to import from it.
            let declared = target.dependencyNames.subtracting(target.type == "test" ? programs : [])
            #expect(declared.subtracting(target.imports) == [], "\(target.name) declares these without importing them")
        }
    }

    @Test("every library of ours has tests of its own, ports those of their adapters")
    func tested() {
        let suites = Set(manifest.targets.filter { $0.type == "test" }.map(\.name))
        for target in products
        where target.type == "regular" && ![.c, .ports].contains(Rank.of(target.name)) {
            #expect(suites.contains(target.name + "Tests"), "\(target.name)")
        }
    }

    @Test(
        "an import is read in any of its forms",
        arguments: [
            ("import Testing", "Testing"), ("public import struct Foundation.Data", "Foundation"),
            ("    internal import Glibc", "Glibc"), ("@testable import Units", "Units"),
            ("@preconcurrency public import GRDB", "GRDB"), ("// import Nothing", nil), ("let important = 1", nil),
            ("import func Glibc.open", "Glibc"),
        ])
    func forms(line: String, module: String?) {
        #expect(SwiftSource.importedModule(line) == module)
    }
}
