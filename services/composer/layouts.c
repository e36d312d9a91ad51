#include "services/composer/layouts.h"

#include <string.h>

#include "services/composer/reading.h"

enum { LAYOUT_SLOTS = 1000, LESSONS_MOST = 4 * LAYOUT_SLOTS /* that are read; some may be malformed */ };
enum { SLOT_TAGS = 32, SLOT_MOST = 128, NUMBER_DIGITS = 3, NAME_MOST = 56, TAG_MOST = 60 };

struct slot_listing {
    struct arena *arena;
    struct layouts_known *to;
    uint32_t lessons; /* read so far */
};

/* The lesson's word: the layout's name, "/", and three digits, so the rows are in the order of the slots. */
static bool read_place(struct text word, struct arena *arena, struct layout_slot *to)
{
    uint32_t name = word.len > NUMBER_DIGITS ? word.len - NUMBER_DIGITS - 1 : 0;

    if (name == 0 || name > NAME_MOST || word.at[name] != '/')
        return false;
    for (uint32_t i = name + 1; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        to->slot = to->slot * 10 + (uint32_t)(word.at[i] - '0');
    }
    to->layout = arena_text(arena, (struct text){ name, word.at });
    return to->slot >= 1 && to->slot <= SLOT_MOST;
}

/* The lesson's value: the class, and after a comma each tag. */
static bool read_sound(struct text value, struct arena *arena, struct layout_slot *to)
{
    struct text text = arena_text(arena, value), rest = text;

    to->class = text_cut(&rest, ',');
    to->tags.at = arena_array(arena, SLOT_TAGS, sizeof(*to->tags.at));
    if (!to->tags.at || text.len != value.len) /* no room */
        return false;
    while (rest.len && to->tags.count < SLOT_TAGS) {
        struct text tag = text_cut(&rest, ',');
        if (tag.len == 0 || tag.len > TAG_MOST)
            return false;
        to->tags.at[to->tags.count++] = tag;
    }
    return rest.len == 0 && to->class.len <= 64;
}

static bool list_slot(void *state, const struct lesson *lesson)
{
    struct slot_listing *l = state;
    struct layout_slot slot = { 0 };

    if (l->to->each.count == LAYOUT_SLOTS || l->lessons == LESSONS_MOST) {
        l->to->has_more = l->to->more = true;
        return false;
    }
    l->lessons++;
    if (read_place(lesson->word, l->arena, &slot) && read_sound(lesson->value, l->arena, &slot))
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
        from = arena_printf(arena, "%.*s/%0*llu", TEXT_ARG(ask->after), NUMBER_DIGITS,
                            (unsigned long long)(ask->has_after_slot ? ask->after_slot + 1 : 0));
    to->each.at = arena_array(arena, LAYOUT_SLOTS, sizeof(*to->each.at));
    e = to->each.at ? community_each_from(txn, arena, LESSON_KIND_SLOT, of_no_content, from, list_slot, &listing)
                    : ERR_FULL;
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(fault, e, "the kit layouts cannot be read");
}
