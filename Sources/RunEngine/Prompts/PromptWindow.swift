import Storage

/// Decides how much of a thread goes to the model.
///
/// When a thread outgrows the budget, its beginning leaves in blocks of a quarter of the budget. Between two such steps
/// the prompt of a run begins with the whole prompt of the run before it, so the backend's prompt cache keeps hitting.
struct PromptWindow: Sendable {
    /// Tokens that the conversation may have.
    let budget: Int

    /// The place, in tokens from the thread's beginning, from which messages are sent when the thread has
    /// `total` tokens in all. It depends on nothing else, so a restart does not move it.
    func floor(total: Int) -> Int {
        let budget = max(budget, 1)
        guard total > budget else { return 0 }
        let block = max(budget / 4, 1)
        return (total - budget + block - 1) / block * block
    }
}
