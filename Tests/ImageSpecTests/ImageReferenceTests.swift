import Diagnostics
import ImageSpec
import Testing

@Suite("Image references")
struct ImageReferenceTests {
    @Test(
        "name a layout or an archive, with or without a tag",
        arguments: [
            ("oci:out", ImageReference.layout(path: "out", tag: nil)),
            ("oci:/a/b:v1.0-x_y", .layout(path: "/a/b", tag: "v1.0-x_y")),
            ("oci-archive:x.tar", .archive(path: "x.tar", tag: nil)),
            ("oci-archive:./x.tar:latest", .archive(path: "./x.tar", tag: "latest")),
        ])
    func good(_ text: String, _ expected: ImageReference) throws {
        let reference = try ImageReference(text)
        #expect(reference == expected)
        #expect(reference.description == text)
    }

    @Test(
        "that name neither are refused with what to write instead",
        arguments: [
            ("out", "oci:DIR"), ("oci:", "oci:DIR"), ("oci::tag", "oci:DIR"), ("oci:a:", "tag"), ("oci:a:b:c", "tag"),
            ("oci:a:-x", "tag"), ("oci:a:" + String(repeating: "x", count: 129), "tag"),
            ("docker://example.org/x", "skopeo copy"), ("example.org/x:1", "oci:DIR"),
        ])
    func bad(_ text: String, _ advice: String) {
        let error = #expect(throws: ImageSpecError.self) { try ImageReference(text) }
        #expect(error?.code == .badReference)
        #expect(error?.description.contains(advice) == true)
    }
}
