#include "api_documents.h"

// Swift's own way of embedding, an array of half a million literals, takes minutes to compile; this takes none.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t description[] = {
#embed "../APIDocuments/Resources/openapi.json"
};

static const uint8_t page[] = {
#embed "../APIDocuments/Resources/docs.html"
};

api_document api_document_description(void) { return (api_document){description, sizeof(description)}; }

api_document api_document_page(void) { return (api_document){page, sizeof(page)}; }
