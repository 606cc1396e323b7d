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

    /// Answers like `answer(to:about:)`, and before that what the measures' views say, which have periods, groups of viewers,
    /// shares and the measures of proof of play. What is asked for and computed by neither is said.
    ///
    /// - Parameters:
    ///   - measured: Nil when there are no views, or the question names no measure.
    ///   - names: Names of fields and tables that a user has added.
    package static func answer(
        to question: String,
        measured: MeasureAnswer.Result?,
        about data: SignageData,
        names: FieldNames
    ) -> String {
        if let whole = wholeAnswer(measured) { return whole }
        return names.applied {
            let answer = Self.answer(to: question, about: data)
            switch measured {
            case .answer(let measured): return measured.text + "\n\n" + answer
            case .refusal(let text): return text + "\n\n" + answer
            case .unclear(_, let notice?), .other(let notice?): return notice + "\n\n" + answer
            case .unclear, .other, nil: return answer
            }
        }
    }

    /// The answer, when the measures' views say all of it; nil when the other answers have something to add.
    package static func wholeAnswer(_ measured: MeasureAnswer.Result?) -> String? {
        guard case .answer(let answer) = measured, answer.isWhole else { return nil }
        return answer.text + "\n\n---\n\n" + Guide(language: answer.language).disclosure
    }

    /// Describes the data for the prompt of a language model: fields, and exact figures computed from all rows.
    ///
    /// - Returns: At most 6,000 characters, with every list that is cut saying how much more there is; nil when there
    ///   are no data.
    package static func profile(of data: SignageData) -> String? {
        data.isEmpty ? nil : DataProfile(of: SignageAnalysis(of: data)).text
    }
}
