#include "services/composer/layouts.h"

#include "services/composer/reading.h"
#include "store/layouts.h"

enum { LAYOUT_SLOTS = 1000, LESSONS_MOST = 4 * LAYOUT_SLOTS /* that are read; some may be malformed */ };

struct slot_listing {
    struct arena *arena;
    struct layouts_known *to;
    uint32_t lessons; /* read so far */
};

static bool list_slot(void *state, const struct lesson *lesson)
{
    struct slot_listing *l = state;
    struct layout_slot slot = { 0 };

    if (l->to->each.count == LAYOUT_SLOTS || l->lessons == LESSONS_MOST) {
        l->to->has_more = l->to->more = true;
        return false;
    }
    l->lessons++;
    if (layouts_read(lesson, l->arena, &slot))
        l->to->each.at[l->to->each.count++] = slot;
    return true;
}

enum err layouts_list(struct composer *c, struct arena *arena, const struct composer_layouts *ask,
                      struct layouts_known *to, struct fault *fault)
{
    const struct bytes of_no_content = { 0, NULL };
    struct slot_listing listing = { .arena = arena, .to = to };
    struct text from = { 0 };
    struct txn *txn;
    enum err e = reading_begin(c, &txn, fault);

    if (e != ERR_OK)
        return e;
    if (ask->has_after)
        from = arena_printf(arena, "%.*s/%0*llu", TEXT_ARG(ask->after), LAYOUTS_DIGITS,
                            (unsigned long long)(ask->has_after_slot ? ask->after_slot + 1 : 0));
    to->each.at = arena_array(arena, LAYOUT_SLOTS, sizeof(*to->each.at));
    e = to->each.at ? community_each_from(txn, arena, LESSON_KIND_SLOT, of_no_content, from, list_slot, &listing)
                    : ERR_FULL;
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the kit layouts cannot be read");
}
