#include "sqlite_memory.h"

#include <sqlite3.h>

void sqlite_memory_stop_counting(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
