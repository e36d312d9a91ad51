#include "services/persist/edit/edit.h"

#include <stdio.h>

#include "common/clock.h"
#include "services/persist/edit/analysis_tags.h"
#include "services/persist/edit/marks.h"
#include "services/persist/edit/own_facts.h"
#include "services/persist/edit/stated.h"
#include "services/persist/edit/tags.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/turn/turn.h"
#include "store/catalogue_write.h"

/* The effect of an edit: the item before and after, and the two edits that lead from one state to the other. */
struct change_of_media {
    struct media was, now;
    struct own_facts facts;
    struct edit before, after;
    usec_t forgotten; /* since when an edit that forgets the item has it forgotten */
    bool any;
};

/* ---- checks ---- */

static enum err check_tags(struct text_list tags, struct fault *fault)
{
    char field[32];

    for (uint32_t i = 0; i < tags.count; i++) {
        if (tags.at[i].len == 0) {
            fault_set(fault, ERR_BAD_REQUEST, "a tag is empty");
            snprintf(field, sizeof(field), "edit.add_tags[%u]", i);
            return fault_field(fault, field);
        }
    }
    return ERR_OK;
}

static enum err check_edit(const struct edit *edit, struct fault *fault)
{
    enum err e = check_tags(edit->add_tags, fault);

    if (id_is_zero(edit->id)) {
        fault_set(fault, ERR_BAD_REQUEST, "the edit names no item");
        fault_field(fault, "edit.id");
        return ERR_BAD_REQUEST;
    }
    return e == ERR_OK ? own_facts_check(edit, fault) : e;
}

static enum err find_item(struct persist *p, const struct edit *edit, struct media *was, struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    enum err e = catalogue_media(p->w.txn, &p->arena, edit->id, was);

    if (e == ERR_NOT_FOUND) {
        e = edit->has_expect ? ERR_CONFLICT : ERR_NOT_FOUND;
        fault_set(fault, e, "no media item %s", id_write(edit->id, id));
        fault_field(fault, "edit.id");
        return e;
    }
    if (e != ERR_OK)
        return fault_set(fault, e, "media item %s cannot be read", id_write(edit->id, id));
    if (edit->has_expect && was->revision != edit->expect) {
        fault_set(fault, ERR_CONFLICT, "media item %s is at revision %llu", id_write(edit->id, id),
                  (unsigned long long)was->revision);
        fault_field(fault, "edit.expect");
        fault->revision = was->revision;
        return fault_hint(fault, "read it again, and repeat the edit with its current revision");
    }
    return ERR_OK;
}

/* ---- the change ---- */

static void change_text(struct change_of_media *c, bool has, struct text to, struct text *field, size_t has_offset,
                        size_t offset)
{
    if (!has || text_equal(*field, to))
        return;
    struct edit *halves[] = { &c->before, &c->after };
    struct text values[] = { *field, to };
    for (int i = 0; i < 2; i++) {
        *(bool *)((char *)halves[i] + has_offset) = true;
        *(struct text *)((char *)halves[i] + offset) = values[i];
    }
    *field = to;
    c->any = true;
}

static void change_bool(struct change_of_media *c, bool has, bool to, bool *field, size_t has_offset, size_t offset)
{
    if (!has || *field == to)
        return;
    *(bool *)((char *)&c->before + has_offset) = *(bool *)((char *)&c->after + has_offset) = true;
    *(bool *)((char *)&c->before + offset) = *field;
    *(bool *)((char *)&c->after + offset) = to;
    *field = to;
    c->any = true;
}

static void change_origin(struct change_of_media *c, const struct edit *edit)
{
    if (!edit->has_origin || choice_equal(c->now.origin, edit->origin))
        return;
    c->before.has_origin = c->after.has_origin = true;
    c->before.origin = c->now.origin;
    c->after.origin = c->now.origin = edit->origin;
    c->any = true;
}

/* An item that is forgotten already keeps its time. */
static void change_forgotten(struct change_of_media *c, const struct edit *edit)
{
    if (!edit->has_forgotten || c->now.has_forgotten == edit->forgotten)
        return;
    c->before.has_forgotten = c->after.has_forgotten = true;
    c->before.forgotten = c->now.has_forgotten;
    c->after.forgotten = c->now.has_forgotten = edit->forgotten;
    c->now.forgotten = edit->forgotten ? c->forgotten : 0;
    c->any = true;
}

#define PLACE_OF(field) offsetof(struct edit, has_##field), offsetof(struct edit, field)

static void change_fields(struct change_of_media *c, const struct edit *edit)
{
    change_text(c, edit->has_name, edit->name, &c->now.name, PLACE_OF(name));
    change_text(c, edit->has_pack, edit->pack, &c->now.pack, PLACE_OF(pack));
    change_text(c, edit->has_notes, edit->notes, &c->now.notes, PLACE_OF(notes));
    change_bool(c, edit->has_favourite, edit->favourite, &c->now.favourite, PLACE_OF(favourite));
    change_bool(c, edit->has_hidden, edit->hidden, &c->now.hidden, PLACE_OF(hidden));
    change_origin(c, edit);
    change_text(c, edit->has_remote, edit->remote, &c->now.remote, PLACE_OF(remote));
    c->now.has_remote = c->now.remote.len > 0;
    change_forgotten(c, edit);
}

/* A tag that the edit both removes and adds stays. */
static enum err change_tags(struct arena *arena, struct change_of_media *c, const struct edit *edit,
                            struct fault *fault)
{
    const struct text_list was = tags_sorted(arena, c->was.tags), remove = tags_sorted(arena, edit->remove_tags);
    const struct text_list now = tags_with(arena, tags_without(arena, was, remove), edit->add_tags);

    if (now.count > TAGS_MOST)
        return fault_set(fault, ERR_TOO_LARGE, "the item would have %u tags: at most %d", now.count, TAGS_MOST);
    c->after.remove_tags = tags_without(arena, was, now);
    c->after.add_tags = tags_without(arena, now, was);
    c->before.add_tags = c->after.remove_tags;
    c->before.remove_tags = c->after.add_tags;
    c->now.tags = now;
    c->any = c->any || c->after.add_tags.count || c->after.remove_tags.count;
    return ERR_OK;
}

static enum err change_facts(struct persist *p, struct change_of_media *c, const struct edit *edit, struct fault *fault)
{
    enum err e = own_facts_change(p->w.txn, &p->arena, edit, &c->facts, fault);

    if (e != ERR_OK || !c->facts.differ)
        return e;
    c->any = true;
    own_facts_halves(&p->arena, &c->facts, &c->before, &c->after);
    return ERR_OK;
}

/* An undo or redo already contains the facts that its edit meant. */
static enum err plan_edit(struct persist *p, const struct edit *edit, enum edit_mode mode, struct change_of_media *c,
                          struct fault *fault)
{
    struct edit said = *edit;
    enum err e = check_edit(edit, fault);

    if (e == ERR_OK)
        e = find_item(p, edit, &c->was, fault);
    if (e == ERR_OK && mode == EDIT_BY_PERSON)
        e = analysis_tags_say(p, &c->was, edit, &said, fault);
    if (e == ERR_OK && mode == EDIT_BY_PERSON)
        e = marks_say(p, edit, &said, fault);
    if (e != ERR_OK)
        return e;
    c->now = c->was;
    c->before.id = c->after.id = said.id;
    change_fields(c, &said);
    if (said.add_tags.count || said.remove_tags.count)
        e = change_tags(&p->arena, c, &said, fault);
    if (e == ERR_OK && (said.facts.count || said.clear_facts.count))
        e = change_facts(p, c, &said, fault);
    return e;
}

/* If undo forgets an item again, the item counts as forgotten with its library, as before. */
static enum err push_step(struct persist *p, const struct change_of_media *c)
{
    const struct undo_step row = {
        .before = c->before,
        .after = c->after,
        .has_forgotten = c->before.has_forgotten && c->before.forgotten,
        .forgotten = c->was.forgotten,
    };

    return undo_push(p, (struct id){ { 0 } }, &row);
}

static enum err write_edited(struct persist *p, struct change_of_media *c, enum edit_mode mode)
{
    enum err e;

    c->now.revision = turn_next(p);
    e = turn_wrote(p, catalogue_put_media(&p->w, &c->was, &c->now));
    if (e == ERR_OK && c->facts.differ)
        e = turn_wrote(p, catalogue_put_facts(&p->w, bytes_of(c->now.id.b, sizeof(c->now.id.b)), &c->facts.now));
    if (e == ERR_OK)
        e = turn_log(p, CHANGE_KIND_MEDIA, c->now.id, false);
    if (e == ERR_OK && mode != EDIT_BY_TEAM)
        e = stated_by_edit(p, &c->now, &c->after);
    return e == ERR_OK && mode == EDIT_BY_PERSON ? push_step(p, c) : e;
}

static enum err apply_edit(struct persist *p, const struct edit *edit, enum edit_mode mode, usec_t forgotten,
                           struct done *done, struct fault *fault)
{
    struct change_of_media c = { .forgotten = forgotten };
    enum err e = plan_edit(p, edit, mode, &c, fault);

    if (e != ERR_OK)
        return e;
    if (c.any && (e = write_edited(p, &c, mode)) != ERR_OK)
        return e;
    *done = (struct done){ .revision = c.now.revision, .id = edit->id };
    return ERR_OK;
}

enum err edit_apply(struct persist *p, const struct edit *edit, enum edit_mode mode, struct done *done,
                    struct fault *fault)
{
    return apply_edit(p, edit, mode, clock_now(), done, fault);
}

enum err edit_apply_step(struct persist *p, const struct edit *edit, usec_t at, struct done *done, struct fault *fault)
{
    return apply_edit(p, edit, EDIT_IS_UNDO, at ? at : clock_now(), done, fault);
}
