import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging
import RunEngine
import Storage

/// Carries out a request with an `Idempotency-Key` once, however often it is sent within a day, restarts included.
///
/// The first change that a request makes is stored together with its key, so what was changed is never changed twice;
/// the answer is stored before it leaves. A repeat gets that answer. Where there is none, because it was a stream or
/// because the process ended in between, the repeat follows the run that the first request started. A first request
/// that was answered with an error of the server (500 and above), or asked to come back later, is as if it had not been.
struct IdempotentRequests: Sendable {
    /// Answers a repeat from the run that the first request started.
    typealias Resume =
        @Sendable (IdempotentRequest.FollowedRun, Request, APIRequestContext) async throws -> Response

    /// How long a repeat waits for the first request.
    private static let patience: Duration = .seconds(60)
    /// Bytes of an answer that is remembered.
    private static let longestAnswer = 32 << 20

    private let database: Database
    private let clock: WallClock
    private let bodyLimit: Int
    private let fileLimits: FileLimits
    private let resume: Resume
    private let inProgress = RequestsInProgress()

    /// - Parameter bodyLimit: bytes of a request's body at most, uploads of files aside.
    init(
        database: Database,
        clock: WallClock,
        bodyLimit: Int,
        fileLimits: FileLimits,
        resume: @escaping Resume
    ) {
        self.database = database
        self.clock = clock
        self.bodyLimit = bodyLimit
        self.fileLimits = fileLimits
        self.resume = resume
    }

    /// Whether a request is to be carried out here. All others cost nothing.
    static func concern(_ request: Request) -> Bool {
        request.method == .post && request.headers[.idempotencyKey] != nil
    }

    /// - Parameters:
    ///   - refuse: makes an answer of an error; it is what the client gets, now and for a repeat.
    ///   - next: carries the request out.
    func answer(
        _ request: Request,
        _ context: APIRequestContext,
        refuse: (any Error) -> Response,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        var request = request
        let slot = RequestsInProgress.Slot(project: context.principal.project, key: try Self.key(of: request))
        let fingerprint = try await RequestFingerprint.make(
            of: &request,
            bodyLimit: bodyLimit,
            fileLimits: fileLimits
        )
        let deadline = ContinuousClock.now + Self.patience
        while true {
            switch inProgress.begin(slot, fingerprint.beforehand) {
            case .begun:
                defer { inProgress.end(slot) }
                let earlier = try await database.read { try $0.idempotency.find(slot.key, in: slot.project) }
                if let earlier, let repeated = try await repeated(earlier, slot, fingerprint, request, context) {
                    return repeated
                }
                return try await carryOut(slot, fingerprint, request, context, refuse: refuse, next: next)
            case .otherRequest: throw IdempotencyRefusal.keyReused
            case .crowded: throw IdempotencyRefusal.stillRunning
            case .running(let end):
                guard await Self.wait(for: end, until: deadline) else { throw IdempotencyRefusal.stillRunning }
            }
        }
    }

    private static func key(of request: Request) throws(IdempotencyRefusal) -> String {
        let values = request.headers[values: .idempotencyKey]
        guard let key = values.first, values.count == 1, (1...IdempotencyRefusal.longestKey).contains(key.count),
            key.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .illegalKey }
        return key
    }

    /// Returns false when the deadline, or the end of this task, came first.
    private static func wait(for end: AsyncStream<Void>, until deadline: ContinuousClock.Instant) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in end {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    // MARK: Repeats

    /// Nil when the earlier request is too long ago.
    private func repeated(
        _ earlier: IdempotencyRecord,
        _ slot: RequestsInProgress.Slot,
        _ fingerprint: RequestFingerprint,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> Response? {
        guard earlier.createdAt.adding(AccessUpkeep.memory) > clock.now() else {
            try await database.write { try $0.idempotency.forget(slot.key, in: slot.project, from: earlier.createdAt) }
            return nil
        }
        guard try await fingerprint.matches(earlier, request) else { throw IdempotencyRefusal.keyReused }
        var response: Response
        if let answer = earlier.answer {
            response = answer.response()
        } else if let run = earlier.run {
            response = try await resume(run, request, context)
        } else {
            throw IdempotencyRefusal.answerLost
        }
        response.headers[.idempotentReplayed] = "true"
        return response
    }

    // MARK: The first request

    private func carryOut(
        _ slot: RequestsInProgress.Slot,
        _ fingerprint: RequestFingerprint,
        _ request: Request,
        _ context: APIRequestContext,
        refuse: (any Error) -> Response,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let idempotent = IdempotentRequest(
            project: slot.project,
            key: slot.key,
            fingerprint: fingerprint.whole,
            owner: context.requestID,
            createdAt: clock.now()
        )
        do {
            let response = try await IdempotentRequest.$current.withValue(idempotent) {
                try await next(request, context)
            }
            return try await remember(response, of: idempotent, context)
        } catch {
            idempotent.close()
            guard !Self.leavesOutcomeOpen(error) else { throw error }
            return try await remember(refuse(error), of: idempotent, context)
        }
    }

    /// Stores the answer, or forgets the request where it is to be carried out again.
    private func remember(
        _ response: Response,
        of idempotent: IdempotentRequest,
        _ context: APIRequestContext
    ) async throws -> Response {
        idempotent.close()
        var response = response
        guard response.isFinal else {
            // A run that was stopped stays stopped.
            if response.status == .conflict, idempotent.followedRun != nil { return response }
            if idempotent.hasChanges { try await database.write { try $0.idempotency.forget(idempotent) } }
            return response
        }
        guard response.isJSON, let body = try await response.collectBody(upTo: Self.longestAnswer),
            let answer = RememberedAnswer(response, body: body)
        else { return response }
        do {
            try await database.write { try $0.idempotency.put(idempotent, answer: answer) }
        } catch let error as StorageError where idempotent.hasChanges {
            // It was carried out, which a repeat will learn.
            context.logger.error(
                "The answer to a request with an Idempotency-Key is not kept: \(error)",
                metadata: ["request_id": .string(context.requestID)]
            )
        }
        return response
    }

    /// Whether the request may have been carried out, or be on its way to an end, in spite of the error.
    private static func leavesOutcomeOpen(_ error: any Error) -> Bool {
        switch error {
        case EngineError.shuttingDown, is StorageError, is CancellationError: true
        case is OpenAIError, is FacadeError, is EngineError, is FileRefusal, is VectorStoreError, is MultipartFault,
            is IdempotencyRefusal, is UnknownCursor, is any HTTPResponseError:
            false
        default: true
        }
    }
}

extension Response {
    /// Whether the same request would be answered the same way once more: it succeeded, or it is at fault itself.
    fileprivate var isFinal: Bool {
        switch status.code {
        case 408, 409, 425, 429: false
        default: status.code < 500
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name.constant("idempotency-key")
    static let idempotentReplayed = HTTPField.Name.constant("idempotent-replayed")
}
