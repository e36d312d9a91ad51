/* Packs: the topmost folder below the library, or the library's own name. Items below a folder that moves get the pack
 * of their new place, unless they had another one; others change the same folders meanwhile. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/model.h"

/* ---- the folder of the mount: folders without a parent lie in it ---- */

static struct model_folder *find_mount(struct model *m)
{
    for (uint32_t i = 0; i < m->folder_count; i++)
        if (!m->folders[i].gone && m->folders[i].name == MOUNT)
            return &m->folders[i];
    return NULL;
}

struct model_folder *model_parent(struct model *m, const struct model_folder *folder)
{
    if (folder->name == MOUNT)
        return NULL;
    return id_is_zero(folder->parent) ? find_mount(m) : model_folder(m, folder->parent);
}

struct id model_resolve(struct model *m, struct id parent)
{
    const struct model_folder *folder = model_folder(m, parent);

    return folder && folder->name == MOUNT ? (struct id){ { 0 } } : parent;
}

/* ---- the pack of a place ---- */

void model_pack_of(struct model *m, struct id id, char pack[WORD])
{
    const struct model_folder *folder = model_folder(m, id), *below = NULL;

    while (folder && !folder->is_library) {
        below = folder;
        folder = model_parent(m, folder);
    }
    pack[0] = '\0';
    if (folder && below)
        deed_folder(below->name, pack);
    else if (folder)
        snprintf(pack, WORD, PACK_OF_LIBRARY);
}

void model_pack_follow(struct model *m, struct id from, struct id to, char pack[WORD])
{
    char old[WORD], new[WORD];

    model_pack_of(m, from, old);
    model_pack_of(m, to, new);
    if (old[0] && new[0] && strcmp(pack, old) == 0)
        memcpy(pack, new, WORD);
}

/* ---- a folder that moved ---- */

static bool is_same(const struct repacking *a, const struct repacking *b)
{
    return id_equal(a->folder, b->folder) && strcmp(a->old, b->old) == 0;
}

static struct model_repack *find_repack(struct model *m, const struct repacking *what)
{
    for (uint32_t i = 0; i < MODEL_WORKS; i++)
        if (m->repacks[i].is_open && is_same(&m->repacks[i].what, what))
            return &m->repacks[i];
    return NULL;
}

bool model_has_repack(const struct model *m, const struct repacking *what)
{
    return find_repack((struct model *)m, what) != NULL;
}

/* The same work may begin again before its end. */
void model_repack_begins(struct model *m, const struct repacking *what, usec_t at)
{
    struct model_repack *repack = find_repack(m, what);

    for (uint32_t i = 0; !repack && i < MODEL_WORKS; i++)
        repack = m->repacks[i].is_open ? NULL : &m->repacks[i];
    if (!repack)
        sim_fail("more moved folders than the model has room for");
    *repack = (struct model_repack){ .what = *what, .begun = m->log_count, .at = at, .is_open = true };
}

static bool takes_item(struct model *m, const struct model_repack *repack, const struct model_item *item,
                       char new[WORD])
{
    if (!repack->is_open || item->gone || strcmp(item->pack, repack->what.old) != 0)
        return false;
    model_pack_of(m, item->folder, new);
    return new[0] && strcmp(new, item->pack) != 0 &&
           (model_is_below(m, item->folder, repack->what.folder) || m->structure > repack->begun);
}

bool model_repacks(struct model *m, const struct change *row)
{
    bool is_media = row->kind.value == CHANGE_KIND_MEDIA && !row->removed;
    struct model_item *item = is_media ? model_item(m, row->id) : NULL;
    char new[WORD];
    uint32_t i = 0;

    while (item && i < MODEL_WORKS && !takes_item(m, &m->repacks[i], item, new))
        i++;
    if (!item || i == MODEL_WORKS)
        return false;
    m->request = row->request;
    memcpy(item->pack, new, WORD);
    item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    sim.counts.repacked++;
    return true;
}

/* Items and folders that changed since the beginning may have come too late. */
void model_repack_ends(struct model *m, const struct repacking *what)
{
    struct model_repack *repack = find_repack(m, what);
    char new[WORD];

    if (!repack)
        sim_fail("the packs of a folder are done that did not move");
    for (uint32_t i = 0; m->structure <= repack->begun && i < m->item_count; i++)
        if (m->items[i].revision <= repack->begun && takes_item(m, repack, &m->items[i], new))
            sim_fail("an item keeps the pack of its folder's old place");
    repack->is_open = false;
}
