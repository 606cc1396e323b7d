import AssistantsAPI
import RunEngine

extension KnownResources {
    /// What the server keeps.
    init(_ services: ServerServices) {
        let (files, images, stores) = (services.files, services.images, services.vectorStores)
        self.init(
            missingFiles: { ids, project in
                let found = try await files.find(ids, in: project)
                return Set(ids).filter { found[$0] == nil }
            },
            missingVectorStores: { try await stores.missing($0, in: $1) },
            unsearchableExtensions: { try await stores.unsearchableExtensions(of: $0, in: $1) },
            imageFaults: { try await images.faults(of: $0, in: $1) }
        )
    }
}
