/// A file in a session's sandbox, as code there tells of it: nothing about it can be relied on but that its name is
/// short and stays within the sandbox.
package struct ProducedFile: Sendable, Equatable {
    /// For people: relative to `/mnt/data`, or a figure's own name.
    package let name: String
    /// In the sandbox, absolute; to be handed to ``CodeRunner/read(_:of:limit:consume:)``.
    package let path: String
    /// In bytes, when it was told of.
    package let size: Int
    /// With the end of this life the file is gone.
    package let life: SessionLife

    package init(name: String, path: String, size: Int, life: SessionLife) {
        self.name = name
        self.path = path
        self.size = size
        self.life = life
    }
}

/// One interpreter of a session, from its start to its end.
package struct SessionLife: Hashable, Sendable {
    package let id: String

    package init(id: String) { self.id = id }
}
