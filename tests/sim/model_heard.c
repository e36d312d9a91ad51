/* The effects of analyses on items and contents, as the model specifies them. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/model.h"

/* ---- contents: facts are kept as long as an item has the content ---- */

static bool has_another(const struct model *m, uint32_t content, const struct model_item *item)
{
    for (uint32_t i = 0; i < m->item_count; i++)
        if (&m->items[i] != item && !m->items[i].gone && m->items[i].content == content)
            return true;
    return false;
}

static void leave_content(struct model *m, const struct model_item *item, uint32_t content)
{
    if (!has_another(m, content, item))
        m->contents[content] = (struct model_content){ 0 };
}

void model_take_out(struct model *m, struct model_item *item)
{
    item->gone = true;
    leave_content(m, item, item->content);
}

bool model_content_is_heard(const struct model *m, uint32_t content, uint64_t *analyser)
{
    const struct model_content *of = &m->contents[content];

    *analyser = of->has_facts ? of->analyser : 0;
    return of->has_facts || of->has_waveform;
}

/* ---- one analysis ---- */

static bool changes_content(const struct model_content *content, const struct op *op)
{
    return (op->brings == BRINGS_FACTS || !content->has_facts) &&
           op->analyser >= (content->has_facts ? content->analyser : 0);
}

static void put_content(struct model *m, const struct model_item *item, const struct op *op)
{
    struct model_content *content = &m->contents[op->content];
    struct id id;

    content->has_waveform = content->has_waveform || op->brings != BRINGS_NOTHING;
    if (op->brings == BRINGS_FACTS) {
        content->has_facts = true;
        content->analyser = op->analyser;
    }
    (void)deed_content(op->content, id.b);
    if (has_another(m, op->content, item))
        model_emit(m, CHANGE_KIND_FACTS, id, false);
}

static void hear_item(struct model *m, struct model_item *item, const struct op *op)
{
    struct model_content *content = &m->contents[op->content];
    uint32_t was = item->content;
    bool is_new = changes_content(content, op);

    sim.counts.heard++;
    item->is_heard = true;
    item->analyser = op->analyser;
    if (!is_new && content->has_facts && content->analyser > item->analyser)
        item->analyser = content->analyser;
    item->content = op->content;
    item->revision = model_emit(m, CHANGE_KIND_MEDIA, item->id, false);
    if (was != op->content)
        leave_content(m, item, was);
    if (is_new)
        put_content(m, item, op);
}

/* The result is stale if the file has changed since, or if the verdict is on a content without facts. */
struct verdict model_heard(struct model *m, const struct op *op)
{
    struct model_item *item = model_item(m, op->item);
    uint64_t analyser;
    bool heard = model_content_is_heard(m, op->content, &analyser) && (analyser == 0 || analyser >= op->analyser);

    if (!item)
        return (struct verdict){ .error = ERR_NOT_FOUND };
    if (item->size != op->size || item->mtime != op->mtime || (!heard && op->brings == BRINGS_NOTHING))
        return (struct verdict){ .revision = item->revision, .id = item->id, .stale = true };
    if (!(heard && item->is_heard && item->analyser == op->analyser && item->content == op->content))
        hear_item(m, item, op);
    return (struct verdict){ .revision = item->revision, .id = item->id };
}

/* ---- two records of one file ---- */

static bool are_one_file(const struct model_item *gone, const struct model_item *there)
{
    if (gone->content && there->content)
        return gone->content == there->content;
    return gone->size == there->size && gone->mtime == there->mtime;
}

static void take_analysis(struct model_item *kept, struct model_item heard)
{
    kept->is_heard = heard.is_heard;
    kept->analyser = heard.analyser;
    kept->content = heard.content;
}

static bool has_title(const struct model_item *item)
{
    char title[WORD];

    snprintf(title, WORD, "k%02u", item->file);
    return strcmp(item->name, title) == 0;
}

static bool has_other_pack(struct model *m, const struct model_item *item, bool default_is_known)
{
    char pack[WORD];

    model_pack_of(m, item->folder, pack);
    return item->pack[0] && (pack[0] || !default_is_known) && strcmp(item->pack, pack) != 0;
}

/* What a person wrote for the younger item stays, unless a person wrote the same for the older one. */
static void join_written(struct model *m, struct model_item *kept, const struct model_item *lost,
                         const struct model_item *there)
{
    if (has_title(kept) && has_title(lost))
        snprintf(kept->name, WORD, "k%02u", there->file);
    else if (has_title(kept))
        memcpy(kept->name, lost->name, WORD);
    if (has_other_pack(m, lost, true) && !has_other_pack(m, kept, false))
        memcpy(kept->pack, lost->pack, WORD);
    else
        model_pack_follow(m, kept->folder, there->folder, kept->pack);
}

/* The older item remains, with the texts of both. */
struct verdict model_merge(struct model *m, struct model_item *gone, struct model_item *there)
{
    bool gone_is_older = id_compare(gone->id, there->id) < 0;
    struct model_item *kept = gone_is_older ? gone : there, *lost = gone_is_older ? there : gone;
    uint32_t was = kept->content;

    if (!are_one_file(gone, there))
        return (struct verdict){ .error = ERR_EXISTS };
    take_analysis(kept, there->content ? *there : *gone);
    join_written(m, kept, lost, there);
    kept->folder = there->folder;
    kept->file = there->file;
    kept->size = there->size;
    kept->mtime = there->mtime;
    kept->availability = there->availability;
    kept->tags |= lost->tags;
    kept->favourite = kept->favourite || lost->favourite;
    kept->hidden = kept->hidden || lost->hidden;
    kept->forgotten = kept->forgotten && lost->forgotten;
    if (!kept->notes[0])
        memcpy(kept->notes, lost->notes, WORD);
    kept->revision = model_emit(m, CHANGE_KIND_MEDIA, kept->id, false);
    model_emit(m, CHANGE_KIND_MEDIA, lost->id, true);
    if (was != kept->content)
        leave_content(m, kept, was);
    model_take_out(m, lost);
    return (struct verdict){ .revision = kept->revision, .id = kept->id, .stale = !kept->is_heard };
}
