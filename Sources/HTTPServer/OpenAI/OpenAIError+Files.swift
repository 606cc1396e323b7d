import AssistantsAPI
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
}
