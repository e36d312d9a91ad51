#include "store/catalogue_facts.h"

#include <stdlib.h>
#include <string.h>

#include "store/catalogue_path.h"
#include "store/community.h"
#include "store/row.h"

static enum err facts_of(struct txn *txn, struct arena *arena, const struct key *subject, struct facts *to)
{
    enum err e;

    *to = (struct facts){ 0 };
    if (subject->len == 0)
        return ERR_OK;
    e = row_get(txn, arena, DB_FACTS, subject, &facts_shape, to);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err catalogue_subject_facts(struct txn *txn, struct arena *arena, struct bytes subject, struct facts *to)
{
    struct key key = key_subject(subject);

    return facts_of(txn, arena, &key, to);
}

enum err catalogue_facts(struct txn *txn, struct arena *arena, const struct media *media, struct fact_list *all)
{
    struct facts own, content;
    struct fact_list learned = { 0 };
    enum err e = catalogue_subject_facts(txn, arena, bytes_of(media->id.b, sizeof(media->id.b)), &own);

    if (e == ERR_OK)
        e = catalogue_subject_facts(txn, arena, media->content, &content);
    if (e == ERR_OK)
        e = community_facts(txn, arena, media->content, &learned);
    if (e != ERR_OK)
        return e;
    all->count = own.each.count + content.each.count + learned.count;
    all->at = arena_array(arena, all->count, sizeof(struct fact));
    if (!all->at)
        return ERR_FULL;
    if (own.each.count)
        memcpy(all->at, own.each.at, own.each.count * sizeof(struct fact));
    if (content.each.count)
        memcpy(all->at + own.each.count, content.each.at, content.each.count * sizeof(struct fact));
    if (learned.count)
        memcpy(all->at + own.each.count + content.each.count, learned.at, learned.count * sizeof(struct fact));
    return ERR_OK;
}

/* ---- is a content analysed? ---- */

static bool has_rows(struct txn *txn, enum database db, const struct key *prefix)
{
    struct walk walk;
    bool any = walk_begin(txn, db, key_bytes(prefix), key_bytes(prefix), &walk) == ERR_OK;

    if (!any)
        return false;
    any = walk_next(&walk);
    walk_end(&walk);
    return any;
}

enum err catalogue_is_analysed(struct txn *txn, struct arena *arena, struct bytes content, bool *is_analysed,
                               uint64_t *analyser)
{
    struct key key = key_subject(content);
    uint64_t newest = 0;
    struct facts facts;
    enum err e = facts_of(txn, arena, &key, &facts);

    *is_analysed = false;
    for (uint32_t i = 0; e == ERR_OK && i < facts.each.count; i++) {
        const struct fact *fact = &facts.each.at[i];
        if (fact->source.value != SOURCE_ANALYSIS)
            continue;
        *is_analysed = true;
        newest = fact->version > newest ? fact->version : newest;
    }
    if (e == ERR_OK && !*is_analysed && key.len)
        *is_analysed = has_rows(txn, DB_EMBEDDING, &key) || has_rows(txn, DB_ARTEFACT, &key);
    if (analyser)
        *analyser = newest;
    return e;
}

/* user 1, file 2, composer 3, analysis 4; a source that this build does not know comes last. */
static int rank_source(const struct fact *fact)
{
    return fact->source.value ? fact->source.value : INT32_MAX;
}

static int by_attribute_and_rank(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    int order = text_compare(x->attribute, y->attribute);

    if (order)
        return order;
    if (rank_source(x) != rank_source(y))
        return rank_source(x) < rank_source(y) ? -1 : 1;
    return (x->confidence < y->confidence) - (x->confidence > y->confidence);
}

enum err catalogue_winning(struct arena *arena, struct fact_list all, struct fact_list *winning)
{
    struct fact *at = arena_array(arena, all.count, sizeof(*at));
    uint32_t shown = 0, kept = 0;

    if (!at)
        return ERR_FULL;
    for (uint32_t i = 0; i < all.count; i++)
        if (all.at[i].shown)
            at[shown++] = all.at[i];
    qsort(at, shown, sizeof(*at), by_attribute_and_rank);
    for (uint32_t i = 0; i < shown; i++)
        if (i == 0 || !text_equal(at[i].attribute, at[i - 1].attribute))
            at[kept++] = at[i];
    *winning = (struct fact_list){ kept, at };
    return ERR_OK;
}

enum err catalogue_item(struct txn *txn, struct arena *arena, struct id id, struct item *to)
{
    struct fact_list all;
    struct volume volume = { 0 };
    enum backend backend = BACKEND_LOCAL;
    enum err e = catalogue_media(txn, arena, id, &to->media);

    if (e == ERR_OK)
        e = catalogue_state(txn, arena, &to->media, &to->path, &volume, &backend);
    if (e == ERR_OK)
        e = catalogue_facts(txn, arena, &to->media, &all);
    if (e == ERR_OK)
        e = catalogue_winning(arena, all, &to->facts);
    to->volume = volume.label;
    to->backend = (struct choice){ .value = (int32_t)backend };
    return e;
}
