import AssistantsAPI
import Metrics

/// What is counted of runs, for whichever metrics system the process has.
enum RunMetrics {
    /// A run has ended.
    static func ended(_ status: Run.Status, after elapsed: Duration) {
        Counter(label: "assistants_runs_ended", dimensions: [("status", status.rawValue)]).increment()
        Timer(label: "assistants_run_duration").recordNanoseconds(
            elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000
        )
    }
}
