import Foundation

/// What reading one document may take, and how many are read at once.
package struct ExtractionLimits: Sendable {
    /// Of processor time, and of waiting for the reader to go on.
    package var time: Duration
    /// Of the reader, in bytes.
    package var memory: Int
    /// Documents that are read in children at the same time; plain text is not read in one.
    package var concurrency: Int

    package static let standard = ExtractionLimits(
        time: .seconds(120),
        memory: 1 << 30,
        concurrency: min(4, max(1, ProcessInfo.processInfo.activeProcessorCount))
    )

    package init(time: Duration, memory: Int, concurrency: Int) {
        self.time = time
        self.memory = memory
        self.concurrency = concurrency
    }
}
