import AssistantsAPI
import HTTPTypes
import RunEngine

extension OpenAIError {
    init(_ error: VectorStoreError) {
        switch error {
        case .storeNotFound(let id): self = .vectorStoreNotFound(id.rawValue)
        case .batchNotFound, .notInStore: self.init(.notFound, error.message)
        case .storeExpired: self.init(.badRequest, error.message, code: "vector_store_expired")
        case .storeFull: self.init(.badRequest, error.message, param: "file_ids", code: "invalid_value")
        case .unsupportedFiles: self.init(.badRequest, error.message, param: "file_ids", code: "unsupported_file")
        }
    }
}
