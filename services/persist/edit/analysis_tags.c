#include "services/persist/edit/analysis_tags.h"

#include "services/persist/edit/own_facts.h"
#include "services/persist/edit/tags.h"
#include "store/catalogue_facts.h"
#include "store/fact_name.h"

static bool is_in(struct text_list tags, struct text tag)
{
    for (uint32_t i = 0; i < tags.count; i++)
        if (text_equal(tags.at[i], tag))
            return true;
    return false;
}

static bool is_said(const struct edit *edit, struct text attribute)
{
    for (uint32_t i = 0; i < edit->facts.count; i++)
        if (text_equal(edit->facts.at[i].attribute, attribute))
            return true;
    return is_in(edit->clear_facts, attribute);
}

static void deny_tag(struct edit *said, struct text attribute)
{
    said->facts.at[said->facts.count++] = (struct fact){
        .attribute = attribute, .source.value = SOURCE_USER, .has_number = true, .confidence = 1, .shown = true
    };
}

/* The edit's tags, sorted, because each of the item's facts (up to some thousand) is looked up in them. */
struct tags_said {
    struct text_list added, removed;
};

/* Applies the edit's tags to one fact of the item that denotes a tag. */
static enum err say_one(const struct fact *fact, const struct tags_said *tags, struct edit *said, struct fault *fault)
{
    const struct text attribute = fact->attribute, tag = fact_name_tag(attribute);
    bool is_added = tags_have(tags->added, tag);

    if ((!is_added && !tags_have(tags->removed, tag)) || is_said(said, attribute))
        return ERR_OK;
    if (own_facts_full(said, fault))
        return ERR_TOO_LARGE;
    if (!is_added)
        deny_tag(said, attribute);
    else if (fact->source.value == SOURCE_USER)
        said->clear_facts.at[said->clear_facts.count++] = attribute;
    return ERR_OK;
}

enum err analysis_tags_say(struct persist *p, const struct media *was, const struct edit *edit, struct edit *said,
                           struct fault *fault)
{
    struct fact_list facts = { 0 };
    struct tags_said tags;
    enum err e;

    if (edit->add_tags.count + edit->remove_tags.count == 0)
        return ERR_OK;
    e = catalogue_facts(p->w.txn, &p->arena, was, &facts);
    own_facts_room(&p->arena, edit, said);
    if (e != ERR_OK)
        return fault_set(fault, e, "the item's facts cannot be read");
    tags = (struct tags_said){ tags_sorted(&p->arena, edit->add_tags), tags_sorted(&p->arena, edit->remove_tags) };
    for (uint32_t i = 0; e == ERR_OK && i < facts.count; i++)
        if (fact_name_tag(facts.at[i].attribute).len)
            e = say_one(&facts.at[i], &tags, said, fault);
    return e;
}
