/* exchange.h: an exchange with the server, step by step. Each step is either a slice of reading, a talk (talk.h), or an
 * ask to persist; so a death at any moment repeats at most one of them, and each is safe to repeat:
 *
 *   gather ──► offers to persist, until there are none
 *   talk   ──► offers with their numbers; the server takes each once ──► confirmed, lessons and position: one commit
 *              and again, until both sides have everything
 *
 * If the server holds other offers than persist says (it was restored, or this studio was), or a shared row is damaged,
 * everything is offered again under a new generation. If the server does not know the inbox's position, persist empties
 * the inbox (clear), and it is read again.
 *
 *   forget ──► the level is off; the server removes all of this studio ──► drop: persist removes the shared rows
 *
 * The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_EXCHANGE_H
#define LOOPHOLE_COMPOSER_EXCHANGE_H

#include "services/composer/state.h"

/* At the timer and the end of each turn: begins an exchange when one is due, and continues one in progress. */
void exchange_turn(struct composer *composer);

/* Removes all shared rows, and answers the call after that. Errors (explained): busy. */
enum err exchange_forget(struct composer *composer, struct call *call);

/* Follows the level that the store has. If the exchange in progress began at another one, its talk ends, and it
 * continues with what this level shares. At level off it stops, and so does the listener. */
void exchange_follow(struct composer *composer, enum sharing level);

/* Begins to gather again, now, because less may be shared than before: a talk in progress ends. */
void exchange_again(struct composer *composer);

/* Ends an exchange. Its asks fail, and so do those that wait for the next exchange. The next exchange begins when a
 * client asks for one, after a change, or in five minutes. */
void exchange_stop(struct composer *composer, const struct fault *why);

#endif
