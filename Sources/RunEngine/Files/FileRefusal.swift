import AssistantsAPI

/// Why something that is asked of files or uploads is refused.
package enum FileRefusal: Error, Sendable, Equatable {
    case fileNotFound(Identifier<File>)
    case uploadNotFound(Identifier<Upload>)
    /// Files of this purpose are not given back.
    case downloadForbidden(FilePurpose)
    /// The upload takes no parts any more, and cannot be completed or cancelled.
    case uploadEnded(Identifier<Upload>, Upload.Status)
    case tooManyParts(limit: Int)
    /// The parts are more than the upload was said to have.
    case partsTooLong(expected: Int, got: Int)
    /// The upload has no part with this id.
    case partNotFound(Identifier<UploadPart>)
    case partRepeated(Identifier<UploadPart>)
    /// The parts do not have the bytes that the upload was said to have.
    case wrongSize(expected: Int, got: Int)
    case wrongChecksum(expected: String, got: String)
}
