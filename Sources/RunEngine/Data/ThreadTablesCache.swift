import AssistantsAPI

/// What is known of the data of threads, and the tables that were made of it: the threads that were asked for last, and of
/// their tables so many as there is room for.
struct ThreadTablesCache {
    /// What tables were made of.
    struct Key: Equatable {
        var data: [Int]
        var files: [String]
    }

    private struct Entry {
        var state: ThreadDataState
        var tables: (key: Key, file: TableFile)?
        var lastUse: Int
    }

    private var entries: [Identifier<AssistantThread>: Entry] = [:]
    /// Of all tables, kept along, since every question of a thread passes here.
    private var made = (count: 0, bytes: 0)
    private var uses = 0
    private let files: Int
    private let bytes: Int

    /// Threads that are remembered, with tables or without.
    private static let threads = 8192

    init(files: Int, bytes: Int) {
        self.files = files
        self.bytes = bytes
    }

    func state(of thread: Identifier<AssistantThread>) -> ThreadDataState {
        entries[thread]?.state ?? ThreadDataState()
    }

    /// The tables of a thread, be they of its data of today or not.
    func file(of thread: Identifier<AssistantThread>) -> TableFile? { entries[thread]?.tables?.file }

    /// The tables of a thread if they were made of this; notes the use and what is known now.
    mutating func file(of thread: Identifier<AssistantThread>, key: Key, state: ThreadDataState) -> TableFile? {
        guard let tables = entries[thread]?.tables, tables.key == key else { return nil }
        put(state, tables, of: thread)
        return tables.file
    }

    mutating func put(
        _ state: ThreadDataState,
        _ tables: (key: Key, file: TableFile)?,
        of thread: Identifier<AssistantThread>
    ) {
        uses += 1
        set(Entry(state: state, tables: tables, lastUse: uses), of: thread)
        makeRoom()
    }

    mutating func remove(_ thread: Identifier<AssistantThread>) { set(nil, of: thread) }

    private mutating func set(_ entry: Entry?, of thread: Identifier<AssistantThread>) {
        if let gone = entries[thread]?.tables { made = (made.count - 1, made.bytes - gone.file.size) }
        if let new = entry?.tables { made = (made.count + 1, made.bytes + new.file.size) }
        entries[thread] = entry
    }

    private mutating func makeRoom() {
        if entries.count > Self.threads {
            // Half of them at once, so that it is seldom.
            for (thread, _) in byUse.prefix(Self.threads / 2) { set(nil, of: thread) }
        }
        guard isFull else { return }
        // The newest stays, be it too large alone: somebody is about to use it.
        for (thread, entry) in byUse.dropLast() where entry.tables != nil {
            set(Entry(state: entry.state, lastUse: entry.lastUse), of: thread)
            if !isFull { break }
        }
    }

    private var isFull: Bool { made.count > files || made.bytes > bytes }

    private var byUse: [(key: Identifier<AssistantThread>, value: Entry)] {
        entries.sorted { $0.value.lastUse < $1.value.lastUse }
    }
}
