/// A file that code finds under `/mnt/data`.
package struct InputFile: Sendable, Equatable {
    /// Of the file's object; a file never changes under its id.
    package let id: String
    /// What it is called under `/mnt/data`, the first one being that of the bytes: the file's id and its own name, made
    /// unique in the thread.
    package let names: [String]
    /// Where its bytes are on the server's disk. Nothing in the sandbox sees it.
    package let path: String
    /// In bytes.
    package let size: Int

    package init(id: String, names: [String], path: String, size: Int) {
        self.id = id
        self.names = names
        self.path = path
        self.size = size
    }
}
