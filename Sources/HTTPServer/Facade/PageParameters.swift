import AssistantsAPI
import Hummingbird

/// The query parameters of a list.
enum PageParameters {
    static let limits = 1...100

    /// Whether a part of the list is asked for, and not all of it.
    static func namePage(_ request: Request) -> Bool {
        let query = request.uri.queryParameters
        return ["limit", "after", "before"].contains { query.get($0) != nil }
    }

    /// The page that is asked for.
    static func read(
        _ request: Request,
        defaultLimit: Int,
        defaultOrder: PageRequest.Order
    ) throws -> PageRequest {
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
        return PageRequest(limit: limit, order: order, after: query.get("after"), before: query.get("before"))
    }
}
