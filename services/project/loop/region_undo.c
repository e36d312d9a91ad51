/* region_undo.c: undo and redo of a project. Ten pads that have the regions of the armed clip follow them. */
#include "services/project/deeds/deeds.h"
#include "services/project/loop/region_deeds.h"
#include "services/project/loop/region_pads.h"

static enum err answer_undone(struct doing *work, struct txn *txn, struct fault *fault)
{
    struct region_clip clip;

    region_find_armed(work, txn, &clip);
    return region_pads_send(work, txn, &clip) ? ERR_OK : deed_answer_undone(work, txn, fault);
}

const struct deed region_deed_undo = { .plan = deed_plan_undo, .after = deed_read_mirror, .answer = answer_undone };
const struct deed region_deed_redo = { .plan = deed_plan_redo, .after = deed_read_mirror, .answer = answer_undone };
