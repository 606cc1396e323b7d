import Foundation

/// A file with an assistant's instructions, as it was read at the start.
package struct InstructionsFile: Sendable, Equatable {
    package let path: String
    /// Neither blank nor longer than ``maximumLength``.
    package let text: String

    /// Characters, as many as the Assistants API takes.
    package static let maximumLength = 256_000
}

extension SettingFormat<InstructionsFile> {
    static var instructionsFile: Self {
        let longest = InstructionsFile.maximumLength
        return Self(legal: "a readable UTF-8 text file of 1 to \(longest) characters") { path throws(SettingMismatch) in
            guard FileManager.default.fileExists(atPath: path) else {
                throw SettingMismatch(reason: "there is no such file")
            }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw SettingMismatch(reason: "it cannot be read")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw SettingMismatch(reason: "it is not UTF-8")
            }
            guard !text.allSatisfy(\.isWhitespace) else { throw SettingMismatch(reason: "it is empty") }
            guard text.unicodeScalars.count <= longest else { throw SettingMismatch(reason: "it is too long") }
            return InstructionsFile(path: path, text: text)
        }
    }
}
