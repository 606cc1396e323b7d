/// Image files of a conversation, as the model is shown them.
struct ShownImages: Sendable {
    enum Image: Sendable, Equatable {
        /// A data URL.
        case shown(url: String)
        /// Why the model does not see it, in words for the model.
        case leftOut(String)
    }

    private var images: [String: Image] = [:]

    /// What an image that nobody looked for is.
    private static let missing = Image.leftOut("the file does not exist any more")

    subscript(id: String) -> Image {
        get { images[id] ?? Self.missing }
        set { images[id] = newValue }
    }
}
