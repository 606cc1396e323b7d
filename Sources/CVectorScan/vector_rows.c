#include "vector_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

size_t vector_scan_half(size_t dimensions) { return (dimensions + group - 1) / group * group_bytes; }

struct vector_scan_rest vector_scan_write(const int8_t *codes, size_t dimensions, float scale, const float *axis,
                                          uint8_t *upper, size_t place, uint8_t *lower) {
    float along = 0, square = 0, whole = 0;
    for (size_t i = 0; i < dimensions; i++) {
        uint8_t code = (uint8_t)codes[i] ^ 0x80;
        int shift = i % 8 < 4 ? 0 : 4;
        upper[i / 8 * line + place * 4 + i % 4] |= (uint8_t)((code >> 4) << shift);
        lower[i / 8 * 4 + i % 4] |= (uint8_t)((code & 15) << shift);
        float rest = (float)(code & 15) - 7.5F;
        along += rest * axis[i];
        square += rest * rest;
        whole += (float)codes[i] * (float)codes[i];
    }
    // A thousandth more of all that is added up, as it is a bound, and numbers are rounded.
    float reach = sqrtf(fmaxf(0, square - along * along)) + (sqrtf(whole) + sqrtf(square)) / 1000;
    return (struct vector_scan_rest){.along = along * scale, .reach = reach * scale};
}

/// What meets the upper halves, eight times each number, comes first, then what meets a lower one.
size_t vector_scan_spread_size(size_t dimensions) {
    return 2 * vector_scan_half(dimensions) * (vector_scan_together + 1);
}

void vector_scan_spread(const int8_t *codes, size_t dimensions, int8_t *spread) {
    size_t half = vector_scan_half(dimensions);
    int8_t *single = spread + 2 * half * vector_scan_together;
    memset(spread, 0, vector_scan_spread_size(dimensions));
    for (size_t start = 0; start < dimensions; start += 4) {
        size_t count = dimensions - start < 4 ? dimensions - start : 4;
        size_t eighth = start / 8;
        size_t is_high = start / 4 % 2;
        // Numbers for the lower bits of two lines, then for their upper bits.
        int8_t *pair = spread + eighth / 2 * 4 * line + is_high * 2 * line + eighth % 2 * line;
        for (size_t row = 0; row < vector_scan_together; row++) memcpy(pair + 4 * row, codes + start, count);
        // The same for each group.
        memcpy(single + start / group * group + is_high * group_bytes + eighth % 8 * 4, codes + start, count);
    }
}

float vector_scan_dot(const float *left, const float *right, size_t dimensions) {
    // Eight sums, as the order of additions is kept otherwise and they could not be done side by side.
    float sums[8] = {0};
    size_t whole = dimensions / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        for (size_t j = 0; j < 8; j++) sums[j] += left[i + j] * right[i + j];
    }
    float sum = 0;
    for (size_t j = 0; j < 8; j++) sum += sums[j];
    for (size_t i = whole; i < dimensions; i++) sum += left[i] * right[i];
    return sum;
}

void *vector_scan_allocate(size_t bytes) {
    const size_t page = (size_t)2 << 20;
    if (bytes < page) return calloc(1, bytes);
    size_t size = (bytes + page - 1) / page * page;
    void *memory = NULL;
    if (posix_memalign(&memory, page, size)) return NULL;
#if defined(__linux__)
    // Advice only; a scan is a quarter slower without.
    madvise(memory, size, MADV_HUGEPAGE);
#endif
    memset(memory, 0, size);
    return memory;
}

void vector_scan_free(void *memory) { free(memory); }
