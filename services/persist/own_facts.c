#include "services/persist/own_facts.h"
#include <stdio.h>
#include "services/persist/ranges.h"
#include "store/catalogue.h"

enum { AT_ONCE = 64, A_PERSONS_OWN = 512 };

static enum err refuse_fact(uint32_t number, struct fault *fault)
{
    char field[32];

    snprintf(field, sizeof(field), "edit.facts[%u]", number);
    return fault_field(fault, field);
}

enum err own_facts_check(const struct edit *edit, struct fault *fault)
{
    if (edit->facts.count + edit->clear_facts.count > AT_ONCE)
        return fault_set(fault, ERR_TOO_LARGE, "more than %d facts set and cleared at once", AT_ONCE);
    for (uint32_t i = 0; i < edit->facts.count; i++) {
        enum err e = ranges_check(&edit->facts.at[i], fault);
        if (e != ERR_OK)
            return refuse_fact(i, fault);
    }
    return ERR_OK;
}

static struct fact *find(struct fact_list facts, struct text attribute)
{
    for (uint32_t i = 0; i < facts.count; i++)
        if (facts.at[i].source.value == SOURCE_USER && text_equal(facts.at[i].attribute, attribute))
            return &facts.at[i];
    return NULL;
}

static void clear(struct fact_list *facts, struct text attribute)
{
    struct fact *fact = find(*facts, attribute);

    if (!fact)
        return;
    *fact = facts->at[--facts->count];
}

static void set(struct fact_list *facts, const struct fact *said)
{
    struct fact *fact = find(*facts, said->attribute);

    if (!fact)
        fact = &facts->at[facts->count++];
    *fact = *said;
    fact->source = (struct choice){ .value = SOURCE_USER };
    fact->confidence = 1;
    fact->version = 0;
    fact->shown = true;
}

static bool same(const struct fact *a, const struct fact *b)
{
    if (!a || !b)
        return a == b;
    return a->has_number == b->has_number && a->has_text == b->has_text &&
           (!a->has_number || !(a->number < b->number || a->number > b->number)) &&
           (!a->has_text || text_equal(a->text, b->text));
}

static struct text attribute_of(const struct edit *edit, uint32_t i)
{
    return i < edit->facts.count ? edit->facts.at[i].attribute : edit->clear_facts.at[i - edit->facts.count];
}

static uint32_t count_of_user(struct fact_list facts)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < facts.count; i++)
        count += facts.at[i].source.value == SOURCE_USER;
    return count;
}

enum err own_facts_change(struct txn *txn, struct arena *arena, const struct edit *edit, struct own_facts *to,
                          struct fault *fault)
{
    struct fact_list now = { 0 };
    enum err e = catalogue_subject_facts(txn, arena, bytes_of(edit->id.b, sizeof(edit->id.b)), &to->was);

    if (e != ERR_OK)
        return fault_set(fault, e, "the item's facts cannot be read");
    now.at = arena_array(arena, to->was.each.count + edit->facts.count, sizeof(struct fact));
    if (!now.at)
        return fault_set(fault, ERR_FULL, "no memory for the facts");
    for (uint32_t i = 0; i < to->was.each.count; i++)
        now.at[now.count++] = to->was.each.at[i];
    for (uint32_t i = 0; i < edit->clear_facts.count; i++)
        clear(&now, edit->clear_facts.at[i]);
    for (uint32_t i = 0; i < edit->facts.count; i++)
        set(&now, &edit->facts.at[i]);
    if (count_of_user(now) > A_PERSONS_OWN)
        return fault_set(fault, ERR_TOO_LARGE, "more than %d facts of one's own about one item",
                         A_PERSONS_OWN);
    to->now.each = now;
    for (uint32_t i = 0; i < edit->facts.count + edit->clear_facts.count; i++)
        to->differ =
            to->differ || !same(find(to->was.each, attribute_of(edit, i)), find(now, attribute_of(edit, i)));
    return ERR_OK;
}

/* Makes `half` an edit that gives `attribute` the value it has in `facts`, or takes it away. */
static void add_to_half(struct edit *half, struct text attribute, struct fact_list facts)
{
    struct fact *fact = find(facts, attribute);

    if (fact)
        half->facts.at[half->facts.count++] = *fact;
    else
        half->clear_facts.at[half->clear_facts.count++] = attribute;
}

static enum err make_room(struct arena *arena, struct edit *half)
{
    half->facts.at = arena_array(arena, AT_ONCE, sizeof(*half->facts.at));
    half->clear_facts.at = arena_array(arena, AT_ONCE, sizeof(*half->clear_facts.at));
    return half->facts.at && half->clear_facts.at ? ERR_OK : ERR_FULL;
}

enum err own_facts_halves(struct arena *arena, const struct own_facts *facts, const struct edit *edit,
                          struct edit *before, struct edit *after, struct fault *fault)
{
    if (make_room(arena, before) != ERR_OK || make_room(arena, after) != ERR_OK)
        return fault_set(fault, ERR_FULL, "no memory for the facts");
    for (uint32_t i = 0; i < edit->facts.count + edit->clear_facts.count; i++) {
        struct text attribute = attribute_of(edit, i);
        if (same(find(facts->was.each, attribute), find(facts->now.each, attribute)))
            continue;
        add_to_half(before, attribute, facts->was.each);
        add_to_half(after, attribute, facts->now.each);
    }
    return ERR_OK;
}
