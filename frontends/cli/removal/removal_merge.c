#include "frontends/cli/removal/removal_merge.h"

#include <string.h>

#include "store/fact_name.h"

enum { NOTES_MOST = 4000 };

static bool has_own_fact(const struct fact_list *facts, struct text attribute)
{
    for (uint32_t i = 0; i < facts->count; i++)
        if (facts->at[i].source.value == SOURCE_USER && text_equal(facts->at[i].attribute, attribute))
            return true;
    return false;
}

static void join_facts(const struct judged *from, const struct judged *kept, struct edit *edit)
{
    struct id unused;

    for (uint32_t i = 0; i < from->found.sources.count && edit->facts.count < REMOVAL_FACTS; i++) {
        const struct fact *fact = &from->found.sources.at[i];
        if (fact->source.value == SOURCE_USER && !fact_name_other(fact->attribute, &unused) &&
            !has_own_fact(&kept->found.sources, fact->attribute) && !has_own_fact(&edit->facts, fact->attribute))
            edit->facts.at[edit->facts.count++] = *fact;
    }
}

static bool has_text(const struct text_list *list, struct text text)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (text_equal(list->at[i], text))
            return true;
    return false;
}

static void join_tags(const struct judged *from, const struct judged *kept, struct edit *edit)
{
    const struct text_list *tags = &from->found.item.media.tags, *own = &kept->found.item.media.tags;

    for (uint32_t i = 0; i < tags->count && own->count + edit->add_tags.count < REMOVAL_TAGS; i++)
        if (!has_text(own, tags->at[i]) && !has_text(&edit->add_tags, tags->at[i]))
            edit->add_tags.at[edit->add_tags.count++] = tags->at[i];
}

/* Both notes stay, one below the other. */
static void join_notes(struct arena *arena, const struct judged *from, const struct judged *kept, struct edit *edit)
{
    const struct text now = edit->has_notes ? edit->notes : kept->found.item.media.notes;
    const struct text more = from->found.item.media.notes;

    if (more.len == 0 || (now.len && memmem(now.at, now.len, more.at, more.len)) || now.len + more.len + 1 > NOTES_MOST)
        return;
    edit->has_notes = true;
    edit->notes = now.len ? arena_printf(arena, "%.*s\n%.*s", TEXT_ARG(now), TEXT_ARG(more)) : more;
}

void removal_merge(struct arena *arena, const struct judged *from, const struct judged *kept, struct edit *edit)
{
    join_facts(from, kept, edit);
    join_tags(from, kept, edit);
    join_notes(arena, from, kept, edit);
    edit->favourite |= from->found.item.media.favourite && !kept->found.item.media.favourite;
    edit->has_favourite = edit->favourite;
}

bool removal_merge_says(const struct edit *edit)
{
    return edit->facts.count || edit->add_tags.count || edit->has_notes || edit->has_favourite;
}
