import AssistantsAPI
import Logging
import Storage

/// What is said in runs, for the log of an operator who allows that (`EngineConfiguration.mayLogTexts`).
struct RunTextLog: Sendable {
    let worker: RunWorker

    /// Characters of a text, at most.
    private static let longest = 1000
    /// The longest word, in characters, that is looked for to be left out whole.
    private static let longestWord = 200

    /// To be called when a run begins: the newest message of a user.
    func question(of begun: RunExecution.Begun) async {
        // A run that goes on has told its question before.
        guard worker.logger.logLevel <= .debug, begun.past.steps.isEmpty else { return }
        guard let content = await newestContent(of: begun) else { return }
        log("A run was asked", content, begun.run)
    }

    /// To be called when a run has ended.
    func answer(_ answer: Message?, of run: Run) {
        guard worker.logger.logLevel <= .debug, let answer else { return }
        log("A run answered", answer.content, run)
    }

    /// Of what came with the run, or else of what its thread had.
    private func newestContent(of begun: RunExecution.Begun) async -> Message.Content? {
        if let message = begun.input.last(where: { $0.role == .user }) { return message.content }
        let thread = begun.run.threadID
        return try? await worker.database.read { db in
            try db.messages.newestUserContents(of: thread, limit: 1, bytes: 1).contents.last?.content
        }
    }

    private func log(_ message: Logger.Message, _ content: Message.Content, _ run: Run) {
        worker.logger.debug(
            message,
            metadata: [
                "run": "\(run.id)", "thread": "\(run.threadID)",
                "text": .string(Self.beginning(of: content.plainText)),
            ]
        )
    }

    /// A text that is not too long, or the beginning of one, cut between two words: part of a key would not be masked.
    private static func beginning(of text: String) -> String {
        let characters = text.unicodeScalars
        guard let limit = characters.index(characters.startIndex, offsetBy: longest, limitedBy: characters.endIndex),
            limit < characters.endIndex
        else { return text }
        let lastWord = characters[characters.index(limit, offsetBy: -longestWord)..<limit]
        let space = lastWord.lastIndex { $0.properties.isWhitespace }
        let end = space.map { characters.index(after: $0) } ?? lastWord.startIndex
        return String(String.UnicodeScalarView(characters[..<end])) + "…"
    }
}
