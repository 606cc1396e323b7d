#pragma once

/// Gives the system back what the C library keeps of freed memory. Takes the locks of allocation in turn, milliseconds for a
/// hundred megabytes. Does nothing where the C library is not glibc.
void freed_memory_give_back(void);
