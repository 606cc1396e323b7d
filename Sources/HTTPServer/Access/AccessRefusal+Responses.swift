import AssistantsAPI
import HTTPTypes
import RunEngine

extension AccessRefusal {
    /// As OpenAI says it; where that names its own site, we name the operator.
    var openAIError: OpenAIError {
        switch self {
        case .keyMissing:
            challenge(
                OpenAIError(
                    .unauthorized,
                    "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                        + "Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from the "
                        + "operator of this server."
                )
            )
        case .keyUnknown(let masked):
            challenge(
                OpenAIError(
                    .unauthorized,
                    "Incorrect API key provided: \(masked). You can obtain an API key from the operator of this server.",
                    code: "invalid_api_key"
                )
            )
        case .roleTooLow(let role, let needed):
            OpenAIError(
                .forbidden,
                "You have insufficient permissions for this operation. This API key has the role '\(role.rawValue)'; "
                    + "the role '\(needed.rawValue)' is needed.",
                code: "insufficient_permissions"
            )
        }
    }

    var facadeError: FacadeError {
        switch self {
        case .keyMissing: .unauthorized("Not authenticated")
        case .keyUnknown: .unauthorized("Invalid API key")
        case .roleTooLow(let role, let needed):
            FacadeError(
                .forbidden,
                "The key has the role '\(role.rawValue)'; the role '\(needed.rawValue)' is needed."
            )
        }
    }

    private func challenge(_ error: OpenAIError) -> OpenAIError {
        var error = error
        error.headers[.wwwAuthenticate] = Self.challenge
        return error
    }

    static let challenge = "Bearer realm=\"assistants-server\""
}
