/* in_hand.h: what a service works on, as keys on its entry of the board, and what was in its hands when it died of it.
 * The service writes `held`; the supervisor writes `blamed` after the death of the process. No locks; every word is
 * complete at each moment. NULL, for a service without a supervisor, is allowed everywhere: it holds nothing. */
#ifndef LOOPHOLE_COMMON_IN_HAND_H
#define LOOPHOLE_COMMON_IN_HAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum in_hand_place {
    IN_HAND_ASK,   /* the loop's: an ask */
    IN_HAND_FILES, /* from here: files, or large asks, that the loop and threads read: up to seven threads have a place
                    * for one each, and those of further threads are not noted */
    IN_HAND_PLACES = 8
};

enum { IN_HAND_BLAMED = 15 /* the newest are kept */ };

struct in_hand {
    _Atomic uint64_t held[IN_HAND_PLACES]; /* keys; 0: nothing */
    _Atomic uint64_t deaths;               /* keys that were added to `blamed` */
    _Atomic uint64_t blamed[IN_HAND_BLAMED];
};
_Static_assert(sizeof(struct in_hand) == 192, "three cache lines");

/* The key of some bytes: an id, the content of a file. Never 0. */
uint64_t in_hand_key(const void *bytes, size_t len);

/* Takes the key of an ask in hand, and returns what was there: give it back with in_hand_leave. The loop's thread. */
uint64_t in_hand_take(struct in_hand *hand, uint64_t key);
uint64_t in_hand_now(const struct in_hand *hand); /* the key; 0: nothing */
void in_hand_leave(struct in_hand *hand, uint64_t before);

/* Takes the key of a file in hand, in a place of this thread. False: the thread has one already, or no place is free;
 * then the key is not noted. True: the same thread calls in_hand_lay_down. Any thread. */
bool in_hand_try(struct in_hand *hand, uint64_t key);
void in_hand_lay_down(void);

/* For crash_before_end: this thread crashed, so the files of all others are not to blame. Async-signal-safe. */
void in_hand_accuse(void);

/* How many processes of the service died with this key in hand, of the last IN_HAND_BLAMED. Any thread. */
uint32_t in_hand_deaths(const struct in_hand *hand, uint64_t key);

/* The supervisor, when the process is dead: what it held is to blame, or is not. Of several files,
 * as after a hang, none is: nothing says which of them it was. Leaves nothing in hand. */
void in_hand_bury(struct in_hand *hand, bool is_to_blame);

#endif
