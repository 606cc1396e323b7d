import AssistantsAPI
import HTTPTypes
import RunEngine
import Storage

/// Tells which files and vector stores, of those that a request names, a project does not have.
struct KnownResources: Sendable {
    var missingFiles: @Sendable (_ ids: [String], ProjectID) async throws -> Set<String>
    var missingVectorStores: @Sendable (_ ids: [String], ProjectID) async throws -> Set<String>
    /// The extensions of those of the files that cannot be searched.
    var unsearchableExtensions: @Sendable (_ ids: [String], ProjectID) async throws -> [String]

    /// Those of the files that cannot be shown to a model.
    var imageFaults: @Sendable (_ ids: [String], ProjectID) async throws -> [String: ImageFiles.Fault]

    /// Of a server that keeps neither.
    static let none = KnownResources(
        missingFiles: { ids, _ in Set(ids) },
        missingVectorStores: { ids, _ in Set(ids) },
        unsearchableExtensions: { _, _ in [] },
        imageFaults: { _, _ in [:] }
    )
}

/// The files and vector stores that a request names, collected while it is read and looked up afterwards.
package struct ResourceReferences {
    package private(set) var files: [String] = []
    package private(set) var vectorStores: [String] = []
    /// Files that are to be shown to the model, and where they are named.
    private(set) var images: [(id: String, path: String)] = []
    /// Files that are to be searched.
    package private(set) var searchedFiles: [String] = []
    /// A vector store that is to be made along with what the request makes.
    package private(set) var newVectorStore: NewVectorStore?

    package init() {}

    mutating func addFiles(_ ids: [String]) { files += ids }

    mutating func addVectorStores(_ ids: [String]) { vectorStores += ids }

    mutating func addImage(_ id: String, at path: String) {
        files.append(id)
        images.append((id, path))
    }

    mutating func addSearchedFile(_ id: String) { searchedFiles.append(id) }

    mutating func addNewVectorStore(_ store: NewVectorStore) { newVectorStore = store }

    /// Throws for the first id that does not exist.
    func check(_ known: KnownResources, in project: ProjectID) async throws {
        if !files.isEmpty {
            let missing = try await known.missingFiles(files, project)
            if let id = files.first(where: missing.contains) {
                throw OpenAIError(.notFound, "No such File object: \(id.shortened)", param: "id")
            }
        }
        if !images.isEmpty {
            let faults = try await known.imageFaults(images.map(\.id), project)
            for image in images {
                if let fault = faults[image.id] { throw OpenAIError(fault, of: image.path) }
            }
        }
        if !vectorStores.isEmpty {
            let missing = try await known.missingVectorStores(vectorStores, project)
            if let id = vectorStores.first(where: missing.contains) {
                throw OpenAIError.vectorStoreNotFound(id)
            }
        }
        if !searchedFiles.isEmpty {
            let extensions = try await known.unsearchableExtensions(searchedFiles, project)
            guard extensions.isEmpty else { throw VectorStoreError.unsupportedFiles(extensions: extensions) }
        }
    }
}
