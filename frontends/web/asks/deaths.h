/* deaths.h: the crash records of the data folder. */
#ifndef LOOPHOLE_WEB_ASKS_DEATHS_H
#define LOOPHOLE_WEB_ASKS_DEATHS_H

#include "frontends/web/asks/own_asks.h"

/* Fills the answer, or refuses. */
enum err deaths_answer(struct own_asks *own, struct call *call, const struct web_crashes *ask, struct deaths *to);

#endif
