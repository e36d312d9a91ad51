#include "store/layouts.h"

enum { SLOT_TAGS = 32, SLOT_MOST = 128, NAME_MOST = 56, TAG_MOST = 60 };

/* The lesson's word: the layout's name, "/", and three digits, so the rows are in the order of the slots. */
static bool read_place(struct text word, struct arena *arena, struct layout_slot *to)
{
    uint32_t name = word.len > LAYOUTS_DIGITS ? word.len - LAYOUTS_DIGITS - 1 : 0;

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

bool layouts_read(const struct lesson *lesson, struct arena *arena, struct layout_slot *to)
{
    return read_place(lesson->word, arena, to) && read_sound(lesson->value, arena, to);
}
