import AssistantsAPI
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// An embedding model behind an OpenAI-compatible server.
///
/// Texts go in batches, some at a time. A batch that fails for a while is sent again; one that the server finds too large is
/// sent in halves, and a single text that is too long for the model in parts, whose vectors are averaged.
package final class OpenAIEmbeddings: EmbeddingModel {
    /// Which model, and what it takes.
    package struct Configuration: Sendable {
        /// The backend's name of the model.
        package var model: String
        /// Asked of models that can shorten their vectors; nil leaves it to the model.
        package var dimensions: Int?
        /// Texts in one request, at most.
        package var batchSize: Int

        package init(model: String, dimensions: Int? = nil, batchSize: Int = 64) {
            self.model = model
            self.dimensions = dimensions
            self.batchSize = batchSize
        }
    }

    package let name: String

    private let configuration: Configuration
    private let backend: OpenAIBackend
    /// The length of the model's vectors, once one has come.
    private let length = Mutex<Int?>(nil)

    /// Requests under way at the same time, of one call.
    private static let concurrency = 4
    /// Bytes of text in one request, at most: OpenAI takes 300,000 tokens.
    private static let batchBytes = 400_000
    /// A text that is shorter is not too long for any model: it was refused for another reason.
    private static let shortText = 256
    private static let largestAnswer = 64 << 20

    package init(_ configuration: Configuration, backend: OpenAIBackend) {
        self.configuration = configuration
        self.backend = backend
        name = configuration.model + (configuration.dimensions.map { "@\($0)" } ?? "")
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        let batches = batches(of: texts)
        return try await withThrowingTaskGroup(of: (Int, [[Float]]).self) { group in
            var waiting = batches.enumerated().makeIterator()
            func begin() {
                guard let (number, batch) = waiting.next() else { return }
                group.addTask { (number, try await self.vectors(for: batch)) }
            }
            for _ in 0..<Self.concurrency { begin() }
            var found = [[[Float]]](repeating: [], count: batches.count)
            while let (number, vectors) = try await group.next() {
                found[number] = vectors
                begin()
            }
            return Array(found.joined())
        }
    }

    private func batches(of texts: [String]) -> [ArraySlice<String>] {
        var batches: [ArraySlice<String>] = []
        var start = 0
        var bytes = 0
        for (index, text) in texts.enumerated() {
            let isFull = index - start == configuration.batchSize || bytes + text.utf8.count > Self.batchBytes
            if index > start, isFull {
                batches.append(texts[start..<index])
                (start, bytes) = (index, 0)
            }
            bytes += text.utf8.count
        }
        if start < texts.count { batches.append(texts[start...]) }
        return batches
    }

    // MARK: One batch

    private func vectors(for batch: ArraySlice<String>) async throws(ModelError) -> [[Float]] {
        do {
            return try await ask(Array(batch))
        } catch {
            guard error.mayBeTooLarge else { throw backend.clean(error.failure.error) }
            guard batch.count > 1 else {
                guard let text = batch.first, text.utf8.count > Self.shortText else {
                    throw backend.clean(error.failure.error)
                }
                return [try await vector(ofLong: text)]
            }
            let middle = batch.startIndex + batch.count / 2
            return try await vectors(for: batch[..<middle]) + vectors(for: batch[middle...])
        }
    }

    /// The direction between those of the text's halves, each for as much as it is longer.
    private func vector(ofLong text: String) async throws(ModelError) -> [Float] {
        let (first, second) = text.halves
        let vectors = try await vectors(for: [first]) + vectors(for: [second])
        let weights = [Float(first.utf8.count), Float(second.utf8.count)]
        var sum = [Float](repeating: 0, count: vectors[0].count)
        for (vector, weight) in zip(vectors, weights) {
            let scale = weight / max(vector.magnitude, .leastNormalMagnitude)
            for index in sum.indices { sum[index] += vector[index] * scale }
        }
        let magnitude = max(sum.magnitude, .leastNormalMagnitude)
        return sum.map { $0 / magnitude }
    }

    private struct Failure: Error {
        var failure: CallFailure
        /// Whether less at a time may be taken.
        var mayBeTooLarge = false
    }

    /// Asks until there is an answer, or no use in asking again.
    private func ask(_ texts: [String]) async throws(Failure) -> [[Float]] {
        var retries = 0
        var hasReconnected = false
        while true {
            let failure: Failure
            do {
                let vectors = try await call(texts)
                try check(vectors)
                return vectors
            } catch {
                failure = error
            }
            if Task.isCancelled { throw Failure(failure: .cancelled) }
            if failure.failure.remedy == .newConnection, !hasReconnected {
                hasReconnected = true
                continue
            }
            var generator = SystemRandomNumberGenerator()
            guard !failure.mayBeTooLarge,
                let wait = backend.retryPolicy.wait(before: retries + 1, after: failure.failure, using: &generator)
            else { throw failure }
            retries += 1
            guard (try? await Task.sleep(for: wait)) != nil else { throw Failure(failure: .cancelled) }
        }
    }

    private func call(_ texts: [String]) async throws(Failure) -> [[Float]] {
        let answer: HTTPClient.Response
        do {
            answer = try await backend.post("/embeddings", body: body(texts), largestAnswer: Self.largestAnswer)
        } catch {
            let failure = CallFailure(transport: error)
            throw Failure(failure: failure, mayBeTooLarge: failure.error.kind == .timedOut && texts.count > 1)
        }
        let status = Int(answer.status.code)
        let body = answer.body ?? ByteBuffer()
        guard 200..<300 ~= status else {
            let failure = body.withUnsafeReadableBytes { bytes in
                CallFailure(
                    status: status,
                    retryAfter: RetryAfter.read(answer.headers, now: Date()),
                    shouldRetry: RetryAfter.verdict(answer.headers),
                    body: bytes
                )
            }
            throw Failure(failure: failure, mayBeTooLarge: status == 400 || status == 413 || status == 422)
        }
        do {
            return try body.withUnsafeReadableBytes { (bytes) throws(CallFailure) in
                try EmbeddingAnswer(bytes, count: texts.count).vectors
            }
        } catch {
            throw Failure(failure: error)
        }
    }

    private func body(_ texts: [String]) -> ByteBuffer {
        var writer = JSONWriter(reservingCapacity: texts.reduce(128) { $0 + $1.utf8.count + 8 })
        writer.beginObject()
        writer.member("model", configuration.model)
        // An empty text is refused by most servers.
        writer.member("input", texts.map { $0.isEmpty ? " " : $0 })
        writer.member("encoding_format", "float")
        if let dimensions = configuration.dimensions { writer.member("dimensions", dimensions) }
        writer.endObject()
        return ByteBuffer(bytes: writer.bytes)
    }

    /// Vectors of another length cannot be compared with those that are there.
    private func check(_ vectors: [[Float]]) throws(Failure) {
        guard let given = vectors.first?.count else { return }
        if let asked = configuration.dimensions, given != asked {
            let reason = "The embedding model gives \(given) dimensions where \(asked) were asked for."
            throw Failure(failure: CallFailure(.refused, reason))
        }
        let known = length.withLock { length in
            length = length ?? given
            return length
        }
        guard known == given else {
            let reason = "The embedding model gave \(known ?? 0) dimensions before, and gives \(given) now."
            throw Failure(failure: CallFailure(.refused, reason))
        }
    }
}

extension [Float] {
    fileprivate var magnitude: Float { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

extension String {
    /// Two parts of about the same length, cut between words where that is possible.
    fileprivate var halves: (String, String) {
        let middle = unicodeScalars.index(startIndex, offsetBy: unicodeScalars.count / 2)
        let near = unicodeScalars[..<middle].lastIndex { $0.properties.isWhitespace } ?? startIndex
        let isFar = utf8.distance(from: near, to: middle) > utf8.count / 4
        let cut = isFar ? middle : near
        return (String(self[..<cut]), String(self[cut...]))
    }
}
