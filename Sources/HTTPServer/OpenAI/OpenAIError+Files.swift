import AssistantsAPI
import HTTPTypes
import RunEngine

extension OpenAIError {
    init(_ refusal: FileRefusal) {
        switch refusal {
        case .fileNotFound(let id):
            self.init(.notFound, "No such File object: \(id.rawValue.shortened)", param: "id")
        case .uploadNotFound(let id):
            self.init(.notFound, "No such Upload object: \(id.rawValue.shortened)", param: "id")
        case .downloadForbidden(let purpose):
            self.init(.badRequest, "Not allowed to download files of purpose: \(purpose.rawValue)")
        case .uploadEnded(let id, let status):
            let text =
                "Upload '\(id.rawValue.shortened)' has status '\(status.rawValue)'; only a pending one can be changed."
            self.init(.badRequest, text, param: "upload_id")
        case .tooManyParts(let limit):
            self.init(.badRequest, "An upload has at most \(limit) parts.", param: "data")
        case .partsTooLong(let expected, let got):
            let text = "The upload was created for \(expected) bytes; with this part there would be \(got)."
            self.init(.badRequest, text, param: "data")
        case .partNotFound(let id):
            self.init(.badRequest, "The upload has no part '\(id.rawValue.shortened)'.", param: "part_ids")
        case .partRepeated(let id):
            self.init(.badRequest, "The part '\(id.rawValue.shortened)' is named more than once.", param: "part_ids")
        case .wrongSize(let expected, let got):
            let text = "The upload was created for \(expected) bytes, but the parts have \(got)."
            self.init(.badRequest, text, param: "part_ids")
        case .wrongChecksum(let expected, let got):
            let text = "The parts do not have the MD5 checksum '\(expected.shortened)'; theirs is '\(got)'."
            self.init(.badRequest, text, param: "md5")
        }
    }

    /// - Parameter path: leads to the file's id.
    init(_ fault: ImageFiles.Fault, of path: String) {
        switch fault {
        case .noImage(let fileExtension):
            let known = ImageFormat.extensions.joined(separator: ", ")
            let got =
                fileExtension.isEmpty || ImageFormat.extensions.contains(fileExtension)
                ? "a file that is none of these" : fileExtension.shortened
            let text = """
                Invalid message content: Expected file type to be a supported format: \(known) but got \(got)
                """
            self.init(.badRequest, text, param: path, code: "invalid_value")
        case .tooLarge(let bytes, let limit):
            let text = "Invalid '\(path)': image too large. Expected at most \(limit) bytes, but got \(bytes) instead."
            self.init(.badRequest, text, param: path, code: "invalid_value")
        }
    }
}
