#include "tests/fuzz/reads.h"

#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/changelog.h"
#include "store/check/orphan.h"
#include "store/parts.h"

static bool was_seen(void)
{
    return true;
}
static bool see_library(void *state, const struct library *library)
{
    (void)state, (void)library;
    return was_seen();
}
static bool see_place(void *state, struct bytes file, const struct kept_place *place)
{
    (void)state, (void)file, (void)place;
    return was_seen();
}
static bool see_media(void *state, const struct media *media)
{
    (void)state, (void)media;
    return was_seen();
}
static bool see_folder(void *state, const struct folder *folder)
{
    (void)state, (void)folder;
    return was_seen();
}
static bool see_id(void *state, struct id id)
{
    (void)state, (void)id;
    return was_seen();
}
static bool see_change(void *state, const struct change *change)
{
    (void)state, (void)change;
    return was_seen();
}
static bool see_part(void *state, const struct part *part)
{
    (void)state, (void)part;
    return was_seen();
}

static void an_item_is_read(struct txn *txn, struct arena *arena, struct id id, struct bytes content)
{
    struct item item = { 0 };
    struct media media = { 0 };
    struct facts facts = { 0 };
    struct fact_list all = { 0 }, winning = { 0 };
    struct embedding embedding = { 0 };
    struct artefact artefact = { 0 };
    struct bytes path = { 0 };
    uint64_t analyser;
    bool is_analysed;

    (void)catalogue_item(txn, arena, id, &item);
    if (catalogue_media(txn, arena, id, &media) == ERR_OK && catalogue_facts(txn, arena, &media, &all) == ERR_OK)
        (void)catalogue_winning(arena, all, &winning);
    (void)catalogue_subject_facts(txn, arena, content, &facts);
    (void)catalogue_embedding(txn, arena, content, &embedding);
    (void)catalogue_artefact(txn, fuzz_home(), arena, content, TEXT("waveform"), &artefact);
    (void)catalogue_is_analysed(txn, arena, content, &is_analysed, &analyser);
    (void)catalogue_reachable(txn, arena, content, &media, &path);
    (void)catalogue_each_with_content(txn, content, see_id, NULL);
}

static void folders_are_read(struct txn *txn, struct arena *arena, const struct rows *rows)
{
    struct volume volume = { 0 };
    struct bytes path = { 0 };
    struct id id;

    for (int i = 0; i < 2; i++) {
        (void)catalogue_folder_path(txn, arena, rows->folders[i], &path);
        (void)catalogue_each_place(txn, arena, rows->folders[i], see_place, NULL);
        (void)catalogue_each_in_folder(txn, arena, rows->folders[i], see_media, NULL);
        (void)catalogue_each_subfolder(txn, arena, rows->folders[i], see_folder, NULL);
    }
    (void)catalogue_each_library(txn, arena, see_library, NULL);
    (void)catalogue_volume(txn, arena, rows->volume, &volume);
    (void)catalogue_volume_identified(txn, TEXT("root"), &id);
    (void)catalogue_at_path(txn, arena, bytes_of("/kicks/in/b.wav", 15), &id);
}

static void the_log_is_read(struct txn *txn, struct arena *arena, const struct rows *rows)
{
    struct remembered what = { 0 };
    uint64_t tail, head;
    struct id id;

    (void)catalogue_id(txn, &id);
    (void)catalogue_head(txn, &tail, &head);
    (void)catalogue_change_hash(txn, 2);
    (void)catalogue_each_change(txn, arena, 0, see_change, NULL);
    (void)changelog_recall(txn, rows->request, &what);
    (void)changelog_done(txn, rows->request, 7, &id);
    (void)changelog_bytes(txn);
    (void)parts_read(txn, arena, rows->request, see_part, NULL);
    (void)parts_digest(txn, rows->request), (void)parts_newest(txn, rows->request);
    (void)orphan_row(txn, arena, "63/636f6e74656e74206e756d6265722061-waveform-1");
}

void reads_all(struct txn *txn, const struct rows *rows)
{
    struct arena arena = { 0 };

    for (int i = 0; i < ROWS_ITEMS; i++)
        an_item_is_read(txn, &arena, rows->items[i], rows->contents[i]);
    folders_are_read(txn, &arena, rows);
    the_log_is_read(txn, &arena, rows);
    arena_free(&arena);
}
