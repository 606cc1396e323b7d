import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine

/// Spares clients that ask for a run again and again the time between its end and their next question: their question
/// is kept waiting until there is news, and they are told how soon to ask again.
///
/// OpenAI's SDKs name themselves with `X-Stainless-Poll-Helper` when they poll, and obey `openai-poll-after-ms`; without
/// it they sleep 1 s (Python) or 5 s (Node) between two questions. Anyone may ask to be kept waiting with
/// `Prefer: wait=N` (RFC 7240).
struct PollPacing: Sendable {
    /// How long a question is kept waiting at most; zero leaves polling to the clients.
    let longestHold: Duration
    let clock: WallClock

    struct Waiting {
        var hold: Duration
        /// What of the client's preference is followed, for the answer.
        var preferenceApplied: String?
    }

    /// How long this question may be kept waiting.
    func waiting(of request: Request) -> Waiting {
        guard longestHold > .zero else { return Waiting(hold: .zero) }
        if let seconds = preferredSeconds(request) {
            let hold = min(.seconds(seconds), longestHold)
            return Waiting(hold: hold, preferenceApplied: "wait=\(hold.components.seconds)")
        }
        guard request.headers.value(of: .pollHelper) == "true" else { return Waiting(hold: .zero) }
        return Waiting(hold: min(longestHold, patience(of: request)))
    }

    /// Half of what the SDK waits for an answer, as it says in a header of its own.
    private func patience(of request: Request) -> Duration {
        guard let seconds = request.headers.value(of: .readTimeout).flatMap({ Double($0) }), 0...86_400 ~= seconds
        else {
            return longestHold
        }
        return .milliseconds(Int(seconds * 500))
    }

    /// Milliseconds after which to ask again, a plain integer; nil when asking again would tell nothing new.
    ///
    /// A young run is asked for often, since most end soon; an old one seldom.
    func pollAfter(_ run: Run) -> String? { pollAfter(since: run.createdAt, isAtWork: run.state.isAtWork) }

    /// The same of any work that began at a time.
    func pollAfter(since beginning: Timestamp, isAtWork: Bool) -> String? {
        guard longestHold > .zero, isAtWork else { return nil }
        switch clock.now().seconds - beginning.seconds {
        case ..<3: return "20"
        case ..<15: return "100"
        case ..<60: return "250"
        default: return "1000"
        }
    }

    private func preferredSeconds(_ request: Request) -> Int? {
        let preferences = request.headers[values: .prefer].flatMap { $0.split(separator: ",") }
        for preference in preferences {
            let parts = preference.split(separator: "=").map { $0.filter { $0 != " " && $0 != "\"" } }
            if parts.count == 2, parts[0].lowercased() == "wait", let seconds = Int(parts[1]), seconds >= 0 {
                return min(seconds, 600)
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    static let pollAfter = HTTPField.Name.constant("openai-poll-after-ms")
    static let pollHelper = HTTPField.Name.constant("x-stainless-poll-helper")
    static let readTimeout = HTTPField.Name.constant("x-stainless-read-timeout")
    static let prefer = HTTPField.Name.constant("prefer")
    static let preferenceApplied = HTTPField.Name.constant("preference-applied")
}
