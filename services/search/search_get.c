#include "services/search/search_get.h"

#include "common/id_table.h"
#include "common/process/log.h"
#include "proto/wire/codec.h"
#include "proto/wire/codec_copy.h"
#include "services/search/search_begin.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/door/leads.h"
#include "store/uses.h"

enum { REMAKE_BUDGET_MS = 60000 };

static void name_missing(const struct search_get *ask, struct fault *fault)
{
    char id[ID_TEXT_SIZE];

    if (ask->has_id)
        fault_set(fault, ERR_NOT_FOUND, "no media item %s", id_write(ask->id, id));
    else
        fault_set(fault, ERR_NOT_FOUND, "no media item %.*s", (int)ask->path.len, (const char *)ask->path.at);
}

static enum err explain_refusal(const struct search_get *ask, struct fault *fault, enum err e)
{
    if (fault->what[0])
        return e;
    if (e != ERR_NOT_FOUND)
        return fault_set(fault, e, "the store cannot be read: %s", err_name(e));
    name_missing(ask, fault);
    return fault_hint(fault, "`loophole search` shows ids and paths; a new file has an item after the next scan");
}

/* The id, or that of an item that is here with the same content, if the item of the id is not. */
static struct id find_alike(struct txn *txn, struct call *call, const struct search_get *ask)
{
    struct media media;
    struct bytes path;
    struct item item;

    if (!ask->has_content)
        return ask->id;
    if (catalogue_item(txn, call_arena(call), ask->id, &item) == ERR_OK && item.path.len > 0 &&
        (item.media.availability.value == ITEM_STATE_LOCAL ||
         item.media.availability.value == ITEM_STATE_EXTERNAL_ONLINE))
        return ask->id;
    return catalogue_reachable(txn, call_arena(call), ask->content, &media, &path) == ERR_OK ? media.id : ask->id;
}

static enum err find_id(struct txn *txn, struct call *call, const struct search_get *ask, struct id *id)
{
    if (ask->has_id) {
        *id = find_alike(txn, call, ask);
        return ERR_OK;
    }
    if (ask->path.len == 0 || ask->path.at[0] != '/') {
        if (ask->path.len)
            refuse(call, ERR_BAD_REQUEST, "the path \"%.*s\" is not absolute: begin it with /",
                   ask->path.len < 100 ? (int)ask->path.len : 100, (const char *)ask->path.at);
        else
            refuse(call, ERR_BAD_REQUEST, "no item is named: give an id or a path");
        return fault_field(call_fault(call), "path");
    }
    return catalogue_at_path(txn, call_arena(call), ask->path, id);
}

/* ---- the contexts of an item ---- */

enum { USED_IN_SHOWN = 64, USED_COPIES = 64 };

struct reading_uses {
    struct txn *txn;
    struct arena *arena;
    struct media_found *to;
    struct id_table contexts; /* that were counted */
    struct id item;           /* whose uses are read */
    bool is_copy;             /* it has the bytes of the item that was asked for */
    uint32_t copies;
};

static bool add_used_in(void *state, struct id id, const struct use *use)
{
    struct reading_uses *r = state;
    struct context context;

    if (use->ended || uses_context(r->txn, r->arena, id, &context) != ERR_OK)
        return true;
    *(r->is_copy ? &r->to->copy_contexts : &r->to->contexts) += id_table_add(&r->contexts, id);
    if (r->to->used_in.count < USED_IN_SHOWN)
        r->to->used_in.at[r->to->used_in.count++] = (struct used_in){ .id = id,
                                                                      .kind = context.kind,
                                                                      .name = context.name,
                                                                      .role = use->role,
                                                                      .section = use->section,
                                                                      .has_track = use->has_track,
                                                                      .track = use->track,
                                                                      .at = use->at,
                                                                      .has_copy = r->is_copy,
                                                                      .copy = r->is_copy };
    return true;
}

static bool add_used_copy(void *state, struct id copy)
{
    struct reading_uses *r = state;

    return id_equal(copy, r->item) ||
           (uses_each_of(r->txn, r->arena, copy, add_used_in, r) == ERR_OK && ++r->copies < USED_COPIES);
}

/* A sound is in use where a copy of it is: programs copy sounds into the folders of their songs. */
static enum err read_uses(struct txn *txn, struct arena *arena, struct id id, struct media_found *to)
{
    struct reading_uses r = { .txn = txn, .arena = arena, .to = to, .item = id };
    const struct bytes content = to->item.media.content;
    enum err e;

    to->used_in.at = arena_array(arena, USED_IN_SHOWN, sizeof(*to->used_in.at));
    e = to->used_in.at ? uses_each_of(txn, arena, id, add_used_in, &r) : ERR_FULL;
    r.is_copy = true;
    if (e == ERR_OK && content.len)
        e = catalogue_each_with_content(txn, content, add_used_copy, &r);
    to->has_copy_contexts = to->copy_contexts > 0;
    id_table_free(&r.contexts);
    return e;
}

static enum err read_with_facts(struct txn *txn, struct arena *arena, struct id id, bool with_leads,
                                struct media_found *answer)
{
    struct media_found found = { 0 };
    enum err e = catalogue_item(txn, arena, id, &found.item);

    if (e == ERR_OK && with_leads)
        e = leads_set(txn, arena, &found.item, NULL);
    if (e == ERR_OK)
        e = catalogue_facts(txn, arena, &found.item.media, &found.sources);
    if (e == ERR_OK)
        e = read_uses(txn, arena, id, &found);
    found.has_storage = true;
    found.storage = (struct storage){ .backend = found.item.backend,
                                      .volume = found.item.volume,
                                      .has_remote = found.item.media.has_remote,
                                      .remote = found.item.media.remote };
    if (e == ERR_OK)
        e = catalogue_relative_path(txn, arena, &found.item.media, &found.storage.relative_path);
    return e == ERR_OK ? codec_copy(&media_found_shape, &found, arena, answer) : e;
}

enum err search_get(struct search *search, struct call *call, const struct search_get *ask, struct media_found *answer)
{
    struct txn *txn;
    struct id id;
    enum err e = search_read(search, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = find_id(txn, call, ask, &id);
    if (e == ERR_OK)
        e = read_with_facts(txn, call_arena(call), id, ask->has_leads && ask->leads, answer);
    txn_end(txn);
    return e == ERR_OK ? e : explain_refusal(ask, call_fault(call), e);
}

/* The embedding's record, as an artefact. */
static enum err read_embedding(struct txn *txn, struct arena *arena, const struct media *media, struct artefact *to)
{
    struct buffer buffer = { 0 };
    struct embedding embedding;
    enum err e = catalogue_embedding(txn, arena, media->content, &embedding);

    if (e == ERR_OK)
        e = codec_encode(&embedding_shape, &embedding, &buffer, NULL);
    *to = (struct artefact){ .type = TEXT("embedding"),
                             .version = media->analyser,
                             .data = arena_bytes(arena, buffer_bytes(&buffer)) };
    if (e == ERR_OK && to->data.len != buffer.len)
        e = ERR_FULL;
    buffer_free(&buffer);
    return e;
}

static void log_refusal(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_warn("the indexer does not make artefacts again now: %s", fault->what);
}

void search_remake(struct search *search, const struct indexer_remake *ask)
{
    struct fault fault = { 0 };

    if (service_ask(search->service, "indexer.remake", ask, REMAKE_BUDGET_MS, NULL, log_refusal, NULL, &fault) !=
        ERR_OK)
        log_fault("asking the indexer for artefacts", &fault);
}

/* An artefact has a row, but its file is gone or changed: asks the indexer to make it again. */
static enum err refuse_lost(struct search *search, struct txn *txn, struct call *call, const struct media *media,
                            struct text type)
{
    struct indexer_remake remake = { .has_id = true, .id = media->id };
    struct media here;
    struct bytes path;

    if (catalogue_reachable(txn, call_arena(call), media->content, &here, &path) == ERR_NOT_FOUND) {
        refuse(call, ERR_OFFLINE, "artefact waits: offline: \"%.*s\" is made again when a file of the sound is there",
               TEXT_ARG(type));
        return fault_hint(call_fault(call), "bring back its volume or its file; `loophole show` says where that was");
    }
    search_remake(search, &remake);
    refuse(call, ERR_BUSY, "artefact waits: \"%.*s\" is being made again: its file was gone or changed",
           TEXT_ARG(type));
    return fault_hint(call_fault(call), "ask again in a moment; `loophole tasks` shows the progress");
}

static enum err refuse_none(struct call *call, const struct media *media, struct text type)
{
    if (media->analysis.value == ANALYSIS_STATE_WAITING) {
        refuse(call, ERR_BUSY, "artefact waits: the item is not analysed yet");
        return fault_hint(call_fault(call), "`loophole status` shows what is under way");
    }
    refuse(call, ERR_NOT_FOUND, "the item has no artefact \"%.*s\"", TEXT_ARG(type));
    return fault_hint(
        call_fault(call),
        "the types are waveform, loudness, onsets, beats, spectrum, spectrogram, embedding, print and gist");
}

static enum err read_artefact(struct search *search, struct txn *txn, struct call *call, struct id id, struct text type,
                              struct artefact_found *answer)
{
    struct artefact_found found = { .owner = id };
    struct media media;
    enum err e = catalogue_media(txn, call_arena(call), id, &media);

    if (e != ERR_OK)
        return e;
    if (media.content.len && text_is(type, "embedding"))
        e = read_embedding(txn, call_arena(call), &media, &found.artefact);
    else if (media.content.len)
        e = catalogue_artefact(txn, service_paths(search->service), call_arena(call), media.content, type,
                               &found.artefact);
    if (e == ERR_NOT_FOUND && catalogue_has_artefact(txn, media.content, type))
        return refuse_lost(search, txn, call, &media, type);
    if (e == ERR_NOT_FOUND || !media.content.len)
        return refuse_none(call, &media, type);
    return e == ERR_OK ? codec_copy(&artefact_found_shape, &found, call_arena(call), answer) : e;
}

enum err search_read_artefact(struct search *search, struct txn *txn, struct call *call, struct id id, struct text type,
                              struct artefact_found *to)
{
    const struct search_get named = { .has_id = true, .id = id };
    enum err e;

    *call_fault(call) = (struct fault){ 0 };
    e = read_artefact(search, txn, call, id, type, to);
    return e == ERR_OK ? e : explain_refusal(&named, call_fault(call), e);
}

enum err search_get_artefact(struct search *search, struct call *call, const struct search_get_artefact *ask,
                             struct artefact_found *answer)
{
    struct txn *txn;
    enum err e = search_read(search, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = search_read_artefact(search, txn, call, ask->id, ask->type, answer);
    txn_end(txn);
    return e;
}
