#include "vector_scan.h"

void vector_scan_int8(const int8_t *matrix, size_t count, size_t dimensions, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        const int8_t *vector = matrix + row * dimensions;
        int32_t sum = 0;
        for (size_t i = 0; i < dimensions; i++) sum += (int32_t)vector[i] * query[i];
        products[row] = sum;
    }
}
