#include "services/persist/edit/marks.h"

#include <stdio.h>

#include "services/persist/edit/own_facts.h"
#include "store/catalogue.h"
#include "store/fact_name.h"

static enum err refuse_other(uint32_t number, struct fault *fault)
{
    char field[32];

    snprintf(field, sizeof(field), "edit.add_unlike[%u]", number);
    return fault_field(fault, field);
}

static enum err check_other(struct persist *p, const struct edit *edit, uint32_t number, struct fault *fault)
{
    struct id other = edit->add_unlike.at[number];
    struct media media;
    char id[ID_TEXT_SIZE];
    enum err e;

    if (id_equal(other, edit->id)) {
        fault_set(fault, ERR_BAD_REQUEST, "an item cannot be unlike itself: %s", id_write(other, id));
        return refuse_other(number, fault);
    }
    e = catalogue_media(p->w.txn, &p->arena, other, &media);
    if (e == ERR_OK)
        return ERR_OK;
    fault_set(fault, e, e == ERR_NOT_FOUND ? "no media item %s" : "media item %s cannot be read", id_write(other, id));
    return refuse_other(number, fault);
}

/* The fact's name; its `at` is NULL if the arena is full. */
static struct text name_mark(struct persist *p, struct id other)
{
    char name[FACT_NAME_UNLIKE_SIZE];

    return arena_text(&p->arena, fact_name_unlike(other, name));
}

static enum err add_mark(struct persist *p, struct id other, struct edit *said, struct fault *fault)
{
    struct text name = name_mark(p, other);

    if (own_facts_full(said, fault))
        return ERR_TOO_LARGE;
    said->facts.at[said->facts.count++] = (struct fact){ .attribute = name,
                                                         .source.value = SOURCE_USER,
                                                         .has_text = true,
                                                         .text = TEXT("1"),
                                                         .confidence = 1,
                                                         .shown = true };
    return ERR_OK;
}

static enum err clear_mark(struct persist *p, struct id other, struct edit *said, struct fault *fault)
{
    struct text name = name_mark(p, other);

    if (own_facts_full(said, fault))
        return ERR_TOO_LARGE;
    said->clear_facts.at[said->clear_facts.count++] = name;
    return ERR_OK;
}

enum err marks_say(struct persist *p, const struct edit *edit, struct edit *said, struct fault *fault)
{
    enum err e = ERR_OK;

    if (edit->add_unlike.count + edit->remove_unlike.count == 0)
        return ERR_OK;
    own_facts_room(&p->arena, said, said);
    for (uint32_t i = 0; e == ERR_OK && i < edit->remove_unlike.count; i++)
        e = clear_mark(p, edit->remove_unlike.at[i], said, fault);
    for (uint32_t i = 0; e == ERR_OK && i < edit->add_unlike.count; i++) {
        e = check_other(p, edit, i, fault);
        if (e == ERR_OK)
            e = add_mark(p, edit->add_unlike.at[i], said, fault);
    }
    return e;
}
