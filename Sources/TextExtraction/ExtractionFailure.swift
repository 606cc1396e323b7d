/// Why a file has no text to search, in words for whoever uploaded it.
package struct ExtractionFailure: Error, Sendable, Equatable {
    /// The `last_error.code` of a vector store's file.
    package enum Code: String, Sendable {
        /// Files of this type cannot be searched.
        case unsupportedFile = "unsupported_file"
        /// This one is empty, broken, or asks for more than any honest file does.
        case invalidFile = "invalid_file"
        /// It is not the file's fault.
        case serverError = "server_error"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
