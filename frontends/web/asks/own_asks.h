/* own_asks.h: the state of the asks that the gateway answers itself. They concern this machine: logs, deaths, doctor,
 * the basket. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_OWN_ASKS_H
#define LOOPHOLE_FRONTENDS_WEB_OWN_ASKS_H

#include "common/mailbox.h"
#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_web.h"

struct own_asks {
    struct service *service;
    const struct paths *paths;
    struct mailbox *mailbox;
    struct errands *errands;   /* for work that may hang: another program */
    struct errands *bundles;   /* one at a time: they take long */
    struct own_command *tasks; /* those that are listed as tasks, in their order */
    struct errands *basket;    /* one at a time: an errand sees all links of those before it */
};

/* Errors: io, full. own_asks_close ends what own_asks_open began, also after an error. */
enum err own_asks_open(struct own_asks *own, struct service *service, struct fault *fault);
void own_asks_close(struct own_asks *own);

/* logs.c, deaths.c: files of the data folder. Each fills the answer, or refuses. */
enum err logs_answer(struct own_asks *own, struct call *call, const struct web_logs *ask, struct log_page *to);
enum err deaths_answer(struct own_asks *own, struct call *call, const struct web_crashes *ask, struct deaths *to);

/* findings.c, of_item.c: run `loophole doctor`, `relink` and `reveal`. The answers come later. */
enum err findings_answer(struct own_asks *own, struct call *call);
enum err of_item_relink(struct own_asks *own, struct call *call, const struct web_relink *ask);
enum err of_item_reveal(struct own_asks *own, struct call *call, const struct web_reveal *ask);

/* steps.c: runs `loophole undo` (`back`) or `loophole redo`. The answer comes later. Errors: conflict. */
enum err steps_answer(struct own_asks *own, struct call *call, bool back);

/* bundles.c: run `loophole bundle plan`, `verify`, `export` and `import`. The answers come later. Errors: bad_request,
 * conflict. */
enum err bundles_plan(struct own_asks *own, struct call *call, const struct web_bundle_plan *ask);
enum err bundles_verify(struct own_asks *own, struct call *call, const struct web_bundle_verify *ask);
enum err bundles_export(struct own_asks *own, struct call *call, const struct web_bundle_export *ask);
enum err bundles_import(struct own_asks *own, struct call *call, const struct web_bundle_import *ask);

/* chops.c: runs `loophole kit build --chops`. The answer comes later. Errors: conflict. */
enum err chops_answer(struct own_asks *own, struct call *call, const struct web_chop_kit *ask);

/* basket.c: the folder DATA/basket. The answers come later. `add` NULL: nothing is added. */
enum err basket_answer(struct own_asks *own, struct call *call, const struct web_basket_add *add, bool clear);

#endif
