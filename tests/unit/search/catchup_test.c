/* The index follows a store: put, changed, moved, removed. It begins again if it is older than the log's tail or
 * belongs to another catalogue. Many changes at once are done in parts. */
#include "common/clock.h"
#include "services/search/index/catchup.h"
#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/keys.h"
#include "store/open/store_open.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"
#include "tests/unit/search/made.h"

struct world {
    struct home *home;
    struct store *store;
    struct index index;
    struct catchup *catchup;
    struct writing w;
    struct id volume, folder;
    uint64_t revision;
};

static void begin_change(struct world *world)
{
    assert_int_equal(store_write(world->store, &world->w.txn, NULL), ERR_OK);
}

static void commit_change(struct world *world)
{
    assert_int_equal(txn_commit(world->w.txn, NULL), ERR_OK);
}

static void log_change(struct world *world, enum change_kind kind, struct id id)
{
    struct change change = { .revision = ++world->revision, .id = id, .request = id_new(), .at = clock_now() };

    change.kind.value = (int32_t)kind;
    assert_int_equal(changelog_add(&world->w, &change), ERR_OK);
}

static void put_volume(struct world *world, bool online)
{
    struct volume volume = { .id = world->volume,
                             .identity = TEXT("root"),
                             .label = TEXT("disk"),
                             .mount = bytes_of("/", 1),
                             .online = online };

    volume.backend.value = BACKEND_LOCAL;
    begin_change(world);
    assert_int_equal(catalogue_put_volume(&world->w, &volume), ERR_OK);
    log_change(world, CHANGE_KIND_VOLUME, volume.id);
    commit_change(world);
}

static void put_folder(struct world *world, const char *was_name, const char *name)
{
    struct folder now = {
        .id = world->folder, .volume = world->volume, .name = bytes_of(name, strlen(name)), .library = true
    };
    struct folder was = now;

    if (was_name)
        was.name = bytes_of(was_name, strlen(was_name));
    begin_change(world);
    assert_int_equal(catalogue_put_folder(&world->w, was_name ? &was : NULL, &now), ERR_OK);
    log_change(world, CHANGE_KIND_FOLDER, now.id);
    commit_change(world);
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    void *home;

    assert_non_null(world);
    home_make(&home);
    world->home = home;
    world->catchup = calloc(1, sizeof(*world->catchup));
    assert_non_null(world->catchup);
    assert_int_equal(store_open(&world->home->paths, STORE_WRITER, &world->store, NULL), ERR_OK);
    assert_int_equal(index_open(&world->index), ERR_OK);
    catchup_open(world->catchup, &world->home->paths, &world->index);
    world->catchup->store = world->store; /* one process opens a store once, so the writer reads too */
    world->volume = id_new();
    world->folder = id_new();
    put_volume(world, true);
    put_folder(world, NULL, "Drums");
    *state = world;
    return 0;
}

static int end_world(void **state)
{
    struct world *world = *state;
    void *home = world->home;

    catchup_close(world->catchup); /* closes the store */
    index_close(&world->index);
    buffer_free(&world->w.row);
    buffer_free(&world->w.dropped);
    free(world->catchup);
    home_remove(&home);
    free(world);
    return 0;
}

static struct id put_item(struct world *world, struct id id, const char *was_name, const char *name,
                          const char *content)
{
    struct media now = {
        .id = id_is_zero(id) ? id_new() : id, .folder = world->folder, .name = text_of(name), .added = clock_now()
    };
    char file[ID_TEXT_SIZE];

    id_write(now.id, file);
    now.file = bytes_of(file, strlen(file));
    now.content = bytes_of(content, strlen(content));
    now.kind.value = KIND_AUDIO;
    now.availability.value = ITEM_STATE_LOCAL;
    struct media was = now;
    was.name = text_of(was_name);
    assert_int_equal(catalogue_put_media(&world->w, was_name ? &was : NULL, &now), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, now.id);
    return now.id;
}

static struct id add_item(struct world *world, const char *name, const char *content)
{
    struct id id;

    begin_change(world);
    id = put_item(world, (struct id){ { 0 } }, NULL, name, content);
    commit_change(world);
    return id;
}

static void catch_up(struct world *world)
{
    struct fault fault = { 0 };

    if (catchup_step(world->catchup, clock_steady() + 60000000, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
    assert_true(world->catchup->is_current);
    assert_int_equal(world->index.revision, world->revision);
}

static uint32_t count_found(struct world *world, const char *query)
{
    struct parse parse = { .knows = made_no_attribute };
    struct match match = { &world->index, &world->catchup->volumes };
    struct arena arena = { 0 };
    struct node *root;
    uint32_t count;

    assert_int_equal(parse_query(&parse, text_of(query), &arena, &root, NULL), ERR_OK);
    struct bitmap *rows = match_query(&match, root);
    assert_non_null(rows);
    count = bitmap_count(rows);
    bitmap_free(rows);
    arena_free(&arena);
    return count;
}

#define CONTENT "0123456789abcdef"

CLAIM_WITH(the_index_follows_items_that_are_put_changed_and_removed, make_world, end_world)
{
    struct world *world = *state;
    struct media gone = { .folder = world->folder };
    char file[ID_TEXT_SIZE];
    struct id id = add_item(world, "Kick", "");

    catch_up(world);
    assert_int_equal(count_found(world, "kick"), 1);
    assert_int_equal(count_found(world, "drums is:local kind:audio"), 1);
    begin_change(world);
    put_item(world, id, "Kick", "Snare", "");
    commit_change(world);
    catch_up(world);
    assert_int_equal(count_found(world, "kick"), 0);
    assert_int_equal(count_found(world, "snare"), 1);
    id_write(id, file);
    gone.id = id;
    gone.file = bytes_of(file, strlen(file));
    begin_change(world);
    assert_int_equal(catalogue_remove_media(&world->w, &gone), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, id);
    commit_change(world);
    catch_up(world);
    assert_int_equal(count_found(world, ""), 0);
}

CLAIM_WITH(facts_of_a_content_reach_all_its_items, make_world, end_world)
{
    struct world *world = *state;
    struct fact fact = { .attribute = TEXT("bpm"), .has_number = true, .number = 120, .shown = true };
    struct facts facts = { { 1, &fact } };
    struct bytes content = bytes_of(CONTENT, 16);
    struct id subject;

    fact.source.value = SOURCE_ANALYSIS;
    add_item(world, "One", CONTENT);
    add_item(world, "Two", CONTENT);
    add_item(world, "Three", "");
    catch_up(world);
    assert_int_equal(count_found(world, "bpm:120"), 0);
    memcpy(subject.b, content.at, sizeof(subject.b));
    begin_change(world);
    assert_int_equal(catalogue_put_facts(&world->w, content, &facts), ERR_OK);
    log_change(world, CHANGE_KIND_FACTS, subject);
    commit_change(world);
    catch_up(world);
    assert_int_equal(count_found(world, "bpm:120"), 2);
}

static void put_facts(struct world *world, enum change_kind kind, struct bytes subject, struct fact *at, uint32_t count)
{
    struct facts facts = { { count, at } };
    struct id id;

    memcpy(id.b, subject.at, sizeof(id.b));
    begin_change(world);
    assert_int_equal(catalogue_put_facts(&world->w, subject, &facts), ERR_OK);
    log_change(world, kind, id);
    commit_change(world);
    catch_up(world);
}

CLAIM_WITH(a_second_tempo_is_found_until_a_person_gives_one, make_world, end_world)
{
    struct world *world = *state;
    struct id one = add_item(world, "One", CONTENT);
    struct fact heard[] = { { .attribute = TEXT("bpm"), .has_number = true, .number = 140, .shown = true },
                            { .attribute = TEXT("bpm_second"), .has_number = true, .number = 70, .shown = true } };
    struct fact said = { .attribute = TEXT("bpm"), .has_number = true, .number = 93, .shown = true };

    heard[0].source.value = heard[1].source.value = SOURCE_ANALYSIS;
    said.source.value = SOURCE_USER;
    put_facts(world, CHANGE_KIND_FACTS, bytes_of(CONTENT, 16), heard, 2);
    assert_int_equal(count_found(world, "bpm:140"), 1);
    assert_int_equal(count_found(world, "bpm:70"), 1);
    assert_int_equal(count_found(world, "-bpm:70"), 0);
    put_facts(world, CHANGE_KIND_MEDIA, bytes_of(one.b, sizeof(one.b)), &said, 1);
    assert_int_equal(count_found(world, "bpm:93"), 1);
    assert_int_equal(count_found(world, "bpm:70"), 0);
}

CLAIM_WITH(a_renamed_folder_renames_the_place_of_its_items, make_world, end_world)
{
    struct world *world = *state;

    add_item(world, "Kick", "");
    add_item(world, "Snare", "");
    catch_up(world);
    assert_int_equal(count_found(world, "drums"), 2);
    put_folder(world, "Drums", "Percussion");
    catch_up(world);
    assert_int_equal(count_found(world, "drums"), 0);
    assert_int_equal(count_found(world, "path:percussion"), 2);
}

CLAIM_WITH(items_of_a_volume_that_is_away_are_offline, make_world, end_world)
{
    struct world *world = *state;

    add_item(world, "Kick", "");
    catch_up(world);
    assert_int_equal(count_found(world, "is:local -is:offline"), 1);
    put_volume(world, false);
    catch_up(world);
    assert_int_equal(count_found(world, "is:offline -is:local"), 1);
}

static void drop_log(struct world *world, uint64_t up_to)
{
    begin_change(world);
    for (uint64_t revision = 1; revision <= up_to; revision++) {
        struct key key = key_number(revision);
        assert_int_equal(row_delete(&world->w, DB_CHANGE, &key), ERR_OK);
    }
    commit_change(world);
}

/* The removal itself is no longer in the log. */
CLAIM_WITH(an_index_older_than_the_change_log_reads_everything_again, make_world, end_world)
{
    struct world *world = *state;
    struct media gone = { .folder = world->folder, .id = add_item(world, "Kick", "") };
    char file[ID_TEXT_SIZE];

    catch_up(world);
    id_write(gone.id, file);
    gone.file = bytes_of(file, strlen(file));
    begin_change(world);
    assert_int_equal(catalogue_remove_media(&world->w, &gone), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, gone.id);
    commit_change(world);
    add_item(world, "Snare", "");
    add_item(world, "Hat", "");
    drop_log(world, world->revision - 1);
    catch_up(world);
    assert_int_equal(count_found(world, ""), 2);
    assert_int_equal(count_found(world, "kick"), 0);
}

CLAIM_WITH(a_row_that_cannot_be_read_is_left_out_and_stops_nothing, make_world, end_world)
{
    struct world *world = *state;
    struct key media = key_id(id_new()), volume = key_id(id_new()), change;

    add_item(world, "Kick", "");
    begin_change(world);
    assert_int_equal(txn_put(world->w.txn, DB_MEDIA, key_bytes(&media), bytes_of("nonsense", 8)), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, key_id_at(key_bytes(&media), 0));
    assert_int_equal(txn_put(world->w.txn, DB_VOLUME, key_bytes(&volume), bytes_of("nonsense", 8)), ERR_OK);
    log_change(world, CHANGE_KIND_VOLUME, key_id_at(key_bytes(&volume), 0));
    commit_change(world);
    add_item(world, "Snare", "");
    catch_up(world);
    assert_int_equal(count_found(world, ""), 2);
    begin_change(world);
    change = key_number(++world->revision);
    assert_int_equal(txn_put(world->w.txn, DB_CHANGE, key_bytes(&change), bytes_of("nonsense", 8)), ERR_OK);
    commit_change(world);
    add_item(world, "Hat", "");
    catch_up(world);
    assert_int_equal(count_found(world, ""), 3);
}

CLAIM_WITH(another_catalogue_is_read_again, make_world, end_world)
{
    struct world *world = *state;
    struct key key = key_name(META_CATALOGUE);

    add_item(world, "Kick", "");
    catch_up(world);
    uint64_t writes = world->index.writes;
    begin_change(world);
    assert_int_equal(row_put_id(&world->w, DB_META, &key, id_new()), ERR_OK);
    commit_change(world);
    catch_up(world);
    assert_int_equal(count_found(world, "kick"), 1);
    assert_true(world->index.writes > writes);
}

static void put_store_back(struct world *world, const char *done)
{
    char command[4 * PATH_MAX];
    const char *data = world->home->paths.data;

    store_close(world->store);
    snprintf(command, sizeof(command), done, data, data);
    assert_int_equal(system(command), 0);
    assert_int_equal(store_open(&world->home->paths, STORE_WRITER, &world->store, NULL), ERR_OK);
    world->catchup->store = world->store;
}

/* The revisions are those that the index has seen, but the rows are others. */
CLAIM_WITH(an_older_copy_of_the_store_with_new_changes_is_read_again, make_world, end_world)
{
    struct world *world = *state;
    uint64_t revision;

    add_item(world, "Kick", "");
    put_store_back(world, "cp '%s/store/data.mdb' '%s/copy'");
    revision = world->revision;
    add_item(world, "Snare", "");
    catch_up(world);
    put_store_back(world, "mv '%s/copy' '%s/store/data.mdb'");
    world->revision = revision;
    add_item(world, "Clap", "");
    add_item(world, "Tom", "");
    catch_up(world);
    assert_int_equal(count_found(world, "snare"), 0);
    assert_int_equal(count_found(world, "clap"), 1);
    assert_int_equal(count_found(world, ""), 3);
}

CLAIM_WITH(many_changes_are_read_in_slices, make_world, end_world)
{
    struct world *world = *state;
    uint32_t bites = 0, most = 0, before = 0;

    catch_up(world);
    begin_change(world);
    for (int i = 0; i < 3000; i++)
        put_item(world, (struct id){ { 0 } }, NULL, "Kick", "");
    commit_change(world);
    do {
        assert_int_equal(catchup_step(world->catchup, 0, NULL), ERR_OK);
        uint32_t live = index_live(&world->index);
        most = live - before > most ? live - before : most;
        before = live;
        bites++;
    } while (!world->catchup->is_current);
    assert_int_equal(count_found(world, "name:kick"), 3000);
    assert_true(bites > 100 && most <= 32);
}

CLAIM_WITH(a_sweep_in_slices_misses_no_change_during_it, make_world, end_world)
{
    struct world *world = *state;
    struct id first;

    begin_change(world);
    first = put_item(world, (struct id){ { 0 } }, NULL, "Kick", "");
    for (int i = 0; i < 2500; i++)
        put_item(world, (struct id){ { 0 } }, NULL, "Kick", "");
    commit_change(world);
    drop_log(world, world->revision - 1);
    for (int i = 0; i < 40; i++)
        assert_int_equal(catchup_step(world->catchup, 0, NULL), ERR_OK);
    assert_true(world->catchup->is_sweeping);
    begin_change(world);
    put_item(world, first, "Kick", "Snare", "");
    put_item(world, (struct id){ { 0 } }, NULL, "Hat", "");
    commit_change(world);
    for (int i = 0; i < 1000 && !world->catchup->is_current; i++)
        assert_int_equal(catchup_step(world->catchup, 0, NULL), ERR_OK);
    assert_true(world->catchup->is_current);
    assert_int_equal(count_found(world, "name:kick"), 2500);
    assert_int_equal(count_found(world, "name:snare or name:hat"), 2);
}
