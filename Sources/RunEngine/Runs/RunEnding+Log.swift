import AssistantsAPI
import Logging
import ModelProviders

extension RunEnding {
    /// A line of the log for a run that has ended.
    func log(_ run: Run, _ modelError: ModelError?) {
        let isFailure = run.state.status == .failed
        let level: Logger.Level = isFailure ? .error : live.isAwaited ? .debug : .info
        guard worker.logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "run": "\(run.id)", "thread": "\(run.threadID)", "status": "\(run.state.status.rawValue)",
        ]
        let elapsed = (ContinuousClock.now - live.beganAt).components
        let hundredths = elapsed.seconds * 100_000 + elapsed.attoseconds / 10_000_000_000_000
        metadata["duration_ms"] = .stringConvertible(Double(hundredths) / 100)
        if let request = live.requestID { metadata["request_id"] = .string(request) }
        if case .failed(_, _, let error, _) = run.state {
            metadata["code"] = "\(error.code.rawValue)"
            if let modelError { metadata["kind"] = "\(modelError.kind)" }
            if worker.configuration.mayLogTexts || modelError?.quotesNoPrompt == true {
                metadata["reason"] = .string(error.message)
            }
        }
        worker.logger.log(level: level, "Run ended", metadata: metadata)
    }
}

extension ModelError {
    /// Whether the backend's words are about it and us, and not about what it was asked, which it may quote.
    fileprivate var quotesNoPrompt: Bool {
        switch kind {
        case .unavailable, .timedOut, .rateLimited, .quotaExceeded, .unauthorized, .modelNotFound: true
        case .contextTooLong, .contentRefused, .refused, .broken, .cancelled: false
        }
    }

    /// The error in the three words that a run has for it.
    var lastErrorCode: Run.LastError.Code {
        switch kind {
        case .rateLimited, .quotaExceeded: .rateLimitExceeded
        case .contextTooLong, .contentRefused: .invalidPrompt
        case .unavailable, .timedOut, .unauthorized, .modelNotFound, .refused, .broken, .cancelled: .serverError
        }
    }
}
