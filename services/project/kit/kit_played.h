/* kit_played.h: what a handler needs of what was played: the pads, and the bars that it chose of the record. It is the
 * first member of the handler's own state, work->own. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_KIT_PLAYED_H
#define LOOPHOLE_PROJECT_KIT_PLAYED_H

#include "schema_audio.h"
#include "services/project/handlers/work.h"
#include "services/project/kit/heard.h"

/* The last `bars` bars; a grid with `quantise` lines in a bar, 0: none. */
struct kit_played_choice {
    uint64_t bars, quantise;
    double strength;
};

struct kit_played {
    struct pad pads[HEARD_PADS]; /* all values absent: a pad without any */
    uint64_t rate;
    struct heard_record heard;
    uint32_t first; /* index of the first chosen bar */

    /* while the record is read */
    struct played_event *events;
    uint32_t count, pages;
    uint64_t next;
    bool has_all, is_chosen;
};

enum err kit_played_ask_pads(struct work *work, struct fault *fault); /* `before`; errors: those of work_ask */

/* `plan` or `answer`, which is called again while work->is_sent: reads the record, moves its hits to the grid and
 * chooses its bars. Errors: those of heard_choose; bad_request (a grid that does not divide a bar). */
enum err kit_played_read(struct work *work, struct kit_played *played, const struct kit_played_choice *choice,
                         struct fault *fault);

#endif
