#pragma once

#include "vector_scan.h"

enum {
    /// Numbers that room is made for at a time, and the bytes of a half that have them.
    group = 64,
    group_bytes = group / 2,
    /// Bytes of upper halves of which each row has four.
    line = 4 * vector_scan_together,
};
