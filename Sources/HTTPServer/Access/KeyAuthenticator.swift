import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine

/// Finds out who sends a request and whether it may go on, by its key and by the limits.
struct KeyAuthenticator: Sendable {
    let access: AccessControl
    let facadeAsksForKey: Bool
    let limits: RateLimits?
    let address: ClientAddress

    init(access: AccessControl, options: ServerOptions) {
        self.access = access
        facadeAsksForKey = options.facadeAsksForKey
        limits = RateLimits(addresses: options.addressLimits, keys: options.keyLimits)
        address = ClientAddress(trustsProxy: options.trustsProxy)
    }

    /// Decides from memory, which it nearly always can, and puts what is known into `context`. Returns false when the
    /// store must be asked: then `finish` goes on.
    ///
    /// Throws `AccessRefusal` or `RateLimitRefusal`; `context` then tells of the limits, too.
    func begin(_ request: Request, _ context: inout APIRequestContext) throws -> Bool {
        if let limits {
            context.allowance = limits.take(address: address.of(request, context))
            try context.allowance?.check()
        }
        let authorization = request.headers.value(of: .authorization)
        if access.isOpen(to: authorization) { return true }
        guard let needed = neededRole(context.surface) else { return true }
        guard let principal = try access.rememberedPrincipal(for: Credential(authorization: authorization)) else {
            return false
        }
        try accept(principal, as: needed, &context)
        return true
    }

    /// Asks the store for what `begin` could not find. Throws what that throws, and `StorageError`.
    func finish(_ request: Request, _ context: inout APIRequestContext) async throws {
        guard let needed = neededRole(context.surface) else { return }
        let credential = Credential(authorization: request.headers[.authorization])
        try accept(try await access.principal(for: credential), as: needed, &context)
    }

    /// Nil where no key is asked for.
    private func neededRole(_ surface: RequestSurface) -> AccessRole? {
        switch surface {
        case .open: nil
        case .facade: facadeAsksForKey ? .facade : nil
        case .openAI, .unknown: .user
        }
    }

    private func accept(_ principal: Principal, as needed: AccessRole, _ context: inout APIRequestContext) throws {
        context.principal = principal
        if let limits, let allowance = context.allowance, let key = principal.keyID {
            context.allowance = limits.take(key: key, after: allowance)
            try context.allowance?.check()
        }
        guard principal.role.includes(needed) else { throw AccessRefusal.roleTooLow(principal.role, needed: needed) }
    }
}
