import MavenPackaging

@testable import Preflight

/// Content of a jar with classes by their paths, each of them as unlike others as its number says.
func content(_ classes: [String: UInt32], java: Int? = nil, _ change: (inout JarContent) -> Void = { _ in })
    -> JarContent
{
    var builder = ClassListingBuilder()
    for (path, number) in classes.sorted(by: { $0.key < $1.key }) {
        builder.add(Array("\(path).class".utf8)[...], crc32: number, size: 100)
    }
    var content = JarContent()
    content.classes = builder.listing
    content.classFileVersion = java.map { $0 + 44 }
    change(&content)
    return content
}

/// `group:artifact:version` with classes.
func jar(
    _ coordinate: String, _ classes: [String: UInt32] = [:], java: Int? = nil, path: [String] = [],
    _ change: (inout JarContent) -> Void = { _ in }
) -> Jar {
    let parts = coordinate.split(separator: ":").map(String.init)
    return Jar(
        ArtifactCoordinate(group: parts[0], artifact: parts[1], version: parts[2]),
        filename: "\(parts[1])-\(parts[2]).jar", path: path,
        content: content(classes, java: java, change))
}

/// One of Spark's.
func sparks(_ filename: String, _ classes: [String: UInt32] = [:], java: Int? = nil) -> Jar {
    Jar(ofSpark: filename, content: content(classes, java: java))
}

func findings(
    _ jars: [Jar], spark: String? = nil, java: JavaRuntime = .unknown, processor: String = "x86_64"
) -> [Finding] {
    var subject = PreflightSubject(processor: processor)
    subject.jars = jars
    subject.spark = spark
    subject.java = java
    return subject.findings()
}
