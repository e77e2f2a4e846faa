/// The keystore of a base with Java: the CA certificates that its TLS trusts.
///
/// Debian's package makes it when it is installed, with the moment in each entry. So it is written anew, with the
/// certificates in the order of their names and no moment: the JKS form, which every JVM reads, is a list of entries
/// with a keyed SHA-1 behind them.
enum JavaKeystore {
    static let canonicalScript = """

        def make_keystore_anew(path, password="changeit"):
            import hashlib, struct
            with open(path, "rb") as file:
                data = file.read()
            body, seal = data[:-20], data[-20:]
            def sealed(body):
                return hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()
            magic, version, count = struct.unpack(">III", body[:12])
            if (magic, version) != (0xFEEDFEED, 2) or sealed(body) != seal:
                sys.exit(path + " is no keystore as Debian's package makes it")
            place, entries = 12, []
            def take(number):
                nonlocal place
                place += number
                return body[place - number:place]
            def text():
                length = take(2)
                return length + take(int.from_bytes(length, "big"))
            for _ in range(count):
                if take(4) != b"\\0\\0\\0\\2":
                    sys.exit(path + " has more than certificates")
                name = text()
                take(8)
                kind, length = text(), take(4)
                entries.append((name[2:], b"\\0\\0\\0\\2" + name + bytes(8) + kind + length + take(int.from_bytes(length, "big"))))
            made = body[:12] + b"".join(entry for _, entry in sorted(entries))
            with open(path, "wb") as file:
                file.write(made + sealed(made))

        if os.path.isfile("/etc/ssl/certs/java/cacerts"):
            make_keystore_anew("/etc/ssl/certs/java/cacerts")

        """
}
