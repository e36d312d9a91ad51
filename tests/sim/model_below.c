/* Work in parts on what lies below a folder, specified a second time: libraries that are removed, items that are
 * forgotten and brought back, and the forgotten that are emptied. Others change the same folders between its rows. */
#include "tests/sim/model.h"

static const usec_t long_ago = 10000000;

/* ---- folders and libraries ---- */

static bool lies_in_library(struct model *m, const struct model_folder *folder)
{
    for (folder = model_parent(m, folder); folder; folder = model_parent(m, folder))
        if (folder->is_library)
            return true;
    return false;
}

bool model_is_in_library(struct model *m, struct id id)
{
    const struct model_folder *folder = model_folder(m, id);

    return folder && (folder->is_library || lies_in_library(m, folder));
}

/* The folder is `above`, or lies below it with no library between them. */
bool model_is_below(struct model *m, struct id id, struct id above)
{
    const struct model_folder *folder = model_folder(m, id);

    while (folder && !id_equal(folder->id, above) && !folder->is_library)
        folder = model_parent(m, folder);
    return folder && id_equal(folder->id, above);
}

static bool has_parent(struct model *m, const struct model_folder *folder, struct id id)
{
    const struct model_folder *parent = model_parent(m, folder);

    return parent && id_equal(parent->id, id);
}

static bool is_empty(struct model *m, struct id folder)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (!m->items[i].gone && id_equal(m->items[i].folder, folder))
            return false;
    for (uint32_t i = 0; i < m->folder_count; i++)
        if (!m->folders[i].gone && has_parent(m, &m->folders[i], folder))
            return false;
    return true;
}

static bool is_of(const struct change *row, enum change_kind kind, bool removed)
{
    return row->kind.value == (int32_t)kind && row->removed == removed;
}

static void take_out_folder(struct model *m, struct model_folder *folder)
{
    folder->gone = true;
    m->structure = model_emit(m, CHANGE_KIND_FOLDER, folder->id, true);
}

static void take_out_item(struct model *m, struct model_item *item)
{
    model_emit(m, CHANGE_KIND_MEDIA, item->id, true);
    model_take_out(m, item);
}

static void unmark_library(struct model *m, struct model_folder *folder)
{
    folder->is_library = false;
    m->structure = model_emit(m, CHANGE_KIND_LIBRARY, folder->id, true);
}

/* ---- removal: no item of another library goes, inside it or around it, and none of its own stays ---- */

static bool is_covered(struct model *m, struct id library)
{
    const struct model_folder *folder = model_folder(m, library);

    return folder && lies_in_library(m, folder);
}

static bool has_items_below(struct model *m, struct id library)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (!m->items[i].gone && model_is_below(m, m->items[i].folder, library))
            return true;
    return false;
}

static bool may_unmark(struct model *m, struct id library)
{
    return is_covered(m, library) || !has_items_below(m, library);
}

static bool may_go(struct model *m, const struct model_folder *folder, struct id library)
{
    if (folder->is_library || !is_empty(m, folder->id))
        return false;
    return id_equal(folder->id, library) || (model_is_below(m, folder->id, library) && !is_covered(m, library));
}

bool model_removes(struct model *m, const struct deed *deed, const struct change *row)
{
    struct model_item *item = model_item(m, row->id);
    struct model_folder *folder = model_folder(m, row->id);

    m->request = row->request;
    if (is_of(row, CHANGE_KIND_MEDIA, true) && item && model_is_below(m, item->folder, deed->id) &&
        !is_covered(m, deed->id))
        take_out_item(m, item);
    else if (is_of(row, CHANGE_KIND_LIBRARY, true) && folder && folder->is_library && id_equal(row->id, deed->id) &&
             may_unmark(m, deed->id))
        unmark_library(m, folder);
    else if (is_of(row, CHANGE_KIND_FOLDER, true) && folder && may_go(m, folder, deed->id))
        take_out_folder(m, folder);
    else
        return false;
    return true;
}

/* ---- forgetting ---- */

/* The first row: the library's own. Then model_work_begins follows, with the time, and pushes the step. */
bool model_unmarks(struct model *m, const struct deed *deed, const struct change *row)
{
    struct model_folder *folder = model_folder(m, deed->id);

    if (!is_of(row, CHANGE_KIND_LIBRARY, true) || !id_equal(row->id, deed->id) || !folder || !folder->is_library)
        return false;
    m->request = row->request;
    m->unmarked = (struct model_step){ .is_library = true, .library = deed->id, .files = folder->files };
    unmark_library(m, folder);
    return true;
}

void model_work_begins(struct model *m, const struct forgetting *what, usec_t at)
{
    struct model_work *work = m->works;

    while (work < m->works + m->work_count && work->is_open)
        work++;
    if (work == m->works + MODEL_WORKS)
        sim_fail("more work than the model has room for");
    m->work_count += work == m->works + m->work_count;
    *work = (struct model_work){ .what = *what, .begun = m->log_count, .at = at, .is_open = true };
    if (!m->unmarked.is_library || !id_equal(m->unmarked.library, what->folder))
        return;
    m->unmarked.at = what->at;
    model_push_step(m, &m->unmarked);
    m->unmarked.is_library = false;
}

static bool is_ready(const struct forgetting *what, const struct model_item *item)
{
    if (what->forgets)
        return !item->forgotten;
    return item->forgotten && (!what->has_at || item->forgotten_at == what->at || item->forgotten_at < 0);
}

/* Work lists the folders before it comes to them. */
static bool takes_item(struct model *m, const struct model_work *work, const struct model_item *item)
{
    return work->is_open && is_ready(&work->what, item) && model_is_in_library(m, item->folder) != work->what.forgets &&
           (model_is_below(m, item->folder, work->what.folder) || m->structure > work->begun);
}

bool model_flips(struct model *m, const struct change *row)
{
    struct model_item *item = is_of(row, CHANGE_KIND_MEDIA, false) ? model_item(m, row->id) : NULL;
    const struct model_work *found = NULL;
    bool several = false;

    for (uint32_t i = 0; item && i < m->work_count; i++) {
        const struct model_work *work = &m->works[i];
        if (!takes_item(m, work, item))
            continue;
        several = several || found;
        if (!found || id_equal(work->what.request, row->request))
            found = work;
    }
    if (!found)
        return false;
    several = several && !id_equal(found->what.request, row->request);
    m->request = row->request;
    item->forgotten = found->what.forgets;
    item->forgotten_at = several ? -1 : found->what.at;
    item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    sim.counts.flipped++;
    return true;
}

struct model_work *model_work_of(struct model *m, struct id request)
{
    for (uint32_t i = 0; i < m->work_count; i++)
        if (m->works[i].is_open && id_equal(m->works[i].what.request, request))
            return &m->works[i];
    return NULL;
}

bool model_has_work(struct model *m, struct id folder, bool forgets, usec_t at)
{
    for (uint32_t i = 0; i < m->work_count; i++) {
        const struct model_work *work = &m->works[i];
        if (work->is_open && id_equal(work->what.folder, folder) && work->what.forgets == forgets &&
            work->what.has_at && work->what.at == at)
            return true;
    }
    return false;
}

/* Items and folders that changed since the beginning may have come too late. */
void model_work_ends(struct model *m, struct id request)
{
    struct model_work *work = model_work_of(m, request);

    if (!work)
        sim_fail("work ends that never began");
    for (uint32_t i = 0; m->structure <= work->begun && i < m->item_count; i++) {
        const struct model_item *item = &m->items[i];
        if (!item->gone && item->revision <= work->begun && item->forgotten_at >= 0 && takes_item(m, work, item))
            sim_fail("an item was not %s", work->what.forgets ? "forgotten with its library" : "brought back");
    }
    sim.counts.works++;
    work->is_open = false;
}

void model_hold_works(const struct model *m, usec_t now)
{
    for (uint32_t i = 0; i < m->work_count; i++)
        if (m->works[i].is_open && m->works[i].at < now - long_ago)
            sim_fail("items have waited for long to be forgotten, or brought back");
    for (uint32_t i = 0; i < MODEL_WORKS; i++)
        if (m->repacks[i].is_open && m->repacks[i].at < now - long_ago)
            sim_fail("items have waited for long for the pack of their place");
}

/* ---- emptying ---- */

static bool must_drop(struct model *m, struct id id)
{
    const struct model_folder *folder = model_folder(m, id);

    return folder && !folder->is_library && !lies_in_library(m, folder) && is_empty(m, id);
}

bool model_empties(struct model *m, struct model_emptying *emptying, const struct change *row)
{
    struct model_item *item = model_item(m, row->id);
    struct model_folder *folder = model_folder(m, row->id);
    bool drops_folder = row->revision == emptying->row + 1 && must_drop(m, emptying->dropping);

    m->request = row->request;
    if (drops_folder && is_of(row, CHANGE_KIND_FOLDER, true) && id_equal(row->id, emptying->dropping)) {
        emptying->dropping = folder->parent;
        emptying->row = row->revision;
        take_out_folder(m, folder);
        return true;
    }
    if (drops_folder || !is_of(row, CHANGE_KIND_MEDIA, true) || !item || !item->forgotten ||
        item->revision > emptying->known)
        return false;
    emptying->items++;
    sim.counts.emptied++;
    emptying->dropping = item->folder;
    emptying->row = row->revision;
    take_out_item(m, item);
    return true;
}

void model_is_emptied(struct model *m, const struct deed *deed, const struct model_emptying *emptying)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (!m->items[i].gone && m->items[i].forgotten && m->items[i].revision <= emptying->known)
            sim_fail("request %u: a forgotten item is left", deed_number(deed));
    if (m->head == emptying->row && must_drop(m, emptying->dropping))
        sim_fail("request %u: an empty folder is left", deed_number(deed));
}
