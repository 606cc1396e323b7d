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
static inline __attribute__((always_inline)) void scan(const uint8_t *matrix, size_t count, size_t dimensions,
                                                       const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        const uint8_t *vector = matrix + row * dimensions;
        int32_t sum = 0;
        for (size_t i = 0; i < dimensions; i++) sum += (int32_t)vector[i] * (int32_t)query[i];
        products[row] = sum;
    }
}

typedef void scan_function(const uint8_t *, size_t, size_t, const int8_t *, int32_t *);

static void scan_baseline(const uint8_t *matrix, size_t count, size_t dimensions, const int8_t *query,
                          int32_t *products) {
    scan(matrix, count, dimensions, query, products);
}

#if defined(__x86_64__)

/// One instruction multiplies 64 numbers and adds the products by fours.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static void scan_avx512(
    const uint8_t *matrix, size_t count, size_t dimensions, const int8_t *query, int32_t *products) {
    size_t whole = dimensions / 64 * 64;
    for (size_t row = 0; row < count; row++) {
        const uint8_t *vector = matrix + row * dimensions;
        __m512i sums = _mm512_setzero_si512();
        for (size_t i = 0; i < whole; i += 64) {
            sums = _mm512_dpbusd_epi32(sums, _mm512_loadu_si512(vector + i), _mm512_loadu_si512(query + i));
        }
        int32_t sum = _mm512_reduce_add_epi32(sums);
        for (size_t i = whole; i < dimensions; i++) sum += (int32_t)vector[i] * (int32_t)query[i];
        products[row] = sum;
    }
}

/// Adds the products of 32 numbers to eight sums.
__attribute__((target("avx2"))) static inline __m256i add_products(__m256i sums, const uint8_t *row,
                                                                   const int8_t *query) {
    __m256i pairs = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)row),
                                         _mm256_loadu_si256((const __m256i *)query));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/// Bytes between what is read and what is asked of the memory. The processor's own guess ends with each page; with it the
/// scan takes a third longer.
static const size_t lead = 1024;

/// One row after the other, as the memory is the limit and likes one stream best.
__attribute__((target("avx2"))) static void scan_avx2(const uint8_t *matrix, size_t count, size_t dimensions,
                                                      const int8_t *query, int32_t *products) {
    size_t whole = dimensions / 64 * 64;
    for (size_t row = 0; row < count; row++) {
        const uint8_t *vector = matrix + row * dimensions;
        __m256i even = _mm256_setzero_si256(), odd = even;
        for (size_t i = 0; i < whole; i += 64) {
            // Beyond the end of the matrix this asks for nothing.
            __builtin_prefetch(vector + i + lead);
            even = add_products(even, vector + i, query + i);
            odd = add_products(odd, vector + i + 32, query + i + 32);
        }
        __m256i both = _mm256_add_epi32(even, odd);
        __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
        sums = _mm_hadd_epi32(sums, sums);
        int32_t sum = _mm_cvtsi128_si32(_mm_hadd_epi32(sums, sums));
        for (size_t i = whole; i < dimensions; i++) sum += (int32_t)vector[i] * (int32_t)query[i];
        products[row] = sum;
    }
}

/// Whether a function finds what the plain loop finds. Checked once, as few machines have all of these instructions to test with.
static int is_right(scan_function *function) {
    enum { count = 3, dimensions = 150 };
    uint8_t matrix[count * dimensions];
    int8_t query[dimensions];
    for (int i = 0; i < count * dimensions; i++) matrix[i] = (uint8_t)(i * 89 + 255);
    for (int i = 0; i < dimensions; i++) query[i] = (int8_t)(i * 37 % 127 - 63);
    int32_t expected[count], found[count];
    scan_baseline(matrix, count, dimensions, query, expected);
    function(matrix, count, dimensions, query, found);
    return memcmp(expected, found, sizeof expected) == 0;
}

static scan_function *best_scan(void) {
    __builtin_cpu_init();
    int has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    if (has_avx512 && is_right(scan_avx512)) return scan_avx512;
    return __builtin_cpu_supports("avx2") && is_right(scan_avx2) ? scan_avx2 : scan_baseline;
}

#else

static scan_function *best_scan(void) { return scan_baseline; }

#endif

void vector_scan_products(const uint8_t *matrix, size_t count, size_t dimensions, const int8_t *query,
                          int32_t *products) {
    // Two threads that come first write the same.
    static _Atomic(scan_function *) chosen;
    scan_function *function = chosen;
    if (!function) chosen = function = best_scan();
    function(matrix, count, dimensions, query, products);
}

/// Goes through the rows from `start` on; `found` of those before it are written.
static size_t select_rest(const int32_t *products, const float *scales, size_t start, size_t count, int32_t offset,
                          float factor, float threshold, uint32_t first, uint32_t *rows, float *scores, size_t found,
                          struct vector_scan_sums *sums) {
    for (size_t i = start; i < count; i++) {
        float score = (float)(products[i] - offset) * scales[i] * factor;
        sums->scores += (double)score;
        sums->squares += (double)(score * score);
        if (score <= threshold) continue;
        rows[found] = first + (uint32_t)i;
        scores[found] = score;
        found++;
    }
    return found;
}

#if defined(__x86_64__)

static double sum_of(const float *numbers) {
    double sum = 0;
    for (size_t i = 0; i < 8; i++) sum += (double)numbers[i];
    return sum;
}

/// Eight rows at a time, nearly all of which are below the threshold.
__attribute__((target("avx2"))) static size_t select_avx2(const int32_t *products, const float *scales, size_t count,
                                                          int32_t offset, float factor, float threshold,
                                                          uint32_t first, uint32_t *rows, float *scores,
                                                          struct vector_scan_sums *sums) {
    size_t found = 0;
    size_t whole = count / 8 * 8;
    __m256 sum = _mm256_setzero_ps(), squares = sum;
    for (size_t start = 0; start < whole; start += 8) {
        __m256i exact = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(products + start)),
                                         _mm256_set1_epi32(offset));
        __m256 score = _mm256_mul_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(exact), _mm256_loadu_ps(scales + start)),
                                     _mm256_set1_ps(factor));
        sum = _mm256_add_ps(sum, score);
        squares = _mm256_add_ps(squares, _mm256_mul_ps(score, score));
        int above = _mm256_movemask_ps(_mm256_cmp_ps(score, _mm256_set1_ps(threshold), _CMP_GT_OQ));
        if (!above) continue;
        float some[8];
        _mm256_storeu_ps(some, score);
        for (; above; above &= above - 1) {
            unsigned i = (unsigned)__builtin_ctz((unsigned)above);
            rows[found] = first + (uint32_t)start + i;
            scores[found] = some[i];
            found++;
        }
    }
    float parts[8];
    _mm256_storeu_ps(parts, sum);
    sums->scores += sum_of(parts);
    _mm256_storeu_ps(parts, squares);
    sums->squares += sum_of(parts);
    return select_rest(products, scales, whole, count, offset, factor, threshold, first, rows, scores, found, sums);
}

#endif

size_t vector_scan_select(const int32_t *products, const float *scales, size_t count, int32_t offset, float factor,
                          float threshold, uint32_t first, uint32_t *rows, float *scores,
                          struct vector_scan_sums *sums) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return select_avx2(products, scales, count, offset, factor, threshold, first, rows, scores, sums);
#endif
    return select_rest(products, scales, 0, count, offset, factor, threshold, first, rows, scores, 0, sums);
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
