import HTTPServer
import NIOCore
import Testing

@Suite struct ConnectionIdlenessTests {
    @Test("A client that has said nothing for as long as it may is idle, and no other is")
    func silence() {
        var patient = ConnectionIdleness(timeout: .hours(1))
        var impatient = ConnectionIdleness(timeout: .zero)

        #expect(impatient.next(unread: 0, isClientsTurn: true) == nil)
        #expect(impatient.next(unread: 0, isClientsTurn: false) != nil, "the server is at work")
        guard let rest = patient.next(unread: 0, isClientsTurn: true) else {
            Issue.record("it has an hour")
            return
        }
        #expect(rest > .minutes(50) && rest <= .hours(1), "the next look is when the hour may be over")
    }

    @Test("Who reads, however slowly, is not idle; who does not read is, although the server is at work")
    func reading() {
        var idleness = ConnectionIdleness(timeout: .zero)

        #expect(idleness.next(unread: 900, isClientsTurn: true) != nil)
        #expect(idleness.next(unread: 899, isClientsTurn: true) != nil)
        #expect(idleness.next(unread: 1800, isClientsTurn: false) != nil, "it got more to read")
        #expect(idleness.next(unread: 1800, isClientsTurn: false) == nil)
    }
}
