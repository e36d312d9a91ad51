#include "common/shared/in_hand.h"

#include <string.h>

#include "common/hash.h"

uint64_t in_hand_key(const void *bytes, size_t len)
{
    const struct hash hash = hash_of(bytes, len);
    uint64_t key;

    memcpy(&key, hash.b, sizeof(key));
    return key ? key : 1;
}

uint64_t in_hand_take(struct in_hand *hand, uint64_t key)
{
    return hand ? atomic_exchange_explicit(&hand->held[IN_HAND_ASK], key, memory_order_relaxed) : 0;
}

uint64_t in_hand_now(const struct in_hand *hand)
{
    return hand ? atomic_load_explicit(&hand->held[IN_HAND_ASK], memory_order_relaxed) : 0;
}

void in_hand_leave(struct in_hand *hand, uint64_t before)
{
    if (hand)
        atomic_store_explicit(&hand->held[IN_HAND_ASK], before, memory_order_relaxed);
}

/* ---- files ---- */

/* A signal handler can reach only static data. */
static _Thread_local _Atomic uint64_t *mine; /* the place of this thread; NULL: none */
static struct in_hand *_Atomic used;         /* the last one in which a thread took a place */
static atomic_bool is_dying;

bool in_hand_try(struct in_hand *hand, uint64_t key)
{
    if (!hand || mine || atomic_load(&is_dying))
        return false;
    for (int place = IN_HAND_FILES; !mine && place < IN_HAND_PLACES; place++) {
        uint64_t nothing = 0;
        if (atomic_compare_exchange_strong(&hand->held[place], &nothing, key))
            mine = &hand->held[place];
    }
    atomic_store(&used, hand);
    return mine != NULL;
}

void in_hand_lay_down(void)
{
    if (mine)
        atomic_store(mine, 0);
    mine = NULL;
}

void in_hand_accuse(void)
{
    struct in_hand *hand = atomic_load(&used);

    atomic_store(&is_dying, true);
    for (int place = IN_HAND_FILES; hand && place < IN_HAND_PLACES; place++)
        if (&hand->held[place] != mine)
            atomic_store(&hand->held[place], 0);
}

/* ---- deaths ---- */

uint32_t in_hand_deaths(const struct in_hand *hand, uint64_t key)
{
    uint32_t deaths = 0;

    for (int i = 0; hand && i < IN_HAND_BLAMED; i++)
        deaths += atomic_load_explicit(&hand->blamed[i], memory_order_relaxed) == key;
    return deaths;
}

static void blame_key(struct in_hand *hand, uint64_t key)
{
    if (key)
        atomic_store(&hand->blamed[atomic_fetch_add(&hand->deaths, 1) % IN_HAND_BLAMED], key);
}

void in_hand_bury(struct in_hand *hand, bool is_to_blame)
{
    const uint64_t ask = hand ? atomic_exchange(&hand->held[IN_HAND_ASK], 0) : 0;
    uint64_t file = 0;
    uint32_t files = 0;

    for (int place = IN_HAND_FILES; hand && place < IN_HAND_PLACES; place++) {
        const uint64_t key = atomic_exchange(&hand->held[place], 0);
        file = key ? key : file;
        files += key != 0;
    }
    if (!is_to_blame)
        return;
    blame_key(hand, ask);
    if (files == 1)
        blame_key(hand, file);
}
