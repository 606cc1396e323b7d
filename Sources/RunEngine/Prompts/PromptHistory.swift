import AssistantsAPI
import Storage

/// The part of a thread that goes to the model, as JSON that is ready to be sent: `{"role":…,"content":…}` objects
/// joined by commas. A conversation grows by appending; what was encoded once is never encoded again.
struct PromptHistory: Sendable {
    private(set) var json: [UInt8] = []
    /// The newest message in it whose place is known.
    private(set) var lastSequence = 0
    /// Where it begins, in tokens of the thread.
    let tokenFloor: Int
    /// The value of the thread's edit counter that it is good for.
    let edits: Int

    init(tokenFloor: Int, edits: Int) {
        self.tokenFloor = tokenFloor
        self.edits = edits
    }

    /// Appends a message; without `sequence` one whose place in the thread is not known yet.
    mutating func append(role: Message.Role, content: Message.Content, sequence: Int? = nil) {
        if !json.isEmpty { json.append(UInt8(ascii: ",")) }
        json.append(
            contentsOf: (role == .user ? #"{"role":"user","content":""# : #"{"role":"assistant","content":""#).utf8
        )
        if let escaped = content.escapedText {
            json.append(contentsOf: escaped)
        } else {
            var writer = JSONWriter()
            writer.value(content.plainText)
            json.append(contentsOf: writer.bytes.dropFirst().dropLast())
        }
        json.append(contentsOf: #""}"#.utf8)
        if let sequence { lastSequence = sequence }
    }
}
