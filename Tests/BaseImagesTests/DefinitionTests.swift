import Cryptography
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing

@testable import BaseImages

@Suite("A base's definition and lock")
struct DefinitionTests {
    static let yaml = """
        name: small
        suites: [bookworm]
        packages: [python3.11]
        python: /usr/bin/python3.11
        exclude: [usr/share/doc]
        labels: {a: b}
        """

    @Test("a definition is read, with defaults")
    func reads() throws {
        let definition = try BaseDefinition(yaml: Self.yaml, file: "small.yaml")
        #expect(definition.name == "small")
        #expect(definition.components == ["main"])
        #expect(definition.architectures == ["amd64"])
        #expect(definition.exclude == ["usr/share/doc"])
        #expect(definition.labels == ["a": "b"])
    }

    @Test(
        "what is wrong is named with its line and the nearest key",
        arguments: [
            ("\nexcludes: []", "small.yaml:7:1", "did you mean exclude"),
            ("\narchitectures: [x86]", "small.yaml:7:", "amd64"),
            ("\ncomponents: main", "small.yaml:7:", "list"),
            ("\ncomponents: ['-o evil']", "small.yaml:7:", "no Debian name"),
            ("\nenvironment: [A]", "small.yaml:7:", "mapping"),
            ("\nname: [", "small.yaml", "YAML"),
        ])
    func refuses(_ addition: String, _ place: String, _ words: String) {
        #expect {
            try BaseDefinition(yaml: Self.yaml + addition, file: "small.yaml")
        } throws: { error in
            (error as? BaseError)?.code == .malformed && "\(error)".hasPrefix(place) && "\(error)".contains(words)
        }
    }

    @Test("a definition without its needed keys says which", arguments: ["name", "suites", "packages", "python"])
    func lacks(_ key: String) {
        let rest = Self.yaml.split(separator: "\n").filter { !$0.hasPrefix("\(key):") }.joined(separator: "\n")
        #expect { try BaseDefinition(yaml: rest, file: "f") } throws: { "\($0)".contains("'\(key)'") }
    }

    static let lock = BaseLock(
        name: "small", suites: ["bookworm"], components: ["main"], exclude: ["usr/share/doc"], include: [],
        python: "/usr/bin/python3.11", environment: ["LANG": "C.UTF-8"], labels: ["with \"quotes\"": "back\\slash\n"],
        parts: [
            .init(
                architecture: .amd64, epoch: 1_746_870_620,
                packages: [
                    .init(
                        name: "zlib1g", version: "1:1.2.13", architecture: "amd64", file: "zlib1g_1.2.13_amd64.deb",
                        size: 86_684, digest: .init(of: "zlib"))
                ])
        ])

    @Test("a lock that is written is read as the same lock, and written as the same text")
    func roundTrip() throws {
        let again = try BaseLock(toml: Self.lock.toml, file: "small.lock.toml")
        #expect(again == Self.lock)
        #expect(again.toml == Self.lock.toml)
    }

    @Test("a lock's digest depends on what is built, and not on where files come from")
    func digest() throws {
        var other = Self.lock
        other.suites = ["elsewhere"]
        #expect(try other.digest(.amd64) == Self.lock.digest(.amd64))
        other.exclude = []
        #expect(try other.digest(.amd64) != Self.lock.digest(.amd64))
        other = Self.lock
        other.parts[0].packages[0].digest = .init(of: "other")
        #expect(try other.digest(.amd64) != Self.lock.digest(.amd64))
    }

    @Test("an architecture that is not locked is a named error")
    func platform() {
        #expect { try Self.lock.digest(.arm64) } throws: { ($0 as? BaseError)?.code == .platform }
    }

    @Test(
        "a broken lock is refused",
        arguments: ["", "lock-version = 99", "lock-version = 1\nname = 3", "= =", lock.toml + "[[parts]]\n"])
    func broken(_ text: String) {
        #expect { try BaseLock(toml: text, file: "f") } throws: { ($0 as? BaseError)?.code == .malformed }
    }

    @Test("a lock is held to Debian's forms, since its words end up in commands and file names")
    func hostileLocks() throws {
        let text = Self.lock.toml
        let package = try #require(Self.lock.parts.first?.packages.first)
        for (good, evil) in [
            (Self.lock.python, "/bin/true; touch /tmp/x; :"), (Self.lock.python, "python3"),
            (package.file, "../../evil.deb"), (package.file, ".."), (package.name, "--include=x"),
            (package.version, "1 $(touch x)"), (Self.lock.suites.first ?? "", "[trusted=yes]"),
        ] {
            let changed = text.replacing("\"\(good)\"", with: "\"\(evil)\"")
            #expect(changed != text, "\(good)")
            #expect { try BaseLock(toml: changed, file: "f") } throws: { ($0 as? BaseError)?.code == .malformed }
        }
    }

    @Test("every shipped definition has a lock that fits it and names no host")
    func shipped() throws {
        let folder = Peer.repository.appending("base-images")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
        let definitions = names.filter { $0.hasSuffix(".yaml") }
        #expect(!definitions.isEmpty)
        for name in definitions {
            let path = folder.appending(name).string
            let definition = try BaseDefinition(yaml: String(contentsOfFile: path, encoding: .utf8), file: path)
            #expect(definition.name + ".yaml" == name)
            let lockPath = folder.appending("\(definition.name).lock.toml").string
            let text = try String(contentsOfFile: lockPath, encoding: .utf8)
            let lock = try BaseLock(toml: text, file: lockPath)
            #expect(lock.toml == text)
            #expect(lock.exclude == definition.exclude && lock.include == definition.include)
            #expect(lock.python == definition.python && lock.labels == definition.labels)
            #expect(lock.environment == definition.environment && lock.suites == definition.suites)
            #expect(lock.parts.map(\.architecture.rawValue) == definition.architectures.sorted())
            for part in lock.parts {
                let locked = Set(part.packages.map(\.name))
                #expect(locked.isSuperset(of: definition.packages))
            }
            #expect(!text.contains("://"))
        }
    }
}

@Suite("What a recipe names as its base")
struct ReferenceTests {
    @Test(
        "layouts, files and names are told apart",
        arguments: [
            ("oci:/a/b", BaseReference.layout("/a/b", tag: nil)), ("oci:b:1.0", .layout("/here/b", tag: "1.0")),
            ("oci:../b:x", .layout("/here/../b", tag: "x")), ("my.yaml", .file("/here/my.yaml")),
            ("/x/my.lock.toml", .file("/x/my.lock.toml")), ("debian12-python3.11", .named("debian12-python3.11")),
        ])
    func forms(_ text: String, _ reference: BaseReference) throws {
        #expect(try BaseReference(text, relativeTo: "/here") == reference)
    }

    @Test("an image at a registry is named with its scheme and its host")
    func registry() throws {
        let reference = try BaseReference("docker://registry.example/a/b:1", relativeTo: "/here")
        #expect(reference == .registry(try RegistryReference("registry.example/a/b:1")))
        #expect(reference.description == "docker://registry.example/a/b:1")
    }

    @Test(
        "anything else is refused, with what to write instead",
        arguments: [
            ("python:3.11", "docker://HOST"), ("registry.example/a/b:1", "docker://registry.example/a/b:1"),
            ("docker://python:3.11", "docker://HOST"), ("docker://registry.example/../x", "a name has words"),
        ])
    func registries(_ text: String, _ advice: String) {
        #expect { try BaseReference(text, relativeTo: "/here") } throws: { error in
            (error as? BaseError)?.code == .registry && "\(error)".contains(advice)
        }
    }
}
