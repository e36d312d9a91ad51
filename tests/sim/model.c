#include "tests/sim/model.h"

#include <stdio.h>
#include <string.h>

static const struct verdict done_nothing;

void model_begin(struct model *model, const struct change *log, uint64_t log_count)
{
    memset(model, 0, sizeof(*model));
    model->log = log;
    model->log_count = log_count;
}

/* ---- the log ---- */

static const struct change *next_row(const struct model *m)
{
    if (m->head >= m->log_count)
        sim_fail("request %u changed too little: the log ends at %llu", m->request.b[14] << 8 | m->request.b[15],
                 (unsigned long long)m->log_count);
    return &m->log[m->head];
}

uint64_t model_emit(struct model *m, enum change_kind kind, struct id id, bool removed)
{
    const struct change *row = next_row(m);

    m->head++;
    if (!id_equal(row->request, m->request))
        sim_fail("change %llu must belong to request %u", (unsigned long long)m->head,
                 m->request.b[14] << 8 | m->request.b[15]);
    if (row->kind.value != (int32_t)kind || !id_equal(row->id, id) || row->removed != removed)
        sim_fail("change %llu has the wrong record or kind: kind %d%s, expected %d%s", (unsigned long long)m->head,
                 (int)row->kind.value, row->removed ? ", removed" : "", (int)kind, removed ? ", removed" : "");
    return m->head;
}

/* The id that persist gave, which must be new. */
static struct id new_id(struct model *m)
{
    struct id id = next_row(m)->id;

    for (uint32_t i = 0; i < m->item_count; i++)
        if (id_equal(m->items[i].id, id))
            sim_fail("change %llu: an id is given twice", (unsigned long long)m->head + 1);
    return id;
}

/* ---- records ---- */

struct model_item *model_item(struct model *m, struct id id)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (id_equal(m->items[i].id, id))
            return m->items[i].gone ? NULL : &m->items[i];
    return NULL;
}

struct model_item *model_item_at(struct model *m, struct id folder, uint32_t file)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (!m->items[i].gone && m->items[i].file == file && id_equal(m->items[i].folder, folder))
            return &m->items[i];
    return NULL;
}

struct model_folder *model_folder(struct model *m, struct id id)
{
    for (uint32_t i = 0; i < m->folder_count; i++)
        if (id_equal(m->folders[i].id, id))
            return m->folders[i].gone ? NULL : &m->folders[i];
    return NULL;
}

static struct model_folder *folder_named(struct model *m, struct id parent, uint32_t name)
{
    for (uint32_t i = 0; i < m->folder_count; i++)
        if (!m->folders[i].gone && m->folders[i].name == name && id_equal(m->folders[i].parent, parent))
            return &m->folders[i];
    return NULL;
}

/* ---- places ---- */

static struct verdict make_item(struct model *m, const struct op *op)
{
    struct model_item *item = &m->items[m->item_count];

    if (m->item_count == MODEL_ITEMS)
        sim_fail("more items than the model has room for");
    *item = (struct model_item){ .id = new_id(m),
                                 .folder = op->folder,
                                 .file = op->file,
                                 .size = op->size,
                                 .mtime = op->mtime,
                                 .availability = op->availability };
    snprintf(item->name, WORD, "k%02u", op->file);
    memcpy(item->pack, op->pack, WORD);
    m->item_count++;
    item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    return (struct verdict){ .revision = item->revision, .id = item->id, .created = true, .stale = true };
}

static struct verdict place_item(struct model *m, const struct op *op)
{
    struct model_item *item = model_item_at(m, op->folder, op->file);

    if (!model_folder(m, op->folder))
        return (struct verdict){ .error = ERR_NOT_FOUND };
    if (!item)
        return make_item(m, op);
    if (item->size != op->size || item->mtime != op->mtime)
        item->is_heard = false;
    if (item->size != op->size || item->mtime != op->mtime || item->availability != op->availability) {
        item->size = op->size;
        item->mtime = op->mtime;
        item->availability = op->availability;
        item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    }
    return (struct verdict){ .revision = item->revision, .id = item->id, .stale = !item->is_heard };
}

static struct verdict set_presence(struct model *m, const struct op *op)
{
    struct model_item *item = model_item(m, op->item);

    if (!item)
        return (struct verdict){ .error = ERR_NOT_FOUND };
    bool is_there = !op->has_place || (id_equal(item->folder, op->folder) && item->file == op->file);
    if (is_there && item->availability != op->availability) {
        item->availability = op->availability;
        item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    }
    return (struct verdict){ .revision = item->revision, .id = item->id };
}

/* An item that was forgotten with its library, and turns up in another one. */
static bool comes_back(struct model *m, struct id from, struct id to)
{
    return !model_is_in_library(m, from) && model_is_in_library(m, to);
}

static struct verdict move_item(struct model *m, const struct op *op)
{
    struct model_item *item = model_item(m, op->item), *there = model_item_at(m, op->folder, op->file);
    char title[WORD];

    if (!item || !model_folder(m, op->folder))
        return (struct verdict){ .error = ERR_NOT_FOUND };
    if (there && there != item)
        return model_merge(m, item, there);
    if (!there) {
        snprintf(title, WORD, "k%02u", item->file);
        if (strcmp(item->name, title) == 0)
            snprintf(item->name, WORD, "k%02u", op->file);
        item->file = op->file;
        item->availability = ITEM_STATE_LOCAL;
        item->forgotten = item->forgotten && !comes_back(m, item->folder, op->folder);
        model_pack_follow(m, item->folder, op->folder, item->pack);
        item->folder = op->folder;
        item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    }
    return (struct verdict){ .revision = item->revision, .id = item->id };
}

/* ---- folders ---- */

static struct verdict verdict_of_head(const struct model *m, struct id id)
{
    return (struct verdict){ .revision = m->head, .id = id };
}

static struct verdict put_volume(struct model *m, const struct deed *deed)
{
    if (id_is_zero(m->volume))
        m->volume = new_id(m);
    else if (m->label == deed->number)
        return verdict_of_head(m, m->volume);
    m->label = deed->number;
    model_emit(m, CHANGE_KIND_VOLUME, m->volume, false);
    return verdict_of_head(m, m->volume);
}

static struct verdict put_folder(struct model *m, const struct deed *deed)
{
    const struct id parent = model_resolve(m, deed->parent);
    struct model_folder *folder = folder_named(m, parent, deed->number);

    if (folder)
        return verdict_of_head(m, folder->id);
    if (m->folder_count == MODEL_FOLDERS)
        sim_fail("more folders than the model has room for");
    folder = &m->folders[m->folder_count];
    *folder = (struct model_folder){ .id = new_id(m), .parent = parent, .name = deed->number };
    m->folder_count++;
    model_emit(m, CHANGE_KIND_FOLDER, folder->id, false);
    return verdict_of_head(m, folder->id);
}

static struct verdict move_folder(struct model *m, const struct deed *deed)
{
    const struct id parent = model_resolve(m, deed->parent);
    struct model_folder *folder = model_folder(m, deed->id), *there = folder_named(m, parent, deed->number);
    struct repacking repack = { .folder = deed->id };
    char new[WORD];

    if (folder && !there) {
        model_pack_of(m, folder->id, repack.old);
        folder->parent = parent;
        folder->name = deed->number;
        m->structure = model_emit(m, CHANGE_KIND_FOLDER, folder->id, false);
        model_pack_of(m, folder->id, new);
        if (repack.old[0] && new[0] && strcmp(repack.old, new) != 0 && !model_has_repack(m, &repack))
            sim_fail("nothing gives the items of a moved folder the pack of their place");
    }
    return verdict_of_head(m, deed->id);
}

static struct verdict put_library(struct model *m, const struct deed *deed)
{
    struct model_folder *folder = model_folder(m, deed->id);

    if (folder && (!folder->is_library || folder->files != deed->number)) {
        m->structure = folder->is_library ? m->structure : m->head + 1;
        folder->is_library = true;
        folder->files = deed->number;
        model_emit(m, CHANGE_KIND_LIBRARY, folder->id, false);
    }
    return verdict_of_head(m, deed->id);
}

static struct verdict forget_item(struct model *m, const struct deed *deed)
{
    struct model_item *item = model_item(m, deed->id);

    if (!item)
        return done_nothing;
    model_emit(m, CHANGE_KIND_MEDIA, item->id, true);
    model_take_out(m, item);
    return verdict_of_head(m, item->id);
}

/* ---- deeds ---- */

enum err model_refusal(struct model *m, const struct deed *deed)
{
    struct model_folder *folder = model_folder(m, deed->id);
    struct model_folder *there = folder_named(m, model_resolve(m, deed->parent), deed->number);
    bool has_no_parent = !id_is_zero(deed->parent) && !model_folder(m, deed->parent);

    switch (deed->kind) {
    case DEED_EDIT:
        return model_edit_refusal(m, &deed->ops[0]);
    case DEED_APPLY:
        return model_edit_together_refusal(m, deed);
    case DEED_UNDO:
    case DEED_REDO:
        return model_undo_refusal(m, deed);
    case DEED_FORGET:
        return model_item(m, deed->id) ? ERR_OK : ERR_NOT_FOUND;
    case DEED_MOVE_FOLDER:
        if (deed->number == MOUNT || (folder && folder->name == MOUNT))
            return ERR_BAD_REQUEST;
        return !folder || has_no_parent ? ERR_NOT_FOUND : there && there != folder ? ERR_EXISTS : ERR_OK;
    case DEED_LIBRARY:
        return folder ? ERR_OK : ERR_NOT_FOUND;
    case DEED_REMOVE_LIBRARY:
        return folder && folder->is_library ? ERR_OK : ERR_NOT_FOUND;
    case DEED_FORGET_LIBRARY: /* it may continue without its client */
        return (folder && folder->is_library) || model_work_of(m, deed->request) ? ERR_OK : ERR_NOT_FOUND;
    case DEED_RECALL:
        return folder || model_work_of(m, deed->request) ? ERR_OK : ERR_NOT_FOUND;
    case DEED_FOLDER:
        return has_no_parent ? ERR_NOT_FOUND : ERR_OK;
    case DEED_EMPTY:
    case DEED_BATCH:
    case DEED_VOLUME:
    case DEED_TOGGLE:
    case DEED_TAP:
    case DEED_LOCATE:
    case DEED_KINDS:
        break;
    }
    return ERR_OK;
}

static struct verdict do_operation(struct model *m, const struct op *op)
{
    static struct verdict (*const ops[OP_KINDS])(struct model *, const struct op *) = { [OP_EDIT] = model_edit,
                                                                                        [OP_PLACE] = place_item,
                                                                                        [OP_MOVE] = move_item,
                                                                                        [OP_PRESENCE] = set_presence,
                                                                                        [OP_HEARD] = model_heard };

    return ops[op->kind](m, op);
}

static struct verdict do_deed(struct model *m, const struct deed *deed)
{
    static struct verdict (*const deeds[DEED_KINDS])(struct model *,
                                                     const struct deed *) = { [DEED_FORGET] = forget_item,
                                                                              [DEED_VOLUME] = put_volume,
                                                                              [DEED_FOLDER] = put_folder,
                                                                              [DEED_MOVE_FOLDER] = move_folder,
                                                                              [DEED_LIBRARY] = put_library };

    return deeds[deed->kind](m, deed);
}

struct verdict model_operation(struct model *m, const struct deed *deed, uint32_t number)
{
    m->request = deed->request;
    return do_operation(m, &deed->ops[number]);
}

struct verdict model_do(struct model *m, const struct deed *deed)
{
    enum err e = model_refusal(m, deed);

    m->request = deed->request;
    if (e != ERR_OK)
        sim_fail("request %u, a deed of kind %d, was done, but must be refused: %s",
                 deed->request.b[14] << 8 | deed->request.b[15], (int)deed->kind, err_name(e));
    if (deed->kind == DEED_APPLY)
        return model_edit_together(m, deed);
    return deed->op_count ? do_operation(m, &deed->ops[0]) : do_deed(m, deed);
}
