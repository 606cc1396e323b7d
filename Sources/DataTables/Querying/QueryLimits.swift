/// What a query may take. Whatever is beyond ends it or cuts its result, and is said.
package struct QueryLimits: Sendable {
    package var time: Duration
    package var rows: Int
    /// Of the values in the result, as text.
    package var bytes: Int

    package init(time: Duration = .seconds(5), rows: Int = 200, bytes: Int = 32_000) {
        self.time = time
        self.rows = rows
        self.bytes = bytes
    }
}
