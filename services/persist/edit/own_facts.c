#include "services/persist/edit/own_facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/persist/edit/ranges.h"
#include "store/catalogue_facts.h"

enum { AT_ONCE = 64, A_PERSONS_OWN = 512 };

static enum err refuse_fact(uint32_t number, struct fault *fault)
{
    char field[32];

    snprintf(field, sizeof(field), "edit.facts[%u]", number);
    return fault_field(fault, field);
}

static enum err refuse_many(const struct edit *edit, struct fault *fault)
{
    return fault_set(fault, ERR_TOO_LARGE, "the edit sets and clears %u facts: at most %d at once",
                     edit->facts.count + edit->clear_facts.count, AT_ONCE);
}

bool own_facts_full(const struct edit *edit, struct fault *fault)
{
    bool is_full = edit->facts.count + edit->clear_facts.count >= AT_ONCE;

    if (is_full)
        refuse_many(edit, fault);
    return is_full;
}

enum err own_facts_check(const struct edit *edit, struct fault *fault)
{
    if (edit->facts.count + edit->clear_facts.count > AT_ONCE)
        return refuse_many(edit, fault);
    for (uint32_t i = 0; i < edit->facts.count; i++) {
        enum err e = ranges_check(&edit->facts.at[i], fault);
        if (e != ERR_OK)
            return refuse_fact(i, fault);
    }
    return ERR_OK;
}

static int by_attribute(const void *a, const void *b)
{
    return text_compare(((const struct own_fact *)a)->attribute, ((const struct own_fact *)b)->attribute);
}

static struct own_fact *find_fact(const struct own_facts *facts, struct text attribute)
{
    const struct own_fact wanted = { .attribute = attribute };

    return bsearch(&wanted, facts->said, facts->count, sizeof(wanted), by_attribute);
}

static bool same_value(const struct fact *a, const struct fact *b)
{
    if (!a || !b)
        return a == b;
    return a->has_number == b->has_number && a->has_text == b->has_text &&
           (!a->has_number || !(a->number < b->number || a->number > b->number)) &&
           (!a->has_text || text_equal(a->text, b->text));
}

/* If the edit names an attribute twice, it is listed once. */
static void list_said(struct arena *arena, const struct edit *edit, struct own_facts *to)
{
    uint32_t all = edit->facts.count + edit->clear_facts.count, kept = 0;

    to->said = arena_array(arena, all, sizeof(*to->said));
    for (uint32_t i = 0; i < all; i++)
        to->said[i] = (struct own_fact){
            .attribute =
                i < edit->facts.count ? edit->facts.at[i].attribute : edit->clear_facts.at[i - edit->facts.count],
        };
    qsort(to->said, all, sizeof(*to->said), by_attribute);
    for (uint32_t i = 0; i < all; i++)
        if (i == 0 || !text_equal(to->said[i].attribute, to->said[kept - 1].attribute))
            to->said[kept++] = to->said[i];
    to->count = kept;
}

/* Copies the item's facts, except the person's facts that the edit names: these are noted as `was`. */
static void adopt_facts(const struct fact_list *was, struct own_facts *to, struct fact_list *now)
{
    for (uint32_t i = 0; i < was->count; i++) {
        const struct fact *fact = &was->at[i];
        struct own_fact *said = fact->source.value == SOURCE_USER ? find_fact(to, fact->attribute) : NULL;
        if (said && !said->was)
            said->was = fact;
        else
            now->at[now->count++] = *fact;
    }
}

/* The edit's values replace the cleared ones. If it sets an attribute twice, the last value counts. */
static void set_all(const struct edit *edit, struct own_facts *to, struct fact_list *now)
{
    for (uint32_t i = 0; i < edit->facts.count; i++) {
        struct own_fact *said = find_fact(to, edit->facts.at[i].attribute);
        uint32_t place = said->now ? (uint32_t)(said->now - now->at) : now->count++;
        struct fact *fact = &now->at[place];
        *fact = edit->facts.at[i];
        fact->source = (struct choice){ .value = SOURCE_USER };
        fact->confidence = 1;
        fact->version = 0;
        fact->shown = true;
        said->now = fact;
    }
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
    list_said(arena, edit, to);
    adopt_facts(&to->was.each, to, &now);
    set_all(edit, to, &now);
    if (count_of_user(now) > A_PERSONS_OWN)
        return fault_set(fault, ERR_TOO_LARGE, "the item would have %u facts of a person: at most %d",
                         count_of_user(now), A_PERSONS_OWN);
    to->now.each = now;
    for (uint32_t i = 0; i < to->count; i++)
        to->differ = to->differ || !same_value(to->said[i].was, to->said[i].now);
    return ERR_OK;
}

/* Makes `half` an edit that gives the attribute the value of `fact`, or clears it. */
static void add_to_half(struct edit *half, struct text attribute, const struct fact *fact)
{
    if (fact)
        half->facts.at[half->facts.count++] = *fact;
    else
        half->clear_facts.at[half->clear_facts.count++] = attribute;
}

void own_facts_room(struct arena *arena, const struct edit *edit, struct edit *copy)
{
    struct fact *facts = arena_array(arena, AT_ONCE, sizeof(*facts));
    struct text *clear = arena_array(arena, AT_ONCE, sizeof(*clear));

    for (uint32_t i = 0; i < edit->facts.count; i++)
        facts[i] = edit->facts.at[i];
    for (uint32_t i = 0; i < edit->clear_facts.count; i++)
        clear[i] = edit->clear_facts.at[i];
    copy->facts = (struct fact_list){ edit->facts.count, facts };
    copy->clear_facts = (struct text_list){ edit->clear_facts.count, clear };
}

void own_facts_halves(struct arena *arena, const struct own_facts *facts, struct edit *before, struct edit *after)
{
    own_facts_room(arena, before, before);
    own_facts_room(arena, after, after);
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct own_fact *said = &facts->said[i];
        if (same_value(said->was, said->now))
            continue;
        add_to_half(before, said->attribute, said->was);
        add_to_half(after, said->attribute, said->now);
    }
}
