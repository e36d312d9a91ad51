#include "proto/wire/codec.h"
#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/keys.h"
#include "tests/each_media.h"
#include "tests/sim/history.h"

static void hold_analysis(const struct media *media, const struct model_item *item, const char *id)
{
    uint8_t content[16];

    if ((media->analysis.value == ANALYSIS_STATE_DONE) != item->is_heard || media->analyser != item->analyser ||
        !bytes_equal(media->content, deed_content(item->content, content)))
        sim_fail("item %s: its analysis differs from the model", id);
}

static void hold_contents(struct history *h)
{
    for (uint32_t i = 1; i <= CONTENTS; i++) {
        uint8_t content[16];
        uint64_t analyser, must;
        bool heard;
        if (catalogue_is_analysed(h->txn, &h->arena, deed_content(i, content), &heard, &analyser) != ERR_OK)
            sim_fail("the records of a content cannot be read");
        if (heard != model_content_is_heard(&h->model, i, &must) || analyser != must)
            sim_fail("the records of content %u differ from the model", i);
    }
}

static void hold_item(struct history *h, const struct media *media)
{
    struct model_item *item = model_item(&h->model, media->id);
    char file[WORD], id[ID_TEXT_SIZE];

    id_write(media->id, id);
    if (!item)
        sim_fail("item %s is in the store, but not in the model", id);
    if (media->revision != item->revision || !text_is(media->name, item->name) || !text_is(media->notes, item->notes))
        sim_fail("item %s: revision, name or notes differ from the model", id);
    if (!text_is(media->pack, item->pack))
        sim_fail("item %s: its pack is \"%.*s\", expected \"%s\"", id, TEXT_ARG(media->pack), item->pack);
    if (media->favourite != item->favourite || media->hidden != item->hidden ||
        deed_tag_bits(media->tags) != item->tags || media->has_forgotten != item->forgotten)
        sim_fail("item %s: tags or marks differ from the model", id);
    if (!id_equal(media->folder, item->folder) || !bytes_equal(media->file, deed_file(item->file, file)) ||
        media->size != item->size || media->mtime != item->mtime || media->availability.value != item->availability)
        sim_fail("item %s: its place differs from the model", id);
    if (item->forgotten && item->forgotten_at > 0 && media->forgotten != item->forgotten_at)
        sim_fail("item %s: it was forgotten at another time", id);
    hold_analysis(media, item, id);
}

struct holding {
    struct history *h;
    uint32_t count;
};

static bool hold_one(void *state, const struct media *media)
{
    struct holding *holding = state;

    hold_item(holding->h, media);
    holding->count++;
    return true;
}

static void hold_items(struct history *h)
{
    struct holding holding = { h, 0 };
    uint32_t must = 0;

    for (uint32_t i = 0; i < h->model.item_count; i++)
        must += !h->model.items[i].gone;
    if (each_media(h->txn, &h->arena, hold_one, &holding) != ERR_OK)
        sim_fail("the items cannot be read");
    if (holding.count != must)
        sim_fail("the store has %u items, expected %u", holding.count, must);
}

static void hold_folders(struct history *h)
{
    uint32_t must = 0;

    for (uint32_t i = 0; i < h->model.folder_count; i++) {
        const struct model_folder *is = &h->model.folders[i];
        struct folder folder;
        char name[WORD];
        if (is->gone)
            continue;
        must++;
        if (catalogue_folder(h->txn, &h->arena, is->id, &folder) != ERR_OK ||
            !bytes_equal(folder.name, deed_folder(is->name, name)) || folder.library != is->is_library ||
            !id_equal(folder.parent, is->parent))
            sim_fail("a folder differs from the model");
    }
    if (txn_count(h->txn, DB_FOLDER) != must)
        sim_fail("the store's folders differ from the model");
}

static void hold_undo(struct history *h)
{
    struct key key = key_name(META_UNDO);
    struct bytes value = { 0, NULL };
    enum err e = txn_get(h->txn, DB_META, key_bytes(&key), &value);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        sim_fail("the undo stack cannot be read");
    if (!model_undo_is_at(&h->model, key_number_at(value, 0), key_number_at(value, 8)))
        sim_fail("undo is at %llu of %llu, expected %llu of %llu", (unsigned long long)key_number_at(value, 0),
                 (unsigned long long)key_number_at(value, 8), (unsigned long long)h->model.at,
                 (unsigned long long)h->model.top);
}

void history_hold_records(struct history *h)
{
    hold_items(h);
    hold_contents(h);
    hold_folders(h);
    hold_undo(h);
}

void history_hold_applied(struct history *h, const struct deed *deed, const struct verdict *verdict,
                          struct bytes answer)
{
    struct applied got = { 0 };

    if (codec_decode(&applied_shape, answer, &h->arena, &got, NULL) != ERR_OK)
        sim_fail("request %u: the kept answer is not that of an apply", deed_number(deed));
    if (got.has_steps != deed->in_parts || got.steps != verdict->steps)
        sim_fail("request %u: it made %llu steps, and answers %llu", deed_number(deed),
                 (unsigned long long)verdict->steps, (unsigned long long)got.steps);
    if (got.revision != verdict->revision || got.step != verdict->step || got.items != verdict->items)
        sim_fail("request %u: its answer is revision %llu, step %llu, items %llu; expected %llu, %llu, %llu",
                 deed_number(deed), (unsigned long long)got.revision, (unsigned long long)got.step,
                 (unsigned long long)got.items, (unsigned long long)verdict->revision,
                 (unsigned long long)verdict->step, (unsigned long long)verdict->items);
}
