import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine
import Storage

/// `/v1/vector_stores`
struct OpenAIVectorStoreRoutes: Sendable {
    let stores: VectorStoreService
    let search: StoreSearch
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("vector_stores", use: list)
        group.post("vector_stores", use: create)
        group.get("vector_stores/:vector_store_id", use: retrieve)
        group.post("vector_stores/:vector_store_id", use: modify)
        group.delete("vector_stores/:vector_store_id", use: delete)
        group.post("vector_stores/:vector_store_id/search", use: search)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let page = try await stores.page(try ListParameters.read(request), in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try CreateVectorStoreBody(try await reader.object(of: request), ids: reader.ids)
        return JSONResponse.make(try await stores.create(body.store, in: context.project))
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        JSONResponse.make(try await stores.find(try context.vectorStoreID(), in: context.project))
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.vectorStoreID()
        let body = try ModifyVectorStoreBody(try await reader.object(of: request))
        return JSONResponse.make(try await stores.modify(id, body.modification, in: context.project))
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.vectorStoreID()
        try await stores.delete(id, in: context.project)
        return JSONResponse.deleted(id.rawValue, "vector_store.deleted")
    }

    @Sendable
    private func search(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.vectorStoreID()
        let body = try SearchBody(try await reader.object(of: request))
        _ = try await stores.find(id, in: context.project)
        let queries = body.rewritesQuery ? await search.rewritten(body.queries) : body.queries
        let findings = try await search.search([id], queries: queries, options: body.options, in: context.project)
        var headers: HTTPFields = [:]
        headers[.searchMode] = findings.comparesMeaning ? "hybrid" : "keyword"
        return JSONResponse.make(headers: headers) { findings.write(to: &$0, queries: queries) }
    }
}

extension HTTPField.Name {
    /// Whether a search compared meanings, or words alone as there are no vectors.
    static let searchMode = HTTPField.Name.constant("x-search-mode")
}

extension APIRequestContext {
    func vectorStoreID() throws -> Identifier<VectorStore> { try pathID("vector_store_id") }
}

extension StoreSearch.Findings {
    /// The page of results. Beside what the service sent, a result has the passage that answers best, and where documents of
    /// its kind have pages the passage's, and that of the whole text or the first and the last one.
    fileprivate func write(to writer: inout JSONWriter, queries: [String]) {
        writer.beginObject()
        writer.member("object", "vector_store.search_results.page")
        writer.member("search_query", queries)
        writer.key("data")
        writer.beginArray()
        for hit in hits { hit.write(to: &writer) }
        writer.endArray()
        writer.member("has_more", false)
        writer.key("next_page")
        writer.null()
        writer.endObject()
    }
}

extension StoreHit {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file_id", file)
        writer.member("filename", filename)
        writer.member("score", score)
        writer.member("attributes", attributes)
        writer.key("content")
        writer.beginArray()
        writer.beginObject()
        writer.member("type", "text")
        writer.member("text", text)
        writer.endObject()
        writer.endArray()
        let quote = quote
        writer.member("quote", quote.text)
        if let page = quote.page { writer.member("quote_page", page) }
        if let pages {
            writer.member("page", pages.lowerBound)
            if pages.count > 1 { writer.member("last_page", pages.upperBound) }
        }
        writer.endObject()
    }
}
