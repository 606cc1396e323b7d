#include "freed_memory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

// Bytes; 0 where the system does not tell.
static size_t resident_size(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1) pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t used_size(void) {
#if __GLIBC_PREREQ(2, 33)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    // Of more than four gigabytes it tells the rest only.
    struct mallinfo info = mallinfo();
    return (size_t)(unsigned int)info.uordblks + (unsigned int)info.hblkhd;
#endif
}
#endif

size_t freed_memory_size(void) {
#ifdef __GLIBC__
    size_t used = used_size();
    size_t resident = resident_size();
    return resident > used ? resident - used : 0;
#else
    return 0;
#endif
}

void freed_memory_give_back(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
