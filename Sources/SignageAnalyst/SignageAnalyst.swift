import AssistantsAPI

/// Answers questions about signage data by computing, without a language model.
///
/// The same data and question always give the same answer: there is no clock, no randomness and no network. Time is
/// linear in the size of the data; memory beside the data holds one tally for each ad, device, place and hour, and
/// the ids of the events.
package struct SignageAnalyst {
    /// Answers the last message of a user, in Markdown and in the message's language.
    ///
    /// - Parameters:
    ///   - question: The message as it was sent; data in it are passed over. With Hangul in it the answer is Korean,
    ///     else English.
    ///   - data: The data of the whole thread.
    package static func answer(to question: String, about data: SignageData) -> String {
        let question = Question(question)
        let guide = Guide(language: question.language)
        if data.isEmpty { return guide.request + "\n\n---\n\n" + guide.disclosure }
        let whole = SignageAnalysis(of: data)
        let focus = Focus(in: question, of: whole)
        let analysis = focus.filter.isAll ? whole : whole.restricted(to: focus.filter)
        let context = AnswerContext(question: question, analysis: analysis, whole: whole)
        let body = AnswerBody(context: context, focus: focus)
        return (body.parts + ["---", guide.disclosure]).joined(separator: "\n\n")
    }

    /// Answers like `answer(to:about:)`, and before that from the measures' views where the question names measures that they
    /// compute exactly: with periods, groups of viewers, shares and the measures of proof of play, which the other answers do
    /// not have. What is asked for and computed by neither is said.
    ///
    /// - Parameter names: Names of fields and tables that a user has added.
    package static func answer(
        to question: String,
        about data: SignageData,
        names: FieldNames
    ) -> String {
        FieldNames.$added.withValue(names) {
            let answer = { Self.answer(to: question, about: data) }
            guard !data.isEmpty, MeasureAnswer.mayAnswer(question) else { return answer() }
            // Without room for the tables there are still the answers that need none.
            let result = try? MeasureTables.with(data) { try MeasureAnswer.answer(question, over: $0) }
            switch result {
            case .answer(let text, let isWhole):
                let guide = Guide(language: Language(of: text))
                return text + "\n\n" + (isWhole ? "---\n\n" + guide.disclosure : answer())
            case .refusal(let text): return text + "\n\n" + answer()
            case .unclear, .other, nil: return answer()
            }
        }
    }

    /// Describes the data for the prompt of a language model: fields, and exact figures computed from all rows.
    ///
    /// - Returns: At most 6,000 characters, with every list that is cut saying how much more there is; nil when there
    ///   are no data.
    package static func profile(of data: SignageData) -> String? {
        data.isEmpty ? nil : DataProfile(of: SignageAnalysis(of: data)).text
    }
}
