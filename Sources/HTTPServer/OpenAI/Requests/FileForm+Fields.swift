import AssistantsAPI
import HTTPTypes

/// How the fields of a file's form, and the like members of an upload's body, are read.
extension FileForm {
    /// The name that the file goes by. Throws when there is no file.
    func checkedFilename() throws -> String {
        guard let filename else { throw OpenAIError.missing("file") }
        return try FileFields.filename(filename, "file")
    }

    func purpose() throws -> FilePurpose {
        guard let purpose = texts["purpose"] else { throw OpenAIError.missing("purpose") }
        return try FileFields.purpose(purpose)
    }

    /// Seconds after which the file expires; nil for never.
    func lifetime() throws -> Int? {
        let (anchorField, secondsField) = ("expires_after[anchor]", "expires_after[seconds]")
        guard texts[anchorField] != nil || texts[secondsField] != nil else { return nil }
        guard let anchor = texts[anchorField] else { throw OpenAIError.missing("expires_after.anchor") }
        guard let text = texts[secondsField] else { throw OpenAIError.missing("expires_after.seconds") }
        guard let seconds = Int(text) else {
            throw OpenAIError.wrongType("expires_after.seconds", expected: "an integer", got: .string(text))
        }
        let object = JSONObject([("anchor", .string(anchor)), ("seconds", .integer(seconds))])
        return try FileFields.lifetime(RequestValue(.object(object), at: "expires_after"))
    }
}

/// What is said of files in forms and bodies alike.
enum FileFields {
    /// An hour to thirty days.
    private static let lifetimes = 3600...2_592_000

    static func filename(_ name: String, _ path: String) throws -> String {
        do throws(FileName.Fault) {
            return try FileName.checked(name)
        } catch {
            switch error {
            case .empty: throw OpenAIError.invalidValue("Invalid '\(path)': its filename is empty.", path)
            case .tooLong(let length):
                let text = """
                    Invalid '\(path)': filename too long. Expected a filename with maximum length \
                    \(FileName.maximumLength), but got a filename with length \(length) instead.
                    """
                throw OpenAIError(.badRequest, text, param: path, code: "string_above_max_length")
            case .controlCharacter:
                throw OpenAIError.invalidValue("Invalid '\(path)': its filename has a control character.", path)
            case .namesNoFile:
                throw OpenAIError.invalidValue("Invalid '\(path)': its filename names no file.", path)
            }
        }
    }

    static func purpose(_ text: String) throws -> FilePurpose {
        guard let purpose = FilePurpose(rawValue: text), FilePurpose.uploadable.contains(purpose) else {
            let known = FilePurpose.uploadable.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw OpenAIError(.badRequest, "'\(text.shortened)' is not one of [\(known)] - 'purpose'", param: "purpose")
        }
        return purpose
    }

    static func lifetime(_ value: RequestValue) throws -> Int {
        let members = try value.members(["anchor", "seconds"])
        _ = try members.required("anchor").choice(of: ["created_at"])
        return try members.required("seconds").integer(in: lifetimes)
    }
}
