import HTTPTypes
import Hummingbird
import Logging
import RunEngine

/// Every route of the server, and what each request passes on its way there.
package struct APIRouter: Sendable {
    let services: ServerServices
    let options: ServerOptions
    let logger: Logger

    package init(services: ServerServices, options: ServerOptions, logger: Logger) {
        self.services = services
        self.options = options
        self.logger = logger
    }

    /// What answers each request of a connection.
    func envelope() -> RequestEnvelope {
        let repeats = RepeatedRequests(
            services: services,
            chat: ChatRoutes(
                services: services,
                reader: BodyReader(limit: options.maximumBodyBytes),
                prefix: FacadePrefix(options)
            )
        )
        return RequestEnvelope(
            router: router().buildResponder(),
            crossOrigin: CrossOrigin(allowedOrigins: options.allowedOrigins),
            authenticator: KeyAuthenticator(access: services.access, options: options),
            idempotency: IdempotentRequests(
                database: services.database,
                clock: services.clock,
                bodyLimit: options.maximumBodyBytes,
                fileLimits: services.files.limits,
                resume: repeats.answer
            ),
            betaHeader: BetaHeader(isRequired: options.requiresBetaHeader, rootPath: options.rootPath),
            rootPath: options.rootPath,
            liveRuns: services.runs.liveRuns,
            logger: logger
        )
    }

    /// The routes as `GET /path/{parameter}`, for the check that the API's document names them all.
    package var routeNames: [String] {
        let router = Router(context: APIRequestContext.self)
        addRoutes(to: router.group(""))
        return router.routes.map { route in
            let path = route.path.description.split(separator: "/").map { part in
                part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
            }
            return "\(route.method.rawValue) /\(path.joined(separator: "/"))"
        }
    }

    private func router() -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self, options: [.autoGenerateHeadEndpoints])
        addRoutes(to: router.group(""))
        if !options.rootPath.isEmpty { addRoutes(to: router.group(RouterPath(options.rootPath))) }
        MethodNotAllowed.complete(router)
        return router
    }

    private func addRoutes(to group: RouterGroup<APIRequestContext>) {
        SystemRoutes(services: services).add(to: group)
        DocsRoutes(swaggerFolder: options.swaggerFolder).add(to: group)
        let facade = group.group("api/v1")
        let reader = BodyReader(limit: options.maximumBodyBytes)
        let prefix = FacadePrefix(options)
        ChatRoutes(services: services, reader: reader, prefix: prefix).add(to: facade)
        ThreadRoutes(services: services, reader: reader).add(to: facade)
        MessageRoutes(services: services, reader: reader, prefix: prefix).add(to: facade)
        FacadeFileRoutes(files: services.files).add(to: facade)
        RunRoutes(services: services, reader: reader).add(to: facade)
        addOpenAIRoutes(to: group.group("v1"))
    }

    private func addOpenAIRoutes(to group: RouterGroup<APIRequestContext>) {
        let reader = OpenAIBodyReader(
            limit: options.maximumBodyBytes,
            ids: services.ids,
            resources: KnownResources(services)
        )
        OpenAIAssistantRoutes(services: services, reader: reader).add(to: group)
        OpenAIThreadRoutes(services: services, reader: reader).add(to: group)
        ThreadSearchRoutes(search: services.search).add(to: group)
        ThreadForkRoutes(forking: services.forking, reader: reader).add(to: group)
        OpenAIMessageRoutes(services: services, reader: reader).add(to: group)
        OpenAIRunRoutes(services: services, reader: reader).add(to: group)
        OpenAIRunStepRoutes(services: services).add(to: group)
        OpenAIRunEventRoutes(services: services).add(to: group)
        OpenAIFileRoutes(files: services.files).add(to: group)
        OpenAIUploadRoutes(uploads: UploadService(files: services.files), reader: reader).add(to: group)
        addVectorStoreRoutes(to: group, reader: reader)
        ModelRoutes(catalog: services.models).add(to: group)
        PassThroughRoutes(passThrough: services.passThrough, bodyLimit: options.maximumBodyBytes).add(to: group)
    }

    private func addVectorStoreRoutes(to group: RouterGroup<APIRequestContext>, reader: OpenAIBodyReader) {
        let stores = services.vectorStores
        let pacing = PollPacing(longestHold: services.runs.pollHold, clock: services.clock)
        OpenAIVectorStoreRoutes(stores: stores, search: services.storeSearch, reader: reader).add(to: group)
        OpenAIVectorStoreFileRoutes(stores: stores, reader: reader, pacing: pacing).add(to: group)
        OpenAIFileBatchRoutes(stores: stores, reader: reader, pacing: pacing).add(to: group)
    }
}
