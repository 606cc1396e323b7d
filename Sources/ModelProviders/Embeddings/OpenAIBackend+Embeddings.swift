import AsyncHTTPClient
import NIOCore

extension OpenAIBackend {
    /// Posts JSON and takes the answer as a whole, within the times that an answer and its pauses may take.
    ///
    /// - Parameter largestAnswer: bytes; a longer answer is an error.
    func post(_ path: String, body: ByteBuffer, largestAnswer: Int) async throws -> HTTPClient.Response {
        let request = try endpoints.post(path, body: body)
        let answer = ResponseAccumulator(request: request, maxBodySize: largestAnswer)
        let patience = configuration.connectTimeout + configuration.firstByteTimeout + configuration.idleTimeout
        let task = client.execute(request: request, delegate: answer, deadline: .now() + TimeAmount(patience))
        return try await withTaskCancellationHandler {
            try await task.get()
        } onCancel: {
            task.cancel()
        }
    }

    /// Has a text embedded: is the endpoint there, does it have the model?
    package func check(embeddings configuration: OpenAIEmbeddings.Configuration) async -> Finding {
        do {
            let vectors = try await OpenAIEmbeddings(configuration, backend: self).embed(["Is this model there?"])
            return .well("The model \(configuration.model) makes embeddings of \(vectors[0].count) dimensions.")
        } catch {
            let reason = (error as? ModelError)?.message ?? "\(error)"
            return .failed(
                "The model \(configuration.model) makes no embeddings: \(reason)",
                remedy: "set EMBEDDING_MODEL and EMBEDDING_BASE_URL to a model that does, or unset EMBEDDING_MODEL"
            )
        }
    }
}
