import AssistantsAPI

/// How what vector stores are made of is read.
extension RequestValue {
    func fileIDs(maximum: Int) throws -> [Identifier<File>] {
        try texts(maximum: maximum, length: RequestLimits.idLength).map { Identifier($0) }
    }

    func chunkingStrategy() throws -> ChunkingStrategy {
        let members = try members(["type", "static"])
        guard try members.required("type").choice(of: ["auto", "static"]) == "static" else { return .default }
        let limits = try members.required("static").members(["max_chunk_size_tokens", "chunk_overlap_tokens"])
        let size = try limits.required("max_chunk_size_tokens").integer(in: ChunkingStrategy.allowedTokens)
        let overlap = try limits.required("chunk_overlap_tokens")
        let overlapTokens = try overlap.integer(in: 0...Int.max)
        guard overlapTokens <= size / 2 else {
            let text = """
                Invalid '\(overlap.path)': chunk_overlap_tokens must be less than or equal to half of \
                max_chunk_size_tokens.
                """
            throw OpenAIError.invalidValue(text, overlap.path)
        }
        return ChunkingStrategy(maximumTokens: size, overlapTokens: overlapTokens)
    }

    func expiration() throws -> VectorStore.Expiration {
        let members = try members(["anchor", "days"])
        _ = try members.required("anchor").choice(of: ["last_active_at"])
        let days = try members.required("days").integer(in: VectorStore.Expiration.allowedDays)
        return VectorStore.Expiration(days: days)
    }

    /// Attributes; those whose value is null count as absent.
    func attributes() throws -> Attributes {
        guard let object = json.objectValue else { throw wrongType("an object") }
        guard object.count <= Attributes.maximumPairs else {
            throw OpenAIError.tooManyProperties(path, maximum: Attributes.maximumPairs, got: object.count)
        }
        var pairs: [Attributes.Pair] = []
        for member in object.members where !member.value.isNull {
            let length = member.key.unicodeScalars.count
            guard length <= Attributes.maximumKeyLength else {
                throw OpenAIError.keyTooLong(path, maximum: Attributes.maximumKeyLength, got: length)
            }
            let value = RequestValue(member.value, at: "\(path).\(member.key)")
            pairs.removeAll { $0.key == member.key }
            pairs.append(Attributes.Pair(member.key, try value.attributeValue()))
        }
        return Attributes(pairs)
    }

    private func attributeValue() throws -> AttributeValue {
        if json.stringValue != nil { return .string(try text(maximum: Attributes.maximumValueLength)) }
        guard let value = AttributeValue(json) else { throw wrongType("one of a string, a decimal or a boolean") }
        return value
    }

    // MARK: Searching

    func attributeFilter() throws -> AttributeFilter {
        var budget = RequestLimits.filterConditions
        return try filter(depth: 0, &budget)
    }

    private static let comparisons = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]

    private func filter(depth: Int, _ budget: inout Int) throws -> AttributeFilter {
        budget -= 1
        guard depth < RequestLimits.filterDepth, budget >= 0 else {
            throw OpenAIError.invalidValue("Invalid '\(path)': the filter has too many conditions.", path)
        }
        let members = try members(["type", "filters", "key", "value"])
        let type = try members.required("type").choice(of: Self.comparisons + ["and", "or"])
        guard type == "and" || type == "or" else { return .comparison(try comparison(type, members)) }
        let filters = try members.required("filters").elements(maximum: RequestLimits.filterConditions)
        let read = try filters.map { try $0.filter(depth: depth + 1, &budget) }
        return type == "and" ? .and(read) : .or(read)
    }

    private func comparison(_ type: String, _ members: RequestMembers) throws -> AttributeFilter.Comparison {
        let key = try members.required("key").text(maximum: RequestLimits.textLength)
        let value = try members.required("value")
        let test: AttributeFilter.Test =
            switch type {
            case "ne": .notEqual(try value.comparedValue())
            case "gt": .greater(try value.comparedValue())
            case "gte": .greaterOrEqual(try value.comparedValue())
            case "lt": .less(try value.comparedValue())
            case "lte": .lessOrEqual(try value.comparedValue())
            case "in": .anyOf(try value.comparedValues())
            case "nin": .noneOf(try value.comparedValues())
            default: .equal(try value.comparedValue())
            }
        return AttributeFilter.Comparison(key: key, test: test)
    }

    private func comparedValue() throws -> AttributeValue {
        guard let value = AttributeValue(json) else { throw wrongType("one of a string, a decimal or a boolean") }
        return value
    }

    private func comparedValues() throws -> [AttributeValue] {
        try elements(maximum: RequestLimits.filterValues).map { try $0.comparedValue() }
    }

    /// `ranking_options` of a search or of the tool.
    ///
    /// - Parameter rankers: the names that may be given.
    func rankingOptions(rankers: [String]) throws -> RankingOptions {
        let members = try members(["ranker", "score_threshold", "hybrid_search"])
        return RankingOptions(
            ranker: try members["ranker"]?.choice(of: rankers) ?? "auto",
            scoreThreshold: try members["score_threshold"]?.decimal(in: RequestLimits.scoreThreshold) ?? 0,
            weights: try members["hybrid_search"]?.hybridWeights()
        )
    }

    func hybridWeights() throws -> HybridWeights {
        let members = try members(["embedding_weight", "text_weight"])
        let range = 0...Double(Float.greatestFiniteMagnitude)
        let weights = HybridWeights(
            embedding: try members.required("embedding_weight").decimal(in: range),
            text: try members.required("text_weight").decimal(in: range)
        )
        guard weights.embedding + weights.text > 0 else {
            throw OpenAIError.invalidValue("Invalid '\(path)': one of the weights must be greater than 0.", path)
        }
        return weights
    }
}
