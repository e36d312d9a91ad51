#include "services/persist/places/merge.h"

#include <stdlib.h>
#include <string.h>

#include "services/persist/edit/tags.h"
#include "services/persist/places/analysis.h"
#include "services/persist/places/pack.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "services/persist/uses/uses_follow.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_write.h"

static struct bytes subject_of(const struct media *media)
{
    return bytes_of(media->id.b, sizeof(media->id.b));
}

static bool are_one_file(const struct media *gone, const struct media *there)
{
    if (gone->content.len && there->content.len)
        return bytes_equal(gone->content, there->content);
    return gone->size == there->size && gone->mtime == there->mtime;
}

void merge_copy_analysis(struct media *kept, const struct media *from)
{
    kept->content = from->content;
    kept->container = from->container;
    kept->sample_format = from->sample_format;
    kept->bit_depth = from->bit_depth;
    kept->has_form = from->has_form;
    kept->form = from->form;
    kept->sample_rate = from->sample_rate;
    kept->channels = from->channels;
    kept->frames = from->frames;
    kept->analysis = from->analysis;
    kept->analyser = from->analyser;
    kept->failure = from->failure;
}

void merge_copy_place(struct media *kept, const struct media *there)
{
    kept->kind = there->kind;
    kept->folder = there->folder;
    kept->file = there->file;
    kept->size = there->size;
    kept->mtime = there->mtime;
    kept->inode = there->inode;
    kept->has_changed = there->has_changed;
    kept->changed = there->changed;
    kept->availability = there->availability;
    kept->has_missing_since = there->has_missing_since;
    kept->missing_since = there->missing_since;
}

static bool has_title(struct persist *p, const struct media *media)
{
    return text_equal(media->name, places_title(&p->arena, media->file));
}

/* A name that a person wrote for either stays; otherwise it is the title of the file at its place. */
static void join_names(struct persist *p, const struct media *was, struct media *kept, const struct media *lost)
{
    if (has_title(p, was))
        kept->name = has_title(p, lost) ? places_title(&p->arena, kept->file) : lost->name;
}

/* The same for the pack. */
static enum err join_packs(struct persist *p, const struct media *was, struct media *kept, const struct media *lost)
{
    struct text of_was, of_lost;
    enum err e = pack_of_folder(p, was->folder, &of_was);

    if (e == ERR_OK)
        e = pack_of_folder(p, lost->folder, &of_lost);
    if (e != ERR_OK)
        return e;
    bool is_own = lost->pack.len && of_lost.len && !text_equal(lost->pack, of_lost);
    if (!is_own || (was->pack.len && !text_equal(was->pack, of_was)))
        return pack_follow(p, was, kept);
    kept->pack = lost->pack;
    return ERR_OK;
}

static void join_words(struct persist *p, struct media *kept, const struct media *lost)
{
    kept->tags = tags_with(&p->arena, kept->tags, lost->tags);
    if (kept->tags.count > TAGS_MOST)
        kept->tags.count = TAGS_MOST;
    kept->favourite = kept->favourite || lost->favourite;
    kept->hidden = kept->hidden || lost->hidden;
    if (kept->origin.value == ORIGIN_IMPORTED && lost->origin.value != ORIGIN_EXTERNAL) /* those that no person wrote */
        kept->origin = lost->origin;
    kept->has_forgotten = kept->has_forgotten && lost->has_forgotten;
    if (kept->notes.len == 0)
        kept->notes = lost->notes;
    if (!kept->has_remote) {
        kept->has_remote = lost->has_remote;
        kept->remote = lost->remote;
    }
}

static int by_source_and_attribute(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;

    if (x->source.value != y->source.value)
        return x->source.value < y->source.value ? -1 : 1;
    return text_compare(x->attribute, y->attribute);
}

/* Both items may have a thousand facts, so each list is sorted once. */
static void sort_facts(struct persist *p, struct fact_list facts, struct fact_list *sorted)
{
    *sorted = (struct fact_list){ facts.count, arena_array(&p->arena, facts.count, sizeof(struct fact)) };
    if (facts.count == 0)
        return;
    memcpy(sorted->at, facts.at, facts.count * sizeof(struct fact));
    qsort(sorted->at, sorted->count, sizeof(struct fact), by_source_and_attribute);
}

static bool says_same(struct fact_list sorted, const struct fact *fact)
{
    return sorted.count && bsearch(fact, sorted.at, sorted.count, sizeof(struct fact), by_source_and_attribute);
}

static enum err join_facts(struct persist *p, const struct media *kept, const struct media *lost, struct facts *all)
{
    struct facts own, others;
    struct fact_list sorted;
    enum err e = catalogue_subject_facts(p->w.txn, &p->arena, subject_of(kept), &own);

    if (e == ERR_OK)
        e = catalogue_subject_facts(p->w.txn, &p->arena, subject_of(lost), &others);
    if (e != ERR_OK)
        return e;
    sort_facts(p, own.each, &sorted);
    all->each.count = 0;
    all->each.at = arena_array(&p->arena, own.each.count + others.each.count, sizeof(struct fact));
    for (uint32_t i = 0; i < own.each.count; i++)
        all->each.at[all->each.count++] = own.each.at[i];
    for (uint32_t i = 0; i < others.each.count && all->each.count < FACTS_MOST; i++)
        if (!says_same(sorted, &others.each.at[i]))
            all->each.at[all->each.count++] = others.each.at[i];
    return ERR_OK;
}

/* Adds the kept item to its content before it removes the other, so that the content always has an item. */
static enum err write_items(struct persist *p, const struct media *was, struct media *kept, const struct media *lost,
                            const struct facts *facts)
{
    enum err e;

    kept->revision = turn_next(p);
    e = turn_wrote(p, catalogue_put_media(&p->w, was, kept));
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_put_facts(&p->w, subject_of(kept), facts));
    if (e == ERR_OK)
        e = uses_follow(p, lost->id, kept->id);
    if (e == ERR_OK)
        e = turn_log(p, CHANGE_KIND_MEDIA, kept->id, false);
    if (e == ERR_OK)
        e = turn_wrote(p, catalogue_remove_media(&p->w, lost));
    return e == ERR_OK ? turn_log(p, CHANGE_KIND_MEDIA, lost->id, true) : e;
}

enum err merge_items(struct persist *p, const struct media *gone, const struct media *there, struct outcome *outcome,
                     struct fault *fault)
{
    bool gone_is_older = id_compare(gone->id, there->id) < 0;
    const struct media *was = gone_is_older ? gone : there, *lost = gone_is_older ? there : gone;
    struct media kept = *was;
    struct facts facts = { 0 };
    enum err e;

    if (!are_one_file(gone, there))
        return fault_set(fault, ERR_EXISTS, "the item of another file has that place");
    merge_copy_place(&kept, there);
    merge_copy_analysis(&kept, there->content.len ? there : gone);
    e = join_packs(p, was, &kept, lost);
    join_names(p, was, &kept, lost);
    join_words(p, &kept, lost);
    if (e == ERR_OK)
        e = join_facts(p, &kept, lost, &facts);
    if (e != ERR_OK)
        return fault_set(fault, e, "the facts of the two items cannot be read");
    outcome->id = kept.id;
    e = write_items(p, was, &kept, lost, &facts);
    outcome->revision = kept.revision;
    outcome->stale = kept.analysis.value == ANALYSIS_STATE_WAITING;
    return e;
}
