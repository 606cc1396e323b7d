/// What may be used in a minute; nil means unlimited.
package struct MinuteLimits: Sendable, Equatable {
    package var requests: Int?
    /// Of prompts and answers together.
    package var tokens: Int?

    package init(requests: Int? = nil, tokens: Int? = nil) {
        self.requests = requests
        self.tokens = tokens
    }

    fileprivate var areSet: Bool { requests != nil || tokens != nil }
}

/// Bounds the requests and the tokens of each client address and of each key.
struct RateLimits: Sendable {
    private struct Allowances: Sendable {
        let requests: MinuteAllowances?
        let tokens: MinuteAllowances?

        init(_ limits: MinuteLimits) {
            requests = limits.requests.map(MinuteAllowances.init)
            tokens = limits.tokens.map(MinuteAllowances.init)
        }
    }

    private let ofAddresses: Allowances
    private let ofKeys: Allowances

    /// Nil when there are no limits.
    init?(addresses: MinuteLimits, keys: MinuteLimits) {
        guard addresses.areSet || keys.areSet else { return nil }
        ofAddresses = Allowances(addresses)
        ofKeys = Allowances(keys)
    }

    /// Takes a request from an address's allowance. What is returned tells how it stands, refused or not.
    func take(address: String) -> RequestAllowance {
        RequestAllowance(
            requests: ofAddresses.requests.map { (.address, $0.take(address)) },
            tokens: ofAddresses.tokens.map { .init(client: .address, allowances: $0, name: address) }
        )
    }

    /// Takes the request from its key's allowance, too.
    func take(key: String, after allowance: RequestAllowance) -> RequestAllowance {
        RequestAllowance(
            allowance,
            requests: ofKeys.requests.map { (.key, $0.take(key)) },
            tokens: ofKeys.tokens.map { .init(client: .key, allowances: $0, name: key) }
        )
    }
}
