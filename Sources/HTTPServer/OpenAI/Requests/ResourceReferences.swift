import AssistantsAPI
import HTTPTypes
import Storage

/// Tells which files and vector stores, of those that a request names, a project does not have.
struct KnownResources: Sendable {
    var missingFiles: @Sendable (_ ids: [String], ProjectID) async throws -> Set<String>
    var missingVectorStores: @Sendable (_ ids: [String], ProjectID) async throws -> Set<String>

    /// Of a server that keeps neither.
    static let none = KnownResources(
        missingFiles: { ids, _ in Set(ids) },
        missingVectorStores: { ids, _ in Set(ids) }
    )
}

/// The files and vector stores that a request names, collected while it is read and looked up afterwards.
package struct ResourceReferences {
    package private(set) var files: [String] = []
    package private(set) var vectorStores: [String] = []
    /// Where a vector store is asked for that does not exist yet.
    private(set) var newVectorStorePath: String?

    package init() {}

    mutating func addFiles(_ ids: [String]) { files += ids }

    mutating func addVectorStores(_ ids: [String]) { vectorStores += ids }

    mutating func addNewVectorStore(at path: String) { newVectorStorePath = path }

    /// Throws for the first id that does not exist.
    func check(_ known: KnownResources, in project: ProjectID) async throws {
        if !files.isEmpty {
            let missing = try await known.missingFiles(files, project)
            if let id = files.first(where: missing.contains) {
                throw OpenAIError(.notFound, "No such File object: \(id.shortened)", param: "id")
            }
        }
        if !vectorStores.isEmpty {
            let missing = try await known.missingVectorStores(vectorStores, project)
            if let id = vectorStores.first(where: missing.contains) {
                throw OpenAIError.vectorStoreNotFound(id)
            }
        }
        if let newVectorStorePath {
            throw OpenAIError.invalidValue("This server keeps no vector stores.", newVectorStorePath)
        }
    }
}
