/* uses_follow.h: the uses of an item go to another item. In the open turn, which logs both items. The loop's thread.
 * Errors: full, internal. */
#ifndef LOOPHOLE_PERSIST_USES_FOLLOW_H
#define LOOPHOLE_PERSIST_USES_FOLLOW_H

#include "services/persist/turn/persist.h"

/* Two items become one: `kept` is used wherever `lost` was. */
enum err uses_follow(struct persist *p, struct id lost, struct id kept);

/* `to` takes the file of `with`, and is used wherever `with` is. */
enum err uses_lend(struct persist *p, struct id with, struct id to);

/* Reverses that: `with` gets back the uses that `from` got from it. */
enum err uses_return(struct persist *p, struct id with, struct id from);

#endif
