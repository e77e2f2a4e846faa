/// SPDX licence expressions (SPDX 2.3, annex D), as far as packages' own metadata tell them.
public enum LicenseExpression {
    /// The expression of a distribution's metadata: `License-Expression` (PEP 639); else `License`, where that is the
    /// identifier of a common licence and nothing more. `nil` where neither says it.
    public static func of(expression: String?, license: String?) -> String? {
        if let expression, isPlain(expression) { return expression }
        guard let license else { return nil }
        return common.first { $0.lowercased() == license.lowercased() }
    }

    /// Whether it is made of identifiers and operators alone: references to licences that stand elsewhere mean nothing
    /// outside of the package.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && !text.contains("LicenseRef-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
                    UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"):
                    true
                default: false
                }
            }
    }

    private static let common = [
        "0BSD", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
        "CC0-1.0",
        "EPL-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-2.1-only",
        "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense",
        "Zlib",
    ]
}
