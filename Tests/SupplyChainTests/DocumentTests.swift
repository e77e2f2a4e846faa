import Cryptography
import JSONDocument
import MavenPackaging
import PythonPackaging
import Recipes
import SupplyChain
import Testing

@Suite("Bills of materials and provenance")
struct DocumentTests {
    /// A lock with two platforms, a source distribution with a tool, a repository and jars.
    private func inventory(epoch: UInt64 = 0, reversed: Bool = false) throws -> Inventory {
        let platforms = try ["linux-x86_64-glibc2.36", "linux-aarch64-glibc2.36"].map { try TargetPlatform($0) }
        var lock = Lock(
            recipe: Recipe(name: "demo", python: .init(version: PythonVersion(3, 11)), platforms: platforms),
            packages: [])
        func digest(_ name: String) -> SHA256Digest { SHA256Digest(of: name) }
        func file(_ name: String) -> Lock.File { Lock.File(name: name, sha256: digest(name)) }
        var alpha = Lock.Package(
            name: try PackageName("alpha"), version: try Version("1.0"),
            wheels: [
                file("alpha-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"),
                file("alpha-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"),
            ])
        alpha.dependencies = [.init(name: try PackageName("beta"))]
        alpha.reasons = [.init(.recipe, requirement: "alpha")]
        var beta = Lock.Package(name: try PackageName("beta"), version: try Version("2.0+cpu"))
        beta.sourceDistribution = file("beta-2.0+cpu.tar.gz")
        beta.buildRequirements = [
            .init(
                name: try PackageName("setuptools"), version: try Version("80"),
                wheel: file("setuptools-80-py3-none-any.whl"))
        ]
        beta.reasons = [.init(.package(try PackageName("alpha"), extra: nil), requirement: "beta")]
        var gamma = Lock.Package(name: try PackageName("gamma"), version: try Version("0.1"))
        gamma.tree = .init(
            .repository(url: "https://forge.example/gamma.git", requestedRevision: "main", commit: "c0ffee"))
        gamma.reasons = [.init(.recipe, requirement: "gamma @ git")]
        lock.packages = reversed ? [gamma, beta, alpha] : [alpha, beta, gamma]
        let app = ArtifactCoordinate(group: "org.example", artifact: "app", version: "1.0")
        let lib = ArtifactCoordinate(group: "org.example", artifact: "lib", version: "2.0", classifier: "linux")
        lock.jars = [
            .init(coordinate: app, file: file("app-1.0.jar")),
            .init(coordinate: lib, file: file("lib-2.0-linux.jar"), path: [app.description]),
        ]
        return try Inventory(
            of: lock, digest: digest("lock"), named: "demo", for: platforms, python: PythonVersion(3, 11),
            environments: [digest("one"), digest("two")], licenses: ["alpha": "MIT"], author: "chidori 0.1.0",
            epoch: epoch, file: "demo.lock.toml")
    }

    @Test("a lock's files stand in it once each, with their package URLs and what they need")
    func components() throws {
        let inventory = try inventory()
        #expect(
            inventory.components.map(\.package.description) == [
                "pkg:maven/org.example/app@1.0?type=jar", "pkg:maven/org.example/lib@2.0?classifier=linux&type=jar",
                "pkg:pypi/alpha@1.0?file_name=alpha-1.0-cp311-cp311-manylinux_2_17_aarch64.whl",
                "pkg:pypi/alpha@1.0?file_name=alpha-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
                "pkg:pypi/beta@2.0%2Bcpu?file_name=beta-2.0%2Bcpu.tar.gz", "pkg:pypi/gamma@0.1",
            ])
        #expect(inventory.tools.map(\.name) == ["setuptools"])
        #expect(
            inventory.components.filter(\.isRequested).map(\.title) == ["org.example:app", "alpha", "alpha", "gamma"])
        #expect(
            inventory.components[0].requires.map(\.description) == [
                "pkg:maven/org.example/lib@2.0?classifier=linux&type=jar"
            ])
        #expect(inventory.components[2].requires == [inventory.components[4].package])
        #expect(inventory.components[5].commit == "c0ffee")
    }

    @Test("the bytes depend on nothing but the inventory, whatever order the lock came in")
    func bytes() throws {
        let writers = [SPDXDocument.bytes, CycloneDXDocument.bytes, { Provenance(of: [], $0).bytes }]
        for write in writers {
            let bytes = write(try inventory())
            #expect(write(try inventory(reversed: true)) == bytes)
            #expect(bytes.last == 0x0A)
            _ = try JSON(parsing: bytes)
        }
        #expect(SPDXDocument.bytes(try inventory(epoch: 1)) != SPDXDocument.bytes(try inventory()))
    }

    @Test("identifiers that standards want to be new are a UUID of the content")
    func identifiers() throws {
        let fields = try JSON(parsing: CycloneDXDocument.bytes(inventory())).fields
        guard case .string(let serial)? = fields?["serialNumber"] else {
            Issue.record("no serial number")
            return
        }
        #expect(
            serial.wholeMatch(of: /urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                != nil, "\(serial)")
    }

    @Test("provenance lists the lock, what is delivered, and what that was built with")
    func provenance() throws {
        let inventory = try inventory()
        let text = String(
            decoding: Provenance(of: [.init(name: "demo", digest: SHA256Digest(of: "image"))], inventory).bytes,
            as: UTF8.self)
        for component in inventory.components + inventory.tools {
            if let digest = component.digest { #expect(text.contains(digest.hex), "\(component.package)") }
        }
        #expect(text.contains(inventory.lock.hex) && text.contains(#""gitCommit":"c0ffee""#))
    }

    @Test(
        "licences are what metadata says in SPDX's words, and nothing else",
        arguments: [
            ("MIT OR Apache-2.0", "x", "MIT OR Apache-2.0"), (nil, "mit", "MIT"), (nil, "Apache-2.0", "Apache-2.0"),
            (nil, "BSD", nil), (nil, nil, nil), ("LicenseRef-Own", "MIT", "MIT"), ("MIT\nOR", nil, nil),
        ] as [(String?, String?, String?)])
    func licenses(expression: String?, license: String?, expected: String?) {
        #expect(LicenseExpression.of(expression: expression, license: license) == expected)
    }
}
