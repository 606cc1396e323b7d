#pragma once

#include <stddef.h>

/// Bytes that the C library keeps of freed memory, be it given back already or not. Takes the locks of allocation in turn.
/// Always 0 where the C library is not glibc.
size_t freed_memory_size(void);

/// Gives the system back what the C library keeps of freed memory. Takes the locks of allocation in turn, milliseconds for a
/// hundred megabytes. Does nothing where the C library is not glibc.
void freed_memory_give_back(void);
