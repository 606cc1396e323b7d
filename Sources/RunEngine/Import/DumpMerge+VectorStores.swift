import AssistantsAPI
import Storage

extension DumpMerge {
    /// - Parameter atBeginning: whether new ones come before what is stored.
    func vectorStores(_ objects: [StagedObject], atBeginning: Bool) throws -> MergeOutcome {
        var outcome = MergeOutcome()
        for object in objects where try belongsHere(object, &outcome) {
            let store = try VectorStore(dumped: try JSONValue(parsing: object.body))
            if let stored = try db.vectorStores.find(store.id, in: project) {
                outcome.compare(stored.withoutUse, store.withoutUse)
            } else {
                try db.imports.insert(store, atBeginning: atBeginning, in: project)
                outcome.counts.added += 1
            }
        }
        try db.imports.remove(objects)
        return outcome
    }

    /// Puts files into a store. They are ingested as soon as the server runs.
    func files(ofStore id: String) throws -> MergeOutcome {
        var outcome = MergeOutcome()
        let store = try db.vectorStores.find(Identifier(id), in: project)
        try db.imports.forEach(.vectorStoreFile, of: id) { object in
            guard store != nil else {
                return outcome.refuse(object, "its vector store, \(id), is neither in the dump nor stored")
            }
            let file = try VectorStoreFile(dumped: try JSONValue(parsing: object.body))
            if let stored = try db.vectorStoreFiles.find(file.id, of: file.storeID) {
                outcome.compare(stored.withoutState, file.withoutState)
            } else if try db.files.find(file.id, in: project) == nil {
                outcome.refuse(object, "its file, \(file.id), is neither in the dump nor stored")
            } else {
                try db.imports.insert(file, in: project)
                outcome.counts.added += 1
            }
        }
        try db.imports.remove(.vectorStoreFile, of: id)
        return outcome
    }
}

extension VectorStore {
    /// What does not change by using it.
    fileprivate var withoutUse: VectorStore {
        VectorStore(
            id: id,
            createdAt: createdAt,
            name: name,
            description: description,
            expiration: expiration,
            metadata: metadata
        )
    }
}

extension VectorStoreFile {
    /// What does not depend on where it was ingested.
    fileprivate var withoutState: VectorStoreFile {
        VectorStoreFile(
            id: id,
            storeID: storeID,
            createdAt: createdAt,
            chunking: chunking,
            attributes: attributes
        )
    }
}
