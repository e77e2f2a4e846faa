import Cryptography
import Testing

@Suite struct MessageHasherTests {
    /// `base64.urlsafe_b64encode(hashlib.new(name, b"abc").digest()).rstrip(b"=")`, beginnings.
    @Test(
        "each algorithm gives what Python's hashlib gives",
        arguments: [
            ("sha256", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"),
            ("sha384", "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP_W-2AhgcroefMI1i67KE0yCWn"),
            (
                "sha512",
                "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9RU1EI2Q86A4qmslPpUyknw"
            ),
            ("sha3_256", "Ophdp0_iJbIEXBcta9OQvYVfCG4-nVJbRr_iRRFDFTI"),
        ])
    func examples(algorithm: String, expected: String) {
        guard var hasher = MessageHasher(algorithm) else {
            Issue.record("\(algorithm) is not offered")
            return
        }
        Array("a".utf8).withUnsafeBytes { hasher.update($0) }
        Array("bc".utf8).withUnsafeBytes { hasher.update($0) }
        #expect(hasher.base64URL() == expected)
        #expect(MessageHasher.algorithms.contains(algorithm))
    }

    @Test("weak and unknown algorithms are not offered", arguments: ["md5", "sha1", "sha224", "crc32", "", "SHA512"])
    func refused(algorithm: String) {
        if MessageHasher(algorithm) != nil { Issue.record("\(algorithm) is offered") }
    }
}
