#include "freed_memory.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

size_t freed_memory_size(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    return mallinfo2().fordblks;
#elif defined(__GLIBC__)
    // Of more than four gigabytes it tells the rest only.
    return (unsigned int)mallinfo().fordblks;
#else
    return 0;
#endif
}

void freed_memory_give_back(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
