import AssistantsAPI
import Storage
import Testing

@Suite struct MergedOrderTests {
    /// Rows as (place, time, rank), additions as (place, time, rank).
    private func order(
        _ rows: [(Int, Int, Int?)],
        _ additions: [(Int, Int, Int)]
    ) -> (lastKept: Int?, tail: [MergedOrder.Item]) {
        let order = MergedOrder(
            rows.map { MergedOrder.Row(sequence: $0.0, createdAt: Timestamp(seconds: $0.1), rank: $0.2) },
            adding: additions.map {
                MergedOrder.Addition(staged: $0.0, createdAt: Timestamp(seconds: $0.1), rank: $0.2)
            }
        )
        return (order.lastKept, order.tail)
    }

    @Test("Newer objects follow what is there")
    func appended() {
        let (lastKept, tail) = order([(1, 10, nil), (2, 20, nil)], [(7, 20, -1), (8, 30, -2)])
        #expect(lastKept == 2)
        #expect(tail == [.addition(7), .addition(8)])
    }

    @Test("An older object takes its place, and what follows moves")
    func inserted() {
        let (lastKept, tail) = order([(1, 10, nil), (2, 20, nil), (3, 30, nil)], [(7, 15, 0), (8, 40, 0)])
        #expect(lastKept == 1)
        #expect(tail == [.addition(7), .row(2), .row(3), .addition(8)])
    }

    @Test("Of the same second, the dump's order counts for what is in it")
    func ties() {
        let (lastKept, tail) = order([(1, 10, -1), (2, 10, -5)], [(7, 10, -3)])
        #expect(lastKept == nil)
        #expect(tail == [.addition(7), .row(1), .row(2)])
    }
}
