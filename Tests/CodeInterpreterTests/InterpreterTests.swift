import Testing

/// All tests that start interpreters: one after the other, as some of them do what they can to keep the machine busy.
@Suite(.serialized, .enabled { await InterpreterPresence.shared.isThere() }) enum InterpreterTests {}
