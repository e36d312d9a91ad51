/* stress.h: the stress test of autosaves: writes sets of a synthetic project by a synthetic clock, and prunes them, as
 * the engine does. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_STRESS_H
#define LOOPHOLE_FRONTENDS_CLI_STRESS_H

#include "frontends/cli/base/cli.h"

struct stress {
    struct text project; /* a name of a folder */
    uint64_t iterations;
    int64_t interval_seconds;
    const char *manifest; /* path of the manifest that each set gets; NULL: none */
    int64_t asset_count;  /* that the layouts state; 0: that of the manifest */
};

/* Writes to FOLDER/PROJECT, which may have the sets of earlier runs, and no others. The memory of the result is in the
 * arena. Errors (explained): bad_request (the name), exists (autosaves of a project), those of set_files_write. */
enum err stress_run(const char *folder, const struct stress *of, struct arena *arena, struct stress_result *to,
                    struct fault *fault);
void stress_print(struct buffer *to, const struct stress_result *result);

#endif
