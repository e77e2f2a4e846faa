/// Numbers of the zip format (APPNOTE 6.3.10 §4.3, §4.4).
enum ZipFormat {
    static let localHeader: UInt32 = 0x0403_4b50
    static let localHeaderSize = 30
    static let centralHeader: UInt32 = 0x0201_4b50
    static let centralHeaderSize = 46
    static let dataDescriptor: UInt32 = 0x0807_4b50
    static let end: UInt32 = 0x0605_4b50
    static let endSize = 22
    static let zip64End: UInt32 = 0x0606_4b50
    static let zip64EndSize = 56
    static let zip64Locator: UInt32 = 0x0706_4b50
    static let zip64LocatorSize = 20

    /// Traditional encryption, strong encryption, and a masked directory.
    static let encryptionFlags: UInt16 = 1 << 0 | 1 << 6 | 1 << 13
    static let dataDescriptorFlag: UInt16 = 1 << 3
    static let patchFlag: UInt16 = 1 << 5
    static let utf8Flag: UInt16 = 1 << 11

    static let zip64Extra: UInt16 = 0x0001
    static let unicodePathExtra: UInt16 = 0x7075

    /// 1980-01-01 00:00:00, the earliest time that MS-DOS fields can tell.
    static let earliestDate: UInt16 = 0x0021
}
