import Foundation

/// A file with names of fields and tables, as it was read at the start. What the names mean is for others to say.
package struct FieldNamesFile: Sendable, Equatable {
    package let path: String
    package let text: String

    /// Bytes; a longer file is a mistake.
    static let maximumLength = 1 << 20
}

extension SettingFormat<FieldNamesFile> {
    static var fieldNamesFile: Self {
        Self(legal: "a readable JSON file such as {\"fields\": {\"adID\": [\"my_ad\"]}}") {
            path throws(SettingMismatch) in
            guard FileManager.default.fileExists(atPath: path) else {
                throw SettingMismatch(reason: "there is no such file")
            }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw SettingMismatch(reason: "it cannot be read")
            }
            guard data.count <= FieldNamesFile.maximumLength else { throw SettingMismatch(reason: "it is too long") }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw SettingMismatch(reason: "it is not UTF-8")
            }
            return FieldNamesFile(path: path, text: text)
        }
    }
}
