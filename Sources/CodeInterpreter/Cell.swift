/// Code to be run in one go.
package struct Cell: Sendable {
    /// Python, as the model wrote it.
    package var source: String
    /// After this time the cell is interrupted, and soon after that its session is ended.
    package var timeLimit: Duration

    package init(source: String, timeLimit: Duration) {
        self.source = source
        self.timeLimit = timeLimit
    }
}
