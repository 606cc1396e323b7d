import AssistantsAPI
import HTTPTypes
import Hummingbird
import ModelProviders
import RunEngine

/// A refusal in the shape of FastAPI: `{"detail": "…"}`, or for a bad request `{"detail": [{"loc", "msg", "type"}]}`.
struct FacadeError: Error {
    /// One fault of a request.
    struct Fault: Sendable {
        enum Step: Sendable, Equatable {
            case name(String)
            case index(Int)
        }

        /// Where the fault is: `body`, `query` or `path`, then the members that lead there.
        var location: [Step]
        var message: String
        /// The kind of fault, in pydantic's words.
        var type: String
    }

    private enum Detail: Sendable {
        case text(String)
        case faults([Fault])
    }

    let status: HTTPResponse.Status
    private let detail: Detail
    private var headers: HTTPFields = [:]

    /// - Parameter retryAfter: seconds after which the caller may try again.
    init(_ status: HTTPResponse.Status, _ text: String, retryAfter: Int? = nil) {
        self.status = status
        detail = .text(text)
        if let retryAfter { headers[.retryAfter] = String(max(1, retryAfter)) }
    }

    static func invalid(_ faults: [Fault]) -> FacadeError { FacadeError(faults: faults) }

    static func unauthorized(_ text: String) -> FacadeError {
        var error = FacadeError(.unauthorized, text)
        error.headers[.wwwAuthenticate] = AccessRefusal.challenge
        return error
    }

    static func methodNotAllowed(allow: String) -> FacadeError {
        var error = FacadeError(.methodNotAllowed, "Method Not Allowed")
        error.headers[.allow] = allow
        return error
    }

    private init(faults: [Fault]) {
        status = .unprocessableContent
        detail = .faults(faults)
    }

    func response() -> Response {
        JSONResponse.make(status: status, headers: headers) { writer in
            writer.beginObject()
            writeDetail(to: &writer)
            writer.endObject()
        }
    }

    /// The member `detail`.
    func writeDetail(to writer: inout JSONWriter) {
        switch detail {
        case .text(let text): writer.member("detail", text)
        case .faults(let faults):
            writer.key("detail")
            writer.beginArray()
            for fault in faults { writer.value(fault) }
            writer.endArray()
        }
    }
}

extension FacadeError.Fault: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("loc")
        writer.beginArray()
        for step in location {
            switch step {
            case .name(let name): writer.value(name)
            case .index(let index): writer.value(index)
            }
        }
        writer.endArray()
        writer.member("msg", message)
        writer.member("type", type)
        writer.endObject()
    }
}

extension FacadeError {
    init(_ error: EngineError) {
        switch error {
        case .threadNotFound, .runNotFound, .assistantNotFound, .messageNotFound, .runStepNotFound, .threadDeleted:
            self.init(.notFound, error.message)
        case .runNotCancellable, .threadLocked, .runActive, .runTakesNoOutputs, .wrongToolOutputs, .nothingToRun,
            .toolsForbidden:
            self.init(.badRequest, error.message)
        case .tooManyRuns, .tooMuchData: self.init(.tooManyRequests, error.message, retryAfter: 5)
        case .shuttingDown: self.init(.serviceUnavailable, error.message, retryAfter: 5)
        }
    }

    /// Why a run gave no answer, for someone who waited for one.
    init(_ outcome: RunOutcome) {
        if let error = outcome.modelError {
            self.init(error)
            return
        }
        switch outcome.run.state.status {
        case .cancelled: self.init(.conflict, "The run was cancelled.")
        case .expired: self.init(.gatewayTimeout, "The run took longer than the server allows and has expired.")
        default: self.init(.badGateway, "The run gave no answer.")
        }
    }

    private init(_ error: ModelError) {
        switch error.kind {
        case .unavailable, .rateLimited:
            self.init(.serviceUnavailable, error.message, retryAfter: error.retryAfter)
        case .timedOut: self.init(.gatewayTimeout, error.message, retryAfter: error.retryAfter)
        case .quotaExceeded, .unauthorized, .modelNotFound, .contextTooLong, .contentRefused, .refused, .broken,
            .cancelled:
            self.init(.badGateway, error.message, retryAfter: error.retryAfter)
        }
    }
}
