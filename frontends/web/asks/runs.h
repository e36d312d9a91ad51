/* runs.h: asks that other commands of loophole answer. */
#ifndef LOOPHOLE_WEB_ASKS_RUNS_H
#define LOOPHOLE_WEB_ASKS_RUNS_H

#include "frontends/web/asks/own_asks.h"

/* Run `loophole doctor`, `relink` and `reveal`. The answers come later. */
enum err runs_findings(struct own_asks *own, struct call *call);
enum err runs_relink(struct own_asks *own, struct call *call, const struct web_relink *ask);
enum err runs_reveal(struct own_asks *own, struct call *call, const struct web_reveal *ask);
/* Runs `loophole undo` (`back`) or `loophole redo`. The answer comes later. Errors: conflict. */
enum err runs_step(struct own_asks *own, struct call *call, bool back);
/* Runs `loophole kit build --chops`. The answer comes later. Errors: conflict. */
enum err runs_chops(struct own_asks *own, struct call *call, const struct web_chop_kit *ask);

#endif
