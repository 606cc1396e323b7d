#pragma once

#include <stddef.h>

/// Bytes of resident memory that no allocation uses: what the C library keeps of freed memory, beside the process's code and
/// stacks. Takes the locks of allocation in turn, milliseconds where much is free in small pieces. Always 0 where the C
/// library is not glibc.
size_t freed_memory_size(void);

/// Gives the system back what the C library keeps of freed memory. Takes the locks of allocation in turn, milliseconds for a
/// hundred megabytes. Does nothing where the C library is not glibc.
void freed_memory_give_back(void);
