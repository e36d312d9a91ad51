/* region_undo.c: undo and redo of a project. Ten pads that have the regions of the armed clip follow them. */
#include "services/project/handlers/handler_parts.h"
#include "services/project/handlers/handler_undo.h"
#include "services/project/loop/region_handlers.h"
#include "services/project/loop/region_pads.h"

static enum err answer_undone(struct work *work, struct txn *txn, struct fault *fault)
{
    struct region_clip clip;

    region_find_armed(work, txn, &clip);
    return region_pads_send(work, txn, &clip) ? ERR_OK : handler_answer_undone(work, txn, fault);
}

const struct handler region_handler_undo = { .plan = handler_plan_undo,
                                             .after = handler_read_mirror,
                                             .answer = answer_undone };
const struct handler region_handler_redo = { .plan = handler_plan_redo,
                                             .after = handler_read_mirror,
                                             .answer = answer_undone };
