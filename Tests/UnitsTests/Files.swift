import Foundation
import SystemPackage

extension FilePath {
    func removeFile() throws {
        try FileManager.default.removeItem(atPath: string)
    }
}
