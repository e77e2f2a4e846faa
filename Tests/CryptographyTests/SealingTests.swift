import Cryptography
import Testing

@Suite("keyed hashes")
struct KeyedHashTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("codes are those of RFC 4231")
    func codes() {
        #expect(
            hex(authenticationCode(of: Array("Hi There".utf8), key: [UInt8](repeating: 0x0b, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            hex(authenticationCode(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hex(
                authenticationCode(
                    of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    key: [UInt8](repeating: 0xaa, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("derived keys are those of RFC 5869")
    func keys() {
        #expect(
            hex(
                derivedKey(
                    from: [UInt8](repeating: 0x0b, count: 22), salt: Array(0...0x0c), purpose: Array(0xf0...0xf9),
                    count: 42))
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        #expect(
            hex(derivedKey(from: [UInt8](repeating: 0x0b, count: 22), salt: [], purpose: [], count: 42))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }
}

@Suite("sealing")
struct SealingTests {
    private static let chunk = 64 << 10
    private let key = SealingKey()

    @Test("a key's code is its own for each message, and tells another key from it")
    func codes() {
        let message = Array("manifest".utf8)
        #expect(key.code(of: message) == key.code(of: message))
        #expect(key.code(of: message) != SealingKey().code(of: message))
        #expect(key.code(of: message) != key.code(of: message + [0]))
        #expect(key.code(of: message).utf8.count == 64)
    }

    private func seal(_ content: [UInt8], pieces: Int = 10_000) -> [UInt8] {
        var sealer = Sealer(key: key)
        var output: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: pieces) {
            output += content[start..<min(start + pieces, content.count)].withUnsafeBytes { sealer.update($0) }
        }
        return output + sealer.finish()
    }

    private func unseal(_ sealed: [UInt8], with key: SealingKey? = nil, pieces: Int = 7_000) throws -> [UInt8] {
        var unsealer = Unsealer(key: key ?? self.key)
        var output: [UInt8] = []
        for start in stride(from: 0, to: sealed.count, by: pieces) {
            let piece = Array(sealed[start..<min(start + pieces, sealed.count)])
            output += try piece.withUnsafeBytes { bytes throws(UnsealingFault) in try unsealer.update(bytes) }
        }
        return output + (try unsealer.finish())
    }

    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 8) } }

    @Test(
        "what was sealed opens to what it was, in any pieces",
        arguments: [0, 1, 100, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 17])
    func roundTrip(count: Int) throws {
        let content = content(count)
        for pieces in [1_000, Self.chunk, 1 << 20] {
            let sealed = seal(content, pieces: pieces)
            #expect(sealed.count == 49 + content.count + max(1, (count + Self.chunk - 1) / Self.chunk) * 16)
            #expect(try unseal(sealed, pieces: pieces + 13) == content)
        }
    }

    @Test("the same content is never sealed to the same bytes")
    func fresh() {
        #expect(seal([1, 2, 3]) != seal([1, 2, 3]))
    }

    @Test("another key opens nothing")
    func otherKey() {
        #expect(throws: UnsealingFault.wrongKey) { try unseal(seal(content(100)), with: SealingKey()) }
    }

    @Test("a changed bit is noticed, wherever it is")
    func changes() {
        let sealed = seal(content(2 * Self.chunk + 50))
        for place in [
            0, 16, 17, 48, 49, 5_000, 49 + Self.chunk, 49 + Self.chunk + 15, 49 + Self.chunk + 16, sealed.count - 1,
        ] {
            var changed = sealed
            changed[place] ^= 4
            #expect(throws: UnsealingFault.self, "byte \(place)") { try unseal(changed) }
        }
    }

    @Test("an end that was cut off is noticed, also between chunks")
    func cuts() {
        let sealed = seal(content(3 * Self.chunk))
        let whole = 49 + 3 * (Self.chunk + 16)
        #expect(sealed.count == whole)
        for count in [0, 10, 49, 60, 49 + Self.chunk + 16, 49 + 2 * (Self.chunk + 16), whole - 1] {
            #expect(throws: UnsealingFault.self, "\(count) bytes") { try unseal(Array(sealed.prefix(count))) }
        }
        #expect(throws: UnsealingFault.self) { try unseal(sealed + [0]) }
        #expect(throws: UnsealingFault.self) { try unseal(sealed + sealed.suffix(Self.chunk + 16)) }
    }

    @Test("chunks cannot change places")
    func order() {
        let sealed = seal(content(3 * Self.chunk))
        let (first, size) = (49, Self.chunk + 16)
        let swapped =
            sealed[..<first] + sealed[(first + size)..<(first + 2 * size)] + sealed[first..<(first + size)]
            + sealed[(first + 2 * size)...]
        #expect(throws: UnsealingFault.wrongKey) { try unseal(Array(swapped)) }
    }

    @Test("what is not sealed is told to be so")
    func plain() {
        #expect(throws: UnsealingFault.notSealed) { try unseal(Array("SQLite format 3\0 and more".utf8)) }
        #expect(throws: UnsealingFault.notSealed) { try unseal([]) }
    }

    @Test("a key is read from its file, and from nothing else")
    func keys() throws {
        let read = try #require(SealingKey(text: Array("\n \(key.text)\n".utf8)))
        #expect(try unseal(seal([7]), with: read) == [7])
        #expect(read.identifier == key.identifier)
        #expect(key.identifier.count == 16)
        #expect(!key.text.contains(key.identifier))
        #expect(SealingKey().identifier != key.identifier)
        for text in ["", "00", key.text + "00", String(key.text.dropLast(2)), key.text.replacing("\n", with: "g")] {
            #expect(SealingKey(text: Array(text.utf8)) == nil, "\(text.debugDescription)")
        }
    }
}
