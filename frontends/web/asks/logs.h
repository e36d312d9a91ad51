/* logs.h: the log lines of all services, from the data folder. */
#ifndef LOOPHOLE_WEB_ASKS_LOGS_H
#define LOOPHOLE_WEB_ASKS_LOGS_H

#include "frontends/web/asks/own_asks.h"

/* Fills the answer, or refuses. */
enum err logs_answer(struct own_asks *own, struct call *call, const struct web_logs *ask, struct log_page *to);

#endif
