import ServerConfiguration
import SignageAnalyst

extension FieldNames {
    /// What is wrong with the file of a setting.
    struct FileFault: Error, CustomStringConvertible {
        let description: String
    }

    /// The names that the configuration adds.
    static func added(by configuration: ServerConfiguration) throws(FileFault) -> FieldNames {
        guard let file = configuration.fieldNames else { return .none }
        do {
            return try FieldNames(json: file.text)
        } catch {
            let setting = SettingName.fieldNamesFile.rawValue
            throw FileFault(description: "\(setting) is \"\(file.path)\", which cannot be used: \(error)")
        }
    }
}
