/* Relinks: a missing item takes the file of another one, which is forgotten. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/model.h"

enum err model_relink_refusal(const struct model_item *item, const struct model_item *with)
{
    if (!item || !with)
        return ERR_NOT_FOUND;
    return item->availability != ITEM_STATE_MISSING || with->availability == ITEM_STATE_MISSING ? ERR_CONFLICT : ERR_OK;
}

/* A name that a person wrote stays. */
static void take_file(struct model *m, struct model_item *to, const struct model_item *from)
{
    char title[WORD];

    snprintf(title, WORD, "k%02u", to->file);
    if (strcmp(to->name, title) == 0)
        snprintf(to->name, WORD, "k%02u", from->file);
    model_pack_follow(m, to->folder, from->folder, to->pack);
    to->folder = from->folder;
    to->file = from->file;
    to->size = from->size;
    to->mtime = from->mtime;
    to->availability = from->availability;
    to->is_heard = from->is_heard;
    to->analyser = from->analyser;
    to->content = from->content;
}

static struct verdict exchange_files(struct model *m, struct model_item *item, struct model_item *with)
{
    const struct model_item was = *item;

    take_file(m, item, with);
    take_file(m, with, &was);
    item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    with->revision = model_emit(m, CHANGE_KIND_MEDIA, with->id, false);
    sim.counts.relinks++;
    return (struct verdict){ .revision = m->head, .id = item->id };
}

static void forget_item(struct model_item *item)
{
    item->forgotten = true;
    item->forgotten_at = 0;
}

struct verdict model_relink(struct model *m, const struct op *op)
{
    struct model_item *item = model_item(m, op->item), *with = model_item(m, op->with);
    const struct model_step step = { .item = op->item,
                                     .is_relink = true,
                                     .with = op->with,
                                     .was_forgotten = with->forgotten,
                                     .at = with->forgotten ? with->forgotten_at : 0 };
    const struct verdict verdict = exchange_files(m, item, with);

    forget_item(with);
    model_push_step(m, &step);
    return verdict;
}

struct verdict model_relink_take(struct model *m, const struct model_step *step, bool back)
{
    struct model_item *with = model_item(m, step->with);
    const struct verdict verdict = exchange_files(m, model_item(m, step->item), with);

    forget_item(with);
    if (back) {
        with->forgotten = step->was_forgotten;
        with->forgotten_at = step->at;
    }
    return verdict;
}
