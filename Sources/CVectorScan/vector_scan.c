#include "vector_scan.h"

#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// The plain loop, which the compiler makes vector instructions of: those of the function that it becomes a part of.
static inline __attribute__((always_inline)) void scan(const int8_t *matrix, size_t count, size_t dimensions,
                                                       const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        const int8_t *vector = matrix + row * dimensions;
        int32_t sum = 0;
        for (size_t i = 0; i < dimensions; i++) sum += (int32_t)vector[i] * query[i];
        products[row] = sum;
    }
}

typedef void scan_function(const int8_t *, size_t, size_t, const int8_t *, int32_t *);

static void scan_baseline(const int8_t *matrix, size_t count, size_t dimensions, const int8_t *query,
                          int32_t *products) {
    scan(matrix, count, dimensions, query, products);
}

#if defined(__x86_64__)

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static void scan_avx512(
    const int8_t *matrix, size_t count, size_t dimensions, const int8_t *query, int32_t *products) {
    scan(matrix, count, dimensions, query, products);
}

/// Adds the products of 32 numbers to eight sums. The instruction multiplies unsigned by signed numbers, so the sign of
/// the query's goes to the row's. Two products of at most 127 * 127 fit 16 bits.
__attribute__((target("avx2"))) static inline __m256i add_products(__m256i sums, const int8_t *query,
                                                                   const int8_t *row) {
    __m256i factors = _mm256_loadu_si256((const __m256i *)query);
    __m256i numbers = _mm256_sign_epi8(_mm256_loadu_si256((const __m256i *)row), factors);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(factors), numbers);
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/// Bytes between what is read and what is asked of the memory. The processor's own guess ends with each page; with it the
/// scan takes a third longer.
static const size_t lead = 1024;

/// One row after the other, as the memory is the limit and likes one stream best.
__attribute__((target("avx2"))) static void scan_avx2(const int8_t *matrix, size_t count, size_t dimensions,
                                                      const int8_t *query, int32_t *products) {
    size_t whole = dimensions / 64 * 64;
    for (size_t row = 0; row < count; row++) {
        const int8_t *vector = matrix + row * dimensions;
        __m256i even = _mm256_setzero_si256(), odd = even;
        for (size_t i = 0; i < whole; i += 64) {
            // Beyond the end of the matrix this asks for nothing.
            __builtin_prefetch(vector + i + lead);
            even = add_products(even, query + i, vector + i);
            odd = add_products(odd, query + i + 32, vector + i + 32);
        }
        __m256i both = _mm256_add_epi32(even, odd);
        __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
        sums = _mm_hadd_epi32(sums, sums);
        int32_t sum = _mm_cvtsi128_si32(_mm_hadd_epi32(sums, sums));
        for (size_t i = whole; i < dimensions; i++) sum += (int32_t)vector[i] * query[i];
        products[row] = sum;
    }
}

static scan_function *best_scan(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return scan_avx512;
    return __builtin_cpu_supports("avx2") ? scan_avx2 : scan_baseline;
}

#else

static scan_function *best_scan(void) { return scan_baseline; }

#endif

void vector_scan_int8(const int8_t *matrix, size_t count, size_t dimensions, const int8_t *query, int32_t *products) {
    // Two threads that come first write the same.
    static _Atomic(scan_function *) chosen;
    scan_function *function = chosen;
    if (!function) chosen = function = best_scan();
    function(matrix, count, dimensions, query, products);
}

size_t vector_scan_select(const int32_t *products, const float *scales, size_t count, float factor, float threshold,
                          uint32_t first, uint32_t *rows, float *scores, struct vector_scan_sums *sums) {
    size_t found = 0;
    float sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        float score = (float)products[i] * scales[i] * factor;
        sum += score;
        squares += score * score;
        if (score > threshold) {
            rows[found] = first + (uint32_t)i;
            scores[found] = score;
            found++;
        }
    }
    sums->scores += (double)sum;
    sums->squares += (double)squares;
    return found;
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
