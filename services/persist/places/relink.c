#include "services/persist/places/relink.h"

#include "common/clock.h"
#include "services/persist/edit/undo_stack.h"
#include "services/persist/places/merge.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "services/persist/uses/uses_follow.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_write.h"

/* A name that a person wrote stays; another one follows the file. */
static enum err give_file(struct persist *p, const struct media *was, const struct media *from, struct media *now)
{
    *now = *was;
    merge_copy_place(now, from);
    merge_copy_analysis(now, from);
    if (text_equal(was->name, places_title(&p->arena, was->file)))
        now->name = places_title(&p->arena, now->file);
    return pack_follow(p, was, now);
}

/* ---- facts: those of the file go with it ---- */

static enum err mix_facts(struct persist *p, struct fact_list own, struct fact_list others, struct facts *to)
{
    uint32_t count = own.count + others.count;
    struct fact *at = arena_array(&p->arena, count, sizeof(*at));

    *to = (struct facts){ .each = { 0, at } };
    if (!at)
        return ERR_FULL;
    for (uint32_t i = 0; i < own.count; i++)
        if (own.at[i].source.value != SOURCE_FILE)
            at[to->each.count++] = own.at[i];
    for (uint32_t i = 0; i < others.count; i++)
        if (others.at[i].source.value == SOURCE_FILE)
            at[to->each.count++] = others.at[i];
    return ERR_OK;
}

static enum err read_facts(struct persist *p, struct bytes subject, struct facts *to)
{
    enum err e = catalogue_subject_facts(p->w.txn, &p->arena, subject, to);

    if (e == ERR_NOT_FOUND)
        *to = (struct facts){ 0 };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err exchange_facts(struct persist *p, const struct id *one, const struct id *other)
{
    struct bytes a = bytes_of(one->b, sizeof(one->b)), b = bytes_of(other->b, sizeof(other->b));
    struct facts of_a, of_b, now_a, now_b;
    enum err e = read_facts(p, a, &of_a);

    if (e == ERR_OK)
        e = read_facts(p, b, &of_b);
    if (e != ERR_OK || of_a.each.count + of_b.each.count == 0)
        return e;
    e = mix_facts(p, of_a.each, of_b.each, &now_a);
    if (e == ERR_OK)
        e = mix_facts(p, of_b.each, of_a.each, &now_b);
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_facts(&p->w, a, &now_a));
    return e == ERR_OK ? turn_wrote(p, catalogue_put_facts(&p->w, b, &now_b)) : e;
}

/* ---- both items ---- */

struct relinked {
    struct media was[2];
};

static enum err find_pair(struct persist *p, const struct relink *relink, struct relinked *pair, struct fault *fault)
{
    enum err e = places_find(p, relink->id, &pair->was[0], fault);

    return e == ERR_OK ? places_find(p, relink->with, &pair->was[1], fault) : e;
}

/* `forgotten`: since when the second item is; 0: it is not. `back`: a relink is undone. */
static enum err exchange_files(struct persist *p, const struct relinked *pair, usec_t forgotten, bool back,
                               struct done *done)
{
    struct media now[2];
    enum err e = give_file(p, &pair->was[0], &pair->was[1], &now[0]);

    if (e == ERR_OK)
        e = give_file(p, &pair->was[1], &pair->was[0], &now[1]);
    if (e == ERR_OK)
        e = exchange_facts(p, &now[0].id, &now[1].id);
    if (e != ERR_OK)
        return e;
    now[1].has_forgotten = forgotten != 0;
    now[1].forgotten = forgotten;
    now[0].revision = turn_next(p);
    now[1].revision = now[0].revision + 1;
    e = turn_wrote(p, catalogue_exchange_media(&p->w, pair->was, now));
    if (e == ERR_OK)
        e = back ? uses_return(p, now[1].id, now[0].id) : uses_lend(p, now[1].id, now[0].id);
    for (int i = 0; e == ERR_OK && i < 2; i++)
        e = turn_log(p, CHANGE_KIND_MEDIA, now[i].id, false);
    *done = (struct done){ .revision = p->head, .id = now[0].id };
    return e;
}

enum err relink_take(struct persist *p, const struct undo_step *row, bool back, struct done *done, struct fault *fault)
{
    struct relinked pair;
    enum err e = find_pair(p, &row->relink, &pair, fault);

    return e == ERR_OK ? exchange_files(p, &pair, back ? row->forgotten : clock_now(), back, done) : e;
}

static enum err refuse_item(const struct media *media, const char *why, struct fault *fault)
{
    char id[ID_TEXT_SIZE];

    return fault_set(fault, ERR_CONFLICT, "item %s %s", id_write(media->id, id), why);
}

static enum err check_pair(const struct relinked *pair, struct fault *fault)
{
    for (int i = 0; i < 2; i++)
        if (pair->was[i].lifecycle.value != LIFECYCLE_FINAL)
            return refuse_item(&pair->was[i], "is an unfinished take: end it first", fault);
    if (pair->was[0].availability.value != ITEM_STATE_MISSING)
        return refuse_item(&pair->was[0], "is not missing", fault);
    if (pair->was[1].availability.value == ITEM_STATE_MISSING)
        return refuse_item(&pair->was[1], "is missing too", fault);
    return ERR_OK;
}

enum err relink_items(struct persist *p, const struct relink *relink, struct done *done, struct fault *fault)
{
    struct undo_step row = {
        .before = { .id = relink->id }, .after = { .id = relink->id }, .has_relink = true, .relink = *relink
    };
    struct relinked pair;
    enum err e = find_pair(p, relink, &pair, fault);

    if (e == ERR_OK)
        e = check_pair(&pair, fault);
    if (e == ERR_OK)
        e = exchange_files(p, &pair, clock_now(), false, done);
    row.has_forgotten = e == ERR_OK && pair.was[1].has_forgotten;
    row.forgotten = row.has_forgotten ? pair.was[1].forgotten : 0;
    return e == ERR_OK ? undo_push(p, (struct id){ { 0 } }, &row) : e;
}
