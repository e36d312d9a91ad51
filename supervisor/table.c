#include "supervisor/table.h"

const struct table_row table_rows[] = {
    /* name      program             never_quarantined  hang_ms */
    { "persist", "loophole-persist", true, 1700 },
    { "search", "loophole-search", false, 1700 },
    { "indexer", "loophole-indexer", false, 1700 },
};
const uint32_t table_count = sizeof(table_rows) / sizeof(*table_rows);
