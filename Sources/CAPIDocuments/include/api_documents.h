#pragma once

#include <stddef.h>
#include <stdint.h>

/// A text that is part of the program.
typedef struct {
    const uint8_t *bytes;
    size_t size;
} api_document;

/// The API's description, OpenAPI 3.1.
api_document api_document_description(void);

/// The page that shows it.
api_document api_document_page(void);
