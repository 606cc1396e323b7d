import CodeInterpreter

/// Finds out once whether interpreters can be had on this machine. Where they cannot, tests of them are skipped, and
/// this says why.
actor InterpreterPresence {
    static let shared = InterpreterPresence()

    private var hasSpoken = false

    func isThere() async -> Bool {
        guard case .unavailable(let reason, let remedy) = await Interpreting().runner.availability() else {
            return true
        }
        if !hasSpoken { print("SKIPPED: the tests of the code interpreter: \(reason); \(remedy)") }
        hasSpoken = true
        return false
    }
}
