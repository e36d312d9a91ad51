/* basket.h: the folder DATA/basket, from which another program takes sounds. */
#ifndef LOOPHOLE_WEB_ASKS_BASKET_H
#define LOOPHOLE_WEB_ASKS_BASKET_H

#include "frontends/web/asks/own_asks.h"

/* The answer comes later. `add` NULL: nothing is added. */
enum err basket_answer(struct own_asks *own, struct call *call, const struct web_basket_add *add, bool clear);

#endif
