import AssistantsAPI

/// Where the tokens of a run are charged once it has ended. It is kept in memory alone: its limits are those of a minute.
package struct TokenMeter: Sendable {
    private let add: @Sendable (Int) -> Void

    package init(_ add: @escaping @Sendable (Int) -> Void) { self.add = add }

    /// Charges what a run has used.
    package func charge(_ usage: TokenUsage) { if usage.totalTokens > 0 { add(usage.totalTokens) } }
}
