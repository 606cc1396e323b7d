#include "vector_layout.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    /// Lines whose products are added in 16 bits: 8 * 4 * 15 * 64 at most.
    narrow_lines = 8,
};

// MARK: Products

/// The products of the upper halves of `blocks` times eight rows with a query.
typedef void upper_function(const uint8_t *upper, size_t blocks, size_t half, const int8_t *query, int32_t *products);
/// The product of one half.
typedef int32_t single_function(const uint8_t *bytes, size_t half, const int8_t *query);

/// The plain loops, which the compiler makes vector instructions of.
static void upper_baseline(const uint8_t *upper, size_t blocks, size_t half, const int8_t *query, int32_t *products) {
    size_t lines = half / 4;
    for (size_t block = 0; block < blocks; block++) {
        const uint8_t *bytes = upper + block * lines * line;
        int32_t sums[line] = {0};
        for (size_t start = 0; start < lines; start += narrow_lines) {
            int16_t narrow[line] = {0};
            for (size_t i = start; i < start + narrow_lines; i++) {
                const uint8_t *row = bytes + i * line;
                const int8_t *first = query + i / 2 * 4 * line + i % 2 * line;
                const int8_t *second = first + 2 * line;
                for (size_t j = 0; j < line; j++) {
                    narrow[j] = (int16_t)(narrow[j] + (row[j] & 15) * first[j] + (row[j] >> 4) * second[j]);
                }
            }
            for (size_t j = 0; j < line; j++) sums[j] += narrow[j];
        }
        for (size_t row = 0; row < vector_scan_together; row++) {
            const int32_t *four = sums + 4 * row;
            products[block * vector_scan_together + row] = four[0] + four[1] + four[2] + four[3];
        }
    }
}

static int32_t single_baseline(const uint8_t *bytes, size_t half, const int8_t *query) {
    int32_t sum = 0;
    for (size_t start = 0; start < half; start += group_bytes) {
        const int8_t *first = query + 2 * start;
        const int8_t *second = first + group_bytes;
        for (size_t i = 0; i < group_bytes; i++) {
            sum += (bytes[start + i] & 15) * first[i] + (bytes[start + i] >> 4) * second[i];
        }
    }
    return sum;
}

#if defined(__x86_64__)

/// Bytes between what is read and what is asked of the memory. The processor's own guess ends with each page; with it the
/// scan takes a third longer. Beyond the end of the matrix it asks for nothing.
static const size_t lead = 2048;

/// One instruction multiplies 64 numbers and adds the products by fours.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static void upper_avx512(
    const uint8_t *upper, size_t blocks, size_t half, const int8_t *query, int32_t *products) {
    __m512i nibble = _mm512_set1_epi8(15);
    size_t bytes = half * vector_scan_together;
    for (size_t block = 0; block < blocks; block++) {
        const uint8_t *rows = upper + block * bytes;
        __m512i first = _mm512_setzero_si512(), second = first;
        for (size_t i = 0; i < bytes; i += 2 * line) {
            __builtin_prefetch(rows + i + lead);
            __m512i both = _mm512_loadu_si512(rows + i);
            __m512i high = _mm512_and_si512(_mm512_srli_epi16(both, 4), nibble);
            first = _mm512_dpbusd_epi32(first, _mm512_and_si512(both, nibble), _mm512_loadu_si512(query + 2 * i));
            second = _mm512_dpbusd_epi32(second, high, _mm512_loadu_si512(query + 2 * i + 2 * line));
        }
        __m512i sums = _mm512_add_epi32(first, second);
        __m256i eight = _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
        _mm256_storeu_si256((__m256i *)(products + block * vector_scan_together), eight);
    }
}

__attribute__((target("avx2"), always_inline)) static inline __m256i loaded(const void *bytes) {
    return _mm256_loadu_si256((const __m256i *)bytes);
}

/// Adds the products of 64 numbers, four each, to sixteen sums.
__attribute__((target("avx2"), always_inline)) static inline __m256i add_products(__m256i sums, const uint8_t *bytes,
                                                                                  const int8_t *first,
                                                                                  const int8_t *second) {
    __m256i both = loaded(bytes), nibble = _mm256_set1_epi8(15);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), nibble);
    sums = _mm256_add_epi16(sums, _mm256_maddubs_epi16(_mm256_and_si256(both, nibble), loaded(first)));
    return _mm256_add_epi16(sums, _mm256_maddubs_epi16(high, loaded(second)));
}

__attribute__((target("avx2"), always_inline)) static inline __m256i widened(__m256i sums) {
    return _mm256_madd_epi16(sums, _mm256_set1_epi16(1));
}

__attribute__((target("avx2"))) static void upper_avx2(const uint8_t *upper, size_t blocks, size_t half,
                                                       const int8_t *query, int32_t *products) {
    size_t bytes = half * vector_scan_together;
    for (size_t block = 0; block < blocks; block++) {
        const uint8_t *rows = upper + block * bytes;
        __m256i sums = _mm256_setzero_si256();
        for (size_t start = 0; start < bytes; start += narrow_lines * line) {
            __m256i narrow = _mm256_setzero_si256();
            for (size_t i = start; i < start + narrow_lines * line; i += 2 * line) {
                __builtin_prefetch(rows + i + lead);
                const int8_t *codes = query + 2 * i;
                narrow = add_products(narrow, rows + i, codes, codes + 2 * line);
                narrow = add_products(narrow, rows + i + line, codes + line, codes + 3 * line);
            }
            sums = _mm256_add_epi32(sums, widened(narrow));
        }
        _mm256_storeu_si256((__m256i *)(products + block * vector_scan_together), sums);
    }
}

__attribute__((target("avx2"))) static int32_t single_avx2(const uint8_t *bytes, size_t half, const int8_t *query) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t start = 0; start < half;) {
        __m256i narrow = _mm256_setzero_si256();
        size_t end = start + narrow_lines * group_bytes < half ? start + narrow_lines * group_bytes : half;
        for (; start < end; start += group_bytes) {
            narrow = add_products(narrow, bytes + start, query + 2 * start, query + 2 * start + group_bytes);
        }
        sums = _mm256_add_epi32(sums, widened(narrow));
    }
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1)));
}

#endif

// MARK: Selection

/// What a query's middle scores are made of.
struct middle {
    int32_t offset;
    float factor;
};

/// Twice everything, as half of 15, which stands for the lower bits, is no whole number.
static struct middle middle_of(const struct vector_scan_query *query) {
    return (struct middle){.offset = (2 * 128 - 15) * query->sum, .factor = query->scale / 2};
}

typedef size_t select_function(const int32_t *products, const struct vector_scan_rows *rows, size_t first, size_t count,
                               const struct vector_scan_query *query, float threshold, uint32_t *found,
                               struct vector_scan_sums *sums);

/// Goes through the rows from `start` on; `written` of those before it are found.
static size_t select_rest(const int32_t *products, const struct vector_scan_rows *rows, size_t first, size_t start,
                          size_t count, const struct vector_scan_query *query, float threshold, uint32_t *found,
                          size_t written, struct vector_scan_sums *sums) {
    struct middle middle = middle_of(query);
    for (size_t i = start; i < count; i++) {
        float exact = (float)(32 * products[i] - middle.offset) * rows->scales[first + i] * middle.factor;
        float score = exact + rows->alongs[first + i] * query->along;
        sums->scores += (double)score;
        sums->squares += (double)(score * score);
        if (score + rows->reaches[first + i] * query->across > threshold) found[written++] = (uint32_t)i;
    }
    return written;
}

/// Writes the numbers of the rows, counted from `first`, that may be above the threshold.
static size_t select_baseline(const int32_t *products, const struct vector_scan_rows *rows, size_t first, size_t count,
                              const struct vector_scan_query *query, float threshold, uint32_t *found,
                              struct vector_scan_sums *sums) {
    return select_rest(products, rows, first, 0, count, query, threshold, found, 0, sums);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static double sum_of(__m256 numbers) {
    float parts[8];
    _mm256_storeu_ps(parts, numbers);
    double sum = 0;
    for (size_t i = 0; i < 8; i++) sum += (double)parts[i];
    return sum;
}

/// Eight rows at a time, nearly all of which are out of reach.
__attribute__((target("avx2"))) static size_t select_avx2(const int32_t *products, const struct vector_scan_rows *rows,
                                                          size_t first, size_t count,
                                                          const struct vector_scan_query *query, float threshold,
                                                          uint32_t *found, struct vector_scan_sums *sums) {
    struct middle middle = middle_of(query);
    __m256i offset = _mm256_set1_epi32(middle.offset);
    __m256 factor = _mm256_set1_ps(middle.factor), least = _mm256_set1_ps(threshold);
    __m256 along = _mm256_set1_ps(query->along), across = _mm256_set1_ps(query->across);
    __m256 sum = _mm256_setzero_ps(), squares = sum;
    size_t written = 0;
    size_t whole = count / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        __m256i product = _mm256_sub_epi32(_mm256_slli_epi32(loaded(products + i), 5), offset);
        __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(rows->scales + first + i), factor);
        __m256 score = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(product), scale),
                                     _mm256_mul_ps(_mm256_loadu_ps(rows->alongs + first + i), along));
        sum = _mm256_add_ps(sum, score);
        squares = _mm256_add_ps(squares, _mm256_mul_ps(score, score));
        __m256 most = _mm256_add_ps(score, _mm256_mul_ps(_mm256_loadu_ps(rows->reaches + first + i), across));
        unsigned above = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(most, least, _CMP_GT_OQ));
        for (; above; above &= above - 1) found[written++] = (uint32_t)i + (uint32_t)__builtin_ctz(above);
    }
    sums->scores += sum_of(sum);
    sums->squares += sum_of(squares);
    return select_rest(products, rows, first, whole, count, query, threshold, found, written, sums);
}

#endif

// MARK: Exact scores

/// Rows that are asked of the memory before they are read.
enum { ahead = 8 };

/// Keeps those of the rows whose exact score is above the threshold. Becomes a part of functions with their own
/// instructions.
static inline __attribute__((always_inline)) size_t refine(
    const int32_t *products, const struct vector_scan_rows *rows, size_t first, const struct vector_scan_query *query,
    float threshold, uint32_t *found, size_t count, float *scores, struct vector_scan_sums *sums,
    single_function *single) {
    const uint8_t *lower = rows->lower + first * rows->half;
    const int8_t *codes = query->spread + 2 * rows->half * vector_scan_together;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + ahead < count) {
            const uint8_t *next = lower + found[i + ahead] * rows->half;
            for (size_t byte = 0; byte < rows->half; byte += 64) __builtin_prefetch(next + byte);
        }
        uint32_t row = found[i];
        int32_t exact = 16 * products[row] + single(lower + row * rows->half, rows->half, codes) - 128 * query->sum;
        float score = (float)exact * rows->scales[first + row] * query->scale;
        sums->scores += (double)score;
        sums->squares += (double)(score * score);
        if (score <= threshold) continue;
        found[kept] = (uint32_t)first + row;
        scores[kept] = score;
        kept++;
    }
    return kept;
}

typedef size_t refine_function(const int32_t *products, const struct vector_scan_rows *rows, size_t first,
                               const struct vector_scan_query *query, float threshold, uint32_t *found, size_t count,
                               float *scores, struct vector_scan_sums *sums);

static size_t refine_baseline(const int32_t *products, const struct vector_scan_rows *rows, size_t first,
                              const struct vector_scan_query *query, float threshold, uint32_t *found, size_t count,
                              float *scores, struct vector_scan_sums *sums) {
    return refine(products, rows, first, query, threshold, found, count, scores, sums, single_baseline);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static size_t refine_avx2(const int32_t *products, const struct vector_scan_rows *rows,
                                                          size_t first, const struct vector_scan_query *query,
                                                          float threshold, uint32_t *found, size_t count,
                                                          float *scores, struct vector_scan_sums *sums) {
    return refine(products, rows, first, query, threshold, found, count, scores, sums, single_avx2);
}

#endif

// MARK: Choice of instructions

struct functions {
    upper_function *upper;
    single_function *single;
    select_function *select;
    refine_function *refine;
};

static const struct functions baseline = {upper_baseline, single_baseline, select_baseline, refine_baseline};

#if defined(__x86_64__)

static const struct functions avx2 = {upper_avx2, single_avx2, select_avx2, refine_avx2};
static const struct functions avx512 = {upper_avx512, single_avx2, select_avx2, refine_avx2};

/// Whether products are those of the plain loops. Checked once, as few machines have all of these instructions to test with.
static int is_right(const struct functions *functions) {
    enum { half = 5 * group_bytes, dimensions = 2 * half, size = half * vector_scan_together };
    uint8_t matrix[size];
    int8_t codes[dimensions];
    int8_t query[dimensions * (vector_scan_together + 1)];
    for (int i = 0; i < size; i++) matrix[i] = (uint8_t)(i % 89 ? i * 89 : 255);
    for (int i = 0; i < dimensions; i++) codes[i] = (int8_t)(i * 37 % 129 - 64);
    vector_scan_spread(codes, dimensions, query);
    int32_t expected[vector_scan_together], found[vector_scan_together];
    upper_baseline(matrix, 1, half, query, expected);
    functions->upper(matrix, 1, half, query, found);
    const int8_t *single = query + (size_t)dimensions * vector_scan_together;
    return memcmp(expected, found, sizeof expected) == 0 &&
           functions->single(matrix, half, single) == single_baseline(matrix, half, single);
}

static const struct functions *best(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2")) return &baseline;
    int has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    if (has_avx512 && is_right(&avx512)) return &avx512;
    return is_right(&avx2) ? &avx2 : &baseline;
}

#else

static const struct functions *best(void) { return &baseline; }

#endif

static const struct functions *chosen(void) {
    // Two threads that come first write the same.
    static _Atomic(const struct functions *) functions;
    const struct functions *known = functions;
    if (!known) functions = known = best();
    return known;
}

// MARK: Comparison

size_t vector_scan_compare(const struct vector_scan_rows *rows, size_t first, size_t count,
                           const struct vector_scan_query *query, float threshold, uint32_t *found, float *scores,
                           struct vector_scan_sums *sums) {
    const struct functions *functions = chosen();
    int32_t products[vector_scan_most + 2 * vector_scan_together];
    size_t before = first % vector_scan_together;
    size_t blocks = (before + count + vector_scan_together - 1) / vector_scan_together;
    functions->upper(rows->upper + (first - before) * rows->half, blocks, rows->half, query->spread, products);
    struct vector_scan_sums middle = {0}, exact = {0};
    size_t near = functions->select(products + before, rows, first, count, query, threshold, found, &middle);
    size_t kept = functions->refine(products + before, rows, first, query, threshold, found, near, scores, &exact);
    const struct vector_scan_sums *best = near == count ? &exact : &middle;
    sums->scores += best->scores;
    sums->squares += best->squares;
    return kept;
}
