import HTTPTypes
import Hummingbird
import Synchronization

/// Bounds the requests that one client address may send in a minute, with bursts up to the whole minute's share.
///
/// A generic cell rate algorithm: one time for each address says when its allowance will be whole again.
struct RequestRateLimit: Sendable {
    private let limit: Int
    private let address: ClientAddress
    private let allowances = Allowances()

    /// Nil when there is no limit.
    init?(options: ServerOptions) {
        guard let limit = options.requestsPerMinute else { return nil }
        self.limit = limit
        address = ClientAddress(trustsProxy: options.trustsProxy)
    }

    /// Takes the request from its client's allowance, or throws the refusal.
    func check(_ request: Request, _ context: APIRequestContext) throws {
        guard let wait = allowances.take(address.of(request, context), perMinute: limit) else { return }
        let seconds = Int(wait.components.seconds) + 1
        throw FacadeError(
            .tooManyRequests,
            "More than \(limit) requests in a minute. Please try again in \(seconds) s.",
            retryAfter: seconds
        )
    }
}

/// When each client's allowance will be whole again.
private final class Allowances: Sendable {
    /// Beyond so many clients, those with a whole allowance are forgotten.
    private static let capacity = 20_000

    private let wholeAt = Mutex<[String: ContinuousClock.Instant]>([:])

    /// Takes one request from a client's allowance, or tells how long it must wait.
    func take(_ client: String, perMinute limit: Int) -> Duration? {
        let now = ContinuousClock.now
        let cost = Duration.seconds(60) / limit
        return wholeAt.withLock { wholeAt in
            let next = max(wholeAt[client] ?? now, now) + cost
            if next > now + .seconds(60) { return next - now - .seconds(60) }
            if wholeAt.count >= Self.capacity {
                // Forgetting is the kinder fault: a flood of addresses must not cost a search at each request.
                wholeAt = wholeAt.filter { $0.value > now + .seconds(30) }
                if wholeAt.count >= Self.capacity { wholeAt.removeAll(keepingCapacity: true) }
            }
            wholeAt[client] = next
            return nil
        }
    }
}
