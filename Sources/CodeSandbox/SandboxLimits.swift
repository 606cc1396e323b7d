/// What a confined program may use, at most. A program that goes beyond is ended.
package struct SandboxLimits: Sendable {
    /// Address space of each process, in bytes.
    package var addressSpace: Int
    /// Memory of all processes and of the files in the scratch folders together, in bytes; looked at several times a
    /// second.
    package var memory: Int
    /// Processor time of each process over its life, in whole seconds; nil for no limit but that of ``wallTime`` and of
    /// deadlines.
    package var processorTime: Duration?
    /// Time from the start to the end, not counted where the output waits to be read; nil for no limit but the
    /// deadlines that are set on the way (``ConfinedProcess/setDeadline(_:)``).
    package var wallTime: Duration?
    /// Processes and threads at the same time.
    package var processes: Int
    /// Files and folders in the scratch folders together.
    package var scratchFiles: Int
    /// Bytes of output.
    package var outputSize: Int

    package init(
        addressSpace: Int,
        memory: Int,
        processorTime: Duration?,
        wallTime: Duration?,
        processes: Int,
        scratchFiles: Int = 1000,
        outputSize: Int
    ) {
        self.addressSpace = addressSpace
        self.memory = memory
        self.processorTime = processorTime
        self.wallTime = wallTime
        self.processes = processes
        self.scratchFiles = scratchFiles
        self.outputSize = outputSize
    }
}
