import AssistantsAPI
import ModelProviders
import Storage

extension StoreSearch: FileSearching {
    /// How long a run waits for what is being added to its thread's store, as OpenAI documented it.
    private static let patience: Duration = .seconds(60)
    private static let interval: Duration = .milliseconds(50)

    package func search(_ search: FileSearch) async throws -> [FoundChunk] {
        var found: [FoundChunk] = []
        do {
            // Each by itself, as what is in several stores is listed for each.
            for store in search.stores {
                let options = Options(limit: search.limit, ranking: search.ranking)
                let findings = try await self.search(
                    [store],
                    queries: search.queries,
                    options: options,
                    in: search.project
                )
                found += findings.hits.map(FoundChunk.init)
            }
        } catch let error as VectorStoreError {
            throw ModelError(.refused, error.message)
        }
        let sorted = found.enumerated().sorted { left, right in
            (right.element.score, left.offset) < (left.element.score, right.offset)
        }
        return sorted.map(\.element)
    }

    package func filenames(
        in stores: [Identifier<VectorStore>],
        of project: ProjectID,
        limit: Int
    ) async throws -> [String] {
        let now = clock.now()
        return try await worker.parts.database.read { db in
            var files: [String] = []
            for store in stores {
                let request = PageRequest(limit: limit, order: .descending)
                let page = try db.vectorStoreFiles.page(request, of: store, status: .completed)
                files += page.items.map(\.id.rawValue)
            }
            let newest = Array(files.prefix(limit))
            return try db.files.find(newest, in: project, at: now).map(\.file.filename)
        }
    }

    package func waitUntilReady(_ stores: [Identifier<VectorStore>], in project: ProjectID) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let known = try await worker.parts.database.read { try $0.vectorStores.find(stores, in: project) }
            guard known.contains(where: { $0.fileCounts.inProgress > 0 }) else { return }
            try await Task.sleep(for: Self.interval)
        }
    }
}

extension FoundChunk {
    fileprivate init(_ hit: StoreHit) {
        self.init(
            fileID: hit.file.rawValue,
            filename: hit.filename,
            attributes: hit.attributes,
            number: hit.number,
            chunk: hit.chunk,
            score: hit.score
        )
    }
}
