#include <sqlite3.h>

// SQLite's variadic function, for the one setting that is made: no account of the memory in use, which
// would cost a lock and a sum for every allocation. Too late once SQLite has begun, and then no harm.
static inline void sqlite_keep_no_memory_account(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
