#include "supervisor/table.h"

#include <stddef.h>

static const char *const standby[] = { "--standby", NULL };

const struct table_row table_rows[] = {
    /* name, program, never_quarantined, hang_ms */
    { "persist", "loophole-persist", true, 1700, .when = TABLE_ALWAYS, .ends_before = 50, .has_store = true },
    { "search", "loophole-search", false, 1700, .when = TABLE_ALWAYS, .ends_before = 300 },
    { "availability", "loophole-availability", false, 1700, .when = TABLE_ALWAYS, .ends_before = 250 },
    { "indexer", "loophole-indexer", false, 1700, .when = TABLE_ALWAYS, .ends_before = 200 },
    { "project", "loophole-project", false, 1700, .when = TABLE_ALWAYS, .ends_before = 400 },
    { "composer", "loophole-composer", false, 1700, .when = TABLE_ALWAYS, .ends_before = 400 },
    { "audio", "loophole-audio", true, 500, .when = TABLE_SOUND, .is_client = true },
    { "audio-standby", "loophole-audio", true, 500, .when = TABLE_STANDBY, .is_client = true, .arguments = standby },
    { "streamer", "loophole-streamer", false, 500, .when = TABLE_SOUND, .ends_before = 100 },
    { "web", "loophole-web", false, 1700, .when = TABLE_ALWAYS, .ends_before = 400 },
    { "osc", "loophole-osc", false, 1700, .when = TABLE_ALWAYS, .ends_before = 400 },
};
const uint32_t table_count = sizeof(table_rows) / sizeof(*table_rows);
