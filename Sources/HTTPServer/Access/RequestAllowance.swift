import HTTPTypes
import RunEngine

/// How the sender of a request stands with its limits, and where the tokens of its runs are charged.
final class RequestAllowance: Sendable {
    typealias Requests = (client: RateLimitRefusal.Client, standing: MinuteAllowances.Standing)

    /// The tokens of one client.
    struct TokenAccount: Sendable {
        let client: RateLimitRefusal.Client
        let allowances: MinuteAllowances
        let name: String
    }

    /// The tighter one of the address's and the key's.
    private let requests: Requests?
    private let tokens: [TokenAccount]

    init(_ earlier: RequestAllowance? = nil, requests: Requests?, tokens account: TokenAccount?) {
        self.requests = [earlier?.requests, requests].compactMap { $0 }.min { left, right in
            let (leftWait, rightWait) = (left.standing.wait ?? .zero, right.standing.wait ?? .zero)
            // The one that refuses goes first, then the one with less left.
            return leftWait != rightWait
                ? leftWait > rightWait : left.standing.remaining < right.standing.remaining
        }
        tokens = (earlier?.tokens ?? []) + [account].compactMap { $0 }
    }

    /// Throws the refusal of a request that was one too many.
    func check() throws(RateLimitRefusal) {
        guard let requests, requests.standing.wait != nil else { return }
        throw RateLimitRefusal(kind: .requests, client: requests.client, standing: requests.standing)
    }

    /// Throws the refusal of a run when the minute's tokens are used up. Runs at work are not counted: what a run uses
    /// is known, and charged, at its end.
    func checkTokens() throws(RateLimitRefusal) {
        for account in tokens {
            let standing = account.allowances.standing(of: account.name)
            guard standing.wait == nil else {
                throw RateLimitRefusal(kind: .tokens, client: account.client, standing: standing)
            }
        }
    }

    /// Nil when tokens have no limit.
    var tokenMeter: TokenMeter? {
        guard !tokens.isEmpty else { return nil }
        return TokenMeter { [tokens] amount in
            for account in tokens { account.allowances.charge(account.name, amount) }
        }
    }

    /// Tells the client in OpenAI's headers.
    func describe(in headers: inout HTTPFields) {
        if let standing = requests?.standing {
            headers[.rateLimitRequests] = String(standing.limit)
            headers[.rateLimitRemainingRequests] = String(standing.remaining)
            headers[.rateLimitResetRequests] = standing.reset.goText
        }
        let standings = tokens.map { $0.allowances.standing(of: $0.name) }
        if let standing = standings.min(by: { $0.remaining < $1.remaining }) {
            headers[.rateLimitTokens] = String(standing.limit)
            headers[.rateLimitRemainingTokens] = String(standing.remaining)
            headers[.rateLimitResetTokens] = standing.reset.goText
        }
    }
}

extension HTTPField.Name {
    static let rateLimitRequests = HTTPField.Name.constant("x-ratelimit-limit-requests")
    static let rateLimitRemainingRequests = HTTPField.Name.constant("x-ratelimit-remaining-requests")
    static let rateLimitResetRequests = HTTPField.Name.constant("x-ratelimit-reset-requests")
    static let rateLimitTokens = HTTPField.Name.constant("x-ratelimit-limit-tokens")
    static let rateLimitRemainingTokens = HTTPField.Name.constant("x-ratelimit-remaining-tokens")
    static let rateLimitResetTokens = HTTPField.Name.constant("x-ratelimit-reset-tokens")
}
