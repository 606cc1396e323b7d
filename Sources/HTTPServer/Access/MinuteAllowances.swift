import Synchronization

/// What clients may use of one thing in a minute, with bursts up to the whole minute's share.
///
/// A generic cell rate algorithm: one time for each client says when its allowance will be whole again.
package final class MinuteAllowances: Sendable {
    /// How a client stands.
    package struct Standing: Sendable {
        package let limit: Int
        /// What may still be used at once.
        package let remaining: Int
        /// Until the allowance is whole again.
        package let reset: Duration
        /// Until something may be used again; nil when it may be at once.
        package let wait: Duration?
    }

    private static let minute: Duration = .seconds(60)
    /// Beyond so many clients, those with a nearly whole allowance are forgotten.
    private static let capacity = 20_000

    let limit: Int
    private let cost: Duration
    private let wholeAt = Mutex<[String: ContinuousClock.Instant]>([:])

    package init(limit: Int) {
        self.limit = limit
        cost = Self.minute / limit
    }

    /// Takes one from a client's allowance if it is there; `wait` of what is returned says whether it was not.
    package func take(_ client: String) -> Standing {
        let now = ContinuousClock.now
        return wholeAt.withLock { wholeAt in
            let current = max(wholeAt[client] ?? now, now)
            let next = current + cost
            guard next <= now + Self.minute else {
                return standing(wholeAt: current, at: now, wait: next - now - Self.minute)
            }
            makeRoom(in: &wholeAt, at: now)
            wholeAt[client] = next
            return standing(wholeAt: next, at: now, wait: nil)
        }
    }

    /// Takes what was used already. The allowance may be overdrawn by it.
    package func charge(_ client: String, _ amount: Int) {
        let now = ContinuousClock.now
        wholeAt.withLock { wholeAt in
            makeRoom(in: &wholeAt, at: now)
            wholeAt[client] = max(wholeAt[client] ?? now, now) + cost * amount
        }
    }

    /// How a client stands; `wait` is there when nothing is left.
    package func standing(of client: String) -> Standing {
        let now = ContinuousClock.now
        let current = wholeAt.withLock { max($0[client] ?? now, now) }
        let next = current + cost
        return standing(wholeAt: current, at: now, wait: next > now + Self.minute ? next - now - Self.minute : nil)
    }

    private func standing(
        wholeAt: ContinuousClock.Instant,
        at now: ContinuousClock.Instant,
        wait: Duration?
    ) -> Standing {
        let reset = wholeAt - now
        // A millionth more, as a whole number may come out just below itself.
        let remaining = max(0, Int((Self.minute - reset) / cost + 1e-6))
        return Standing(limit: limit, remaining: remaining, reset: reset, wait: wait)
    }

    private func makeRoom(in wholeAt: inout [String: ContinuousClock.Instant], at now: ContinuousClock.Instant) {
        guard wholeAt.count >= Self.capacity else { return }
        // Forgetting is the kinder fault: a flood of addresses must not cost a search at each request.
        wholeAt = wholeAt.filter { $0.value > now + Self.minute / 2 }
        if wholeAt.count >= Self.capacity { wholeAt.removeAll(keepingCapacity: true) }
    }
}
