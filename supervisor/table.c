#include "supervisor/table.h"

const struct table_row table_rows[] = {
    /* name      program             never_quarantined  hang_ms */
    { "persist", "loophole-persist", true, 2000 },
    { "search", "loophole-search", false, 2000 },
    { "indexer", "loophole-indexer", false, 2000 },
};
const uint32_t table_count = sizeof(table_rows) / sizeof(*table_rows);
