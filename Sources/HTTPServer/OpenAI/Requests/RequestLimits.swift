/// Bounds of what a request may say, where they are not a type's own. Characters are Unicode scalars.
enum RequestLimits {
    static let idLength = 512
    static let modelLength = 512
    static let nameLength = 256
    static let descriptionLength = 512
    static let instructionsLength = 256_000
    static let functionNameLength = 64
    static let functionDescriptionLength = 1024
    static let textLength = 256_000
    static let tools = 128
    /// Bytes of all tools of an assistant or a run as JSON. No bound is published; models take far less.
    static let toolBytes = 1 << 20
    /// Bytes of the schema of an answer as JSON.
    static let schemaBytes = 256 << 10
    static let codeInterpreterFiles = 20
    static let vectorStores = 1
    /// Messages that come with a thread or a run.
    static let messages = 32
    /// No bound of parts and attachments is published; these are far above any use.
    static let contentParts = 500
    static let attachments = 500
    static let toolOutputs = 512
    static let toolOutputLength = 16 << 20
    /// A data URL holds a whole image.
    static let imageURLLength = 32 << 20
    static let filesOfNewVectorStore = 10_000
    static let filesOfVectorStore = 500
    /// Conditions of a filter, how deep they may be nested, and the values of a list that one compares with. No bounds are
    /// published.
    static let filterConditions = 100
    static let filterDepth = 10
    static let filterValues = 1000
    static let queries = 20
    static let queryLength = 4096
    static let maximumSearchResults = 1...50
    static let temperature = 0.0...2.0
    static let topP = 0.0...1.0
    static let scoreThreshold = 0.0...1.0
    static let tokens = 1...Int.max
    static let lastMessages = 1...Int.max
    static let reasoningEfforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
}
