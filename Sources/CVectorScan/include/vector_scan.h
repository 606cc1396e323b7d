#pragma once

#include <stddef.h>
#include <stdint.h>

/// The dot product of `query` with each of `count` rows of `matrix`, all of `dimensions` numbers, into `products`.
void vector_scan_int8(const int8_t *matrix, size_t count, size_t dimensions, const int8_t *query, int32_t *products);
