#pragma once

#include <stddef.h>
#include <stdint.h>

/// The dot product of `query` with each of `count` rows of `matrix`, all of `dimensions` numbers, into `products`. Uses the
/// widest instructions that the processor has.
///
/// The matrix has its numbers plus 128, so that they are unsigned: instructions multiply such by signed ones. The query's
/// are from -63 to 63, as two products must fit 16 bits. There are fewer than 2^16 dimensions.
void vector_scan_products(const uint8_t *matrix, size_t count, size_t dimensions, const int8_t *query,
                          int32_t *products);

/// The sum of what `vector_scan_select` has seen, for the mean and the spread.
struct vector_scan_sums {
    double scores;
    double squares;
};

/// Turns products into scores, `(product - offset) * scale * factor`, and writes those above `threshold`, and the numbers
/// of their rows beginning with `first`. There must be room for `count`. Returns how many they are.
///
/// The offset is 128 times the sum of the query's numbers, which the products have too much.
size_t vector_scan_select(const int32_t *products, const float *scales, size_t count, int32_t offset, float factor,
                          float threshold, uint32_t first, uint32_t *rows, float *scores,
                          struct vector_scan_sums *sums);

/// The dot product of two vectors of `dimensions` numbers.
float vector_scan_dot(const float *left, const float *right, size_t dimensions);

/// Zeroed memory for a matrix, on large pages where there are some; NULL when there is none. `vector_scan_free` gives it back.
void *vector_scan_allocate(size_t bytes);
void vector_scan_free(void *memory);
