import HTTPTypes

/// Why a body is no form that can be read.
package enum MultipartFault: Error, Sendable, Equatable {
    /// It is of another media type.
    case otherType(String?)
    /// The header `Content-Type` names no boundary, or one that is not legal.
    case illegalBoundary
    /// No line of the body begins with the boundary.
    case boundaryNotFound
    /// What follows a boundary is neither a line's end nor the end of the form.
    case malformedBoundaryLine
    /// A part's headers are longer than this.
    case headersTooLong(limit: Int)
    case malformedHeader
    /// A part does not say which field it is.
    case unnamedPart
    case tooManyParts(limit: Int)
    /// The body ends before the form does.
    case endsEarly

    var openAIError: OpenAIError {
        switch self {
        case .otherType(let type):
            let type = type?.shortened ?? ""
            let text = """
                Unsupported content type: '\(type)'. This API method only accepts 'multipart/form-data' requests, but you \
                specified the header 'Content-Type: \(type)'. Please try again with a supported content type.
                """
            return OpenAIError(.unsupportedMediaType, text, code: "unsupported_content_type")
        case .illegalBoundary: return refusal("its header 'Content-Type' names no legal boundary")
        case .boundaryNotFound: return refusal("the boundary of its header 'Content-Type' is not in it")
        case .malformedBoundaryLine: return refusal("a boundary is followed by something else than a line's end")
        case .headersTooLong(let limit):
            return refusal("the headers of a part, a file's name among them, have more than \(limit) bytes")
        case .malformedHeader: return refusal("a header of a part is malformed")
        case .unnamedPart: return refusal("a part has no 'Content-Disposition: form-data' with a name")
        case .tooManyParts(let limit): return refusal("it has more than \(limit) parts")
        case .endsEarly: return refusal("it ends before its last boundary")
        }
    }

    private func refusal(_ reason: String) -> OpenAIError {
        let text = "We could not parse the multipart form of your request: \(reason)."
        return OpenAIError(.badRequest, text, code: "invalid_multipart_form")
    }
}
