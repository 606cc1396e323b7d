import CAPIDocuments

/// The documents that the server carries with it, as part of the program: their bytes are there as long as it runs.
package enum APIDocuments {
    /// What the API's description says, OpenAPI 3.1.
    package static var openAPI: UnsafeRawBufferPointer { bytes(of: api_document_description()) }

    /// The page that shows it.
    package static var page: UnsafeRawBufferPointer { bytes(of: api_document_page()) }

    private static func bytes(of document: api_document) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: document.bytes, count: document.size)
    }
}
