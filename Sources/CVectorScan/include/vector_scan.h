#pragma once

#include <stddef.h>
#include <stdint.h>

/// Vectors of eight bits are kept in two halves: the upper four bits of each number, and the lower four. The upper ones say of
/// nearly all rows that they are not among the nearest, so that half of the memory is read, which is what a scan waits for;
/// with the lower ones the others' products are exact.
///
/// Numbers are stored plus 128. A half of a row has room for a multiple of 64 numbers, of which there are fewer than 2^16. Four
/// bytes have eight numbers, the first four in their lower bits. The upper halves of eight rows lie together: four bytes of
/// each row in turn, so that one instruction works for all eight and nothing is left to be added up. The lower ones are looked
/// at one by one, and lie so.
enum { vector_scan_together = 8 };

/// The bytes of a half of a row with as many numbers.
size_t vector_scan_half(size_t dimensions);

/// Rows of a matrix. There is room for a multiple of eight.
struct vector_scan_rows {
    /// Bytes of a half of a row.
    size_t half;
    const uint8_t *upper;
    const uint8_t *lower;
    /// What a code of 1 stands for.
    const float *scales;
    /// What the lower halves add along the axis of the rows.
    const float *alongs;
    /// How long the rest is that they add.
    const float *reaches;
};

/// What the lower half of a row adds, next to its middle.
struct vector_scan_rest {
    float along;
    float reach;
};

/// Writes a row into `upper`, at its place among eight that lie together, and `lower`, which are zero so far.
///
/// - Parameter codes: from -127 to 127.
/// - Parameter scale: what a code of 1 stands for.
/// - Parameter axis: of length 1, or zero: the direction that vectors and queries have in common.
struct vector_scan_rest vector_scan_write(const int8_t *codes, size_t dimensions, float scale, const float *axis,
                                          uint8_t *upper, size_t place, uint8_t *lower);

/// A vector that rows are compared with.
struct vector_scan_query {
    /// Its codes from -64 to 64, as `vector_scan_spread` lays them out.
    const int8_t *spread;
    /// Of the codes.
    int32_t sum;
    /// What a code of 1 stands for.
    float scale;
    /// How long it is along the rows' axis, and at right angles to it; the latter may be too much, by a hundredth of all of it
    /// at least.
    float along;
    float across;
};

/// The bytes that `vector_scan_spread` fills.
size_t vector_scan_spread_size(size_t dimensions);

/// Lays out a query's codes as they meet the rows', filled up with zeros.
void vector_scan_spread(const int8_t *codes, size_t dimensions, int8_t *spread);

/// The sum of what `vector_scan_compare` has seen, for the mean and the spread: of exact scores where all rows were near, as in
/// a small matrix, otherwise of those by the upper halves, which are off by some hundredths of their spread.
struct vector_scan_sums {
    double scores;
    double squares;
};

/// Rows that are compared at a time.
enum { vector_scan_most = 2048 };

/// Compares a query with `count` rows from `first` on, and writes the numbers and the scores of those that are above
/// `threshold`. There must be room for `count`. Returns how many they are.
///
/// By the inequality of Cauchy and Schwarz a row is no farther from what its upper half says, and what the lower one adds along
/// the axis, than its reach times the query's length across the axis: rows that are below the threshold with that are left out.
size_t vector_scan_compare(const struct vector_scan_rows *rows, size_t first, size_t count,
                           const struct vector_scan_query *query, float threshold, uint32_t *found, float *scores,
                           struct vector_scan_sums *sums);

/// The dot product of two vectors of `dimensions` numbers.
float vector_scan_dot(const float *left, const float *right, size_t dimensions);

/// Zeroed memory for a matrix, on large pages where there are some; NULL when there is none. `vector_scan_free` gives it back.
void *vector_scan_allocate(size_t bytes);
void vector_scan_free(void *memory);
