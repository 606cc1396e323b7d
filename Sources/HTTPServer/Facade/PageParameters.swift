import AssistantsAPI
import Hummingbird

/// The query parameters of a list.
struct PageParameters {
    static let limits = 1...100

    /// The page that is asked for; nil when no `limit` is given, where that means the whole list.
    static func read(
        _ request: Request,
        defaultLimit: Int?,
        defaultOrder: PageRequest.Order
    ) throws -> PageRequest? {
        let query = request.uri.queryParameters
        var faults: [FacadeError.Fault] = []
        func report(_ name: String, _ message: String, _ type: String) {
            faults.append(.init(location: [.name("query"), .name(name)], message: message, type: type))
        }
        var limit = defaultLimit
        if let text = query.get("limit") {
            switch Int(text) {
            case nil: report("limit", "Input should be a valid integer", "int_parsing")
            case .some(let value) where value < limits.lowerBound:
                report("limit", "Input should be greater than or equal to 1", "greater_than_equal")
            case .some(let value) where value > limits.upperBound:
                report("limit", "Input should be less than or equal to 100", "less_than_equal")
            case .some(let value): limit = value
            }
        }
        var order = defaultOrder
        if let text = query.get("order") {
            if let value = PageRequest.Order(rawValue: text) {
                order = value
            } else {
                report("order", "Input should be 'asc' or 'desc'", "literal_error")
            }
        }
        if !faults.isEmpty { throw FacadeError.invalid(faults) }
        let (after, before) = (query.get("after"), query.get("before"))
        let isPage = limit != nil || after != nil || before != nil || query.get("order") != nil
        guard isPage else { return nil }
        return PageRequest(limit: limit ?? limits.upperBound, order: order, after: after, before: before)
    }
}
