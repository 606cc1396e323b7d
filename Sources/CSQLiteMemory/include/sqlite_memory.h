#pragma once

/// Has SQLite count its memory no more. Counting takes a lock of the whole process at each allocation, some hundred times for a
/// run, and nobody asks for the count.
///
/// Does nothing once SQLite is in use.
void sqlite_memory_stop_counting(void);
