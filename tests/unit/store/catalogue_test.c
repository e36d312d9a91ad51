#include "common/file.h"
#include "store/artefact.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_path.h"
#include "store/community.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

#define PREPARED_CLAIM(name) CLAIM_WITH(name, on_ground, scratch_drop)

static const uint8_t content_a[16] = "content number a", content_b[16] = "content number b";

static struct bytes bytes_from(const char *text)
{
    return bytes_of(text, strlen(text));
}

static struct bytes content_of_bytes(const uint8_t *of)
{
    return bytes_of(of, 16);
}

static int on_ground(void **state)
{
    scratch_make(state);
    scratch_open(*state);
    scratch_begin(*state);
    scratch_ground(*state);
    return 0;
}

static struct fact make_fact(enum source source, const char *attribute, double number)
{
    struct fact f = { .attribute = text_of(attribute), .has_number = true, .number = number, .shown = true };

    f.source.value = (int32_t)source;
    f.confidence = 0.5;
    return f;
}

static bool count_media(void *state, const struct media *media)
{
    assert_true(media->name.len > 0);
    ++*(uint32_t *)state;
    return true;
}

PREPARED_CLAIM(an_item_is_found_by_id_place_and_path)
{
    struct scratch *s = *state;
    struct media put = scratch_put(s, "kick.wav"), got;
    struct volume volume;
    struct bytes path;
    struct id id;

    assert_int_equal(catalogue_media(s->w.txn, &s->arena, put.id, &got), ERR_OK);
    assert_true(text_equal(got.name, put.name));
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, s->folder, bytes_from("kick.wav"), &id), ERR_OK);
    assert_true(id_equal(id, put.id));
    assert_int_equal(catalogue_path(s->w.txn, &s->arena, &got, &path, &volume), ERR_OK);
    assert_true(bytes_equal(path, bytes_from("/music/kick.wav")));
    assert_true(id_equal(volume.id, s->volume));
    assert_int_equal(catalogue_at_path(s->w.txn, &s->arena, path, &id), ERR_OK);
    assert_true(id_equal(id, put.id));
    assert_int_equal(catalogue_at_path(s->w.txn, &s->arena, bytes_from("/music/other.wav"), &id), ERR_NOT_FOUND);
    assert_int_equal(catalogue_at_path(s->w.txn, &s->arena, bytes_from("relative"), &id), ERR_NOT_FOUND);
}

PREPARED_CLAIM(an_item_on_the_mount_itself_has_a_path)
{
    struct scratch *s = *state;
    struct volume usb = {
        .id = id_new(), .identity = TEXT("uuid:1"), .mount = bytes_from("/media/usb"), .online = true
    };
    struct folder mount = { .id = id_new(), .volume = usb.id };
    struct volume volume;
    struct bytes path;
    struct id id;

    assert_int_equal(catalogue_put_volume(&s->w, &usb), ERR_OK);
    assert_int_equal(catalogue_put_folder(&s->w, NULL, &mount), ERR_OK);
    s->folder = mount.id;
    struct media put = scratch_put(s, "a.wav");
    assert_int_equal(catalogue_path(s->w.txn, &s->arena, &put, &path, &volume), ERR_OK);
    assert_true(bytes_equal(path, bytes_from("/media/usb/a.wav")));
    assert_int_equal(catalogue_at_path(s->w.txn, &s->arena, path, &id), ERR_OK);
    assert_true(id_equal(id, put.id));
}

PREPARED_CLAIM(a_volume_that_is_away_leaves_the_path_empty)
{
    struct scratch *s = *state;
    struct media put = scratch_put(s, "kick.wav");
    struct volume volume;
    struct item item = { 0 };

    assert_int_equal(catalogue_volume(s->w.txn, &s->arena, s->volume, &volume), ERR_OK);
    volume.online = false;
    assert_int_equal(catalogue_put_volume(&s->w, &volume), ERR_OK);
    assert_int_equal(catalogue_item(s->w.txn, &s->arena, put.id, &item), ERR_OK);
    assert_int_equal(item.path.len, 0);
    assert_int_equal(item.backend.value, BACKEND_LOCAL);
}

PREPARED_CLAIM(a_moved_item_leaves_its_old_place)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "old.wav"), now = was;
    struct id id;

    now.file = bytes_from("new.wav");
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, s->folder, bytes_from("old.wav"), &id), ERR_NOT_FOUND);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, s->folder, bytes_from("new.wav"), &id), ERR_OK);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
}

PREPARED_CLAIM(the_facts_that_win_come_from_the_better_source)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "kick.wav"), now = was;
    struct fact own[] = { make_fact(SOURCE_FILE, "bpm", 90), make_fact(SOURCE_USER, "bpm", 100),
                          make_fact(SOURCE_FILE, "year", 1) };
    struct fact heard[] = { make_fact(SOURCE_ANALYSIS, "bpm", 110), make_fact(SOURCE_ANALYSIS, "lufs", -9) };
    struct facts of_item = { { 3, own } }, of_content = { { 2, heard } };
    struct fact_list all, winning;

    own[2].shown = false;
    now.content = content_of_bytes(content_a);
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(catalogue_put_facts(&s->w, bytes_of(now.id.b, 16), &of_item), ERR_OK);
    assert_int_equal(catalogue_put_facts(&s->w, now.content, &of_content), ERR_OK);
    assert_int_equal(catalogue_facts(s->w.txn, &s->arena, &now, &all), ERR_OK);
    assert_int_equal(all.count, 5);
    assert_int_equal(catalogue_winning(&s->arena, all, &winning), ERR_OK);
    assert_int_equal(winning.count, 2);
    assert_true(text_is(winning.at[0].attribute, "bpm"));
    assert_int_equal(winning.at[0].source.value, SOURCE_USER);
    assert_true(text_is(winning.at[1].attribute, "lufs"));
}

PREPARED_CLAIM(a_content_goes_with_its_last_item)
{
    struct scratch *s = *state;
    struct media one = scratch_put(s, "one.wav"), two = scratch_put(s, "two.wav"), was;
    struct fact heard = make_fact(SOURCE_ANALYSIS, "bpm", 110);
    struct facts facts = { { 1, &heard } }, found;
    struct embedding embedding = { 0 };

    was = one;
    one.content = content_of_bytes(content_a);
    assert_int_equal(catalogue_put_media(&s->w, &was, &one), ERR_OK);
    was = two;
    two.content = content_of_bytes(content_a);
    assert_int_equal(catalogue_put_media(&s->w, &was, &two), ERR_OK);
    assert_int_equal(catalogue_put_facts(&s->w, one.content, &facts), ERR_OK);
    assert_int_equal(catalogue_put_embedding(&s->w, one.content, &embedding), ERR_OK);
    assert_int_equal(catalogue_remove_media(&s->w, &one), ERR_OK);
    assert_int_equal(catalogue_subject_facts(s->w.txn, &s->arena, content_of_bytes(content_a), &found), ERR_OK);
    assert_int_equal(found.each.count, 1);
    was = two;
    two.content = content_of_bytes(content_b);
    assert_int_equal(catalogue_put_media(&s->w, &was, &two), ERR_OK);
    assert_int_equal(catalogue_subject_facts(s->w.txn, &s->arena, content_of_bytes(content_a), &found), ERR_OK);
    assert_int_equal(found.each.count, 0);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
}

static void damage_row(struct scratch *s, enum database db, struct key key)
{
    assert_int_equal(txn_put(s->w.txn, db, key_bytes(&key), bytes_of("nonsense", 8)), ERR_OK);
}

PREPARED_CLAIM(a_damaged_row_of_a_place_or_an_artefact_is_replaced_and_removed)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "kick.wav"), now = was;
    const struct kept_artefact kept = { .version = 2, .size = 1 };
    struct key place = key_place(was.folder, was.file);
    struct bytes value;
    struct id there;

    now.size = 2;
    now.content = content_of_bytes(content_a);
    damage_row(s, DB_PLACE, place);
    damage_row(s, DB_ARTEFACT, key_artefact(now.content, TEXT("beats"), TEXT("x")));
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, was.folder, was.file, &there), ERR_OK);
    assert_true(id_equal(there, was.id));
    assert_int_equal(catalogue_put_artefact(&s->w, now.content, TEXT("beats"), TEXT("x"), &kept), ERR_OK);
    scratch_commit(s);
    assert_int_equal(scratch_problems(s), 0);
    scratch_begin(s);
    damage_row(s, DB_PLACE, place);
    damage_row(s, DB_ARTEFACT, key_artefact(now.content, TEXT("beats"), TEXT("x")));
    assert_int_equal(catalogue_remove_media(&s->w, &now), ERR_OK);
    assert_int_equal(txn_get(s->w.txn, DB_PLACE, key_bytes(&place), &value), ERR_NOT_FOUND);
    assert_int_equal(txn_count(s->w.txn, DB_ARTEFACT), 0);
}

PREPARED_CLAIM(a_large_artefact_is_a_file_and_a_changed_file_is_not_found)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "kick.wav"), now = was;
    struct artefact large = { .type = TEXT("waveform"),
                              .version = 3,
                              .data = { 5000, (const uint8_t *)calloc(5000, 1) } };
    struct artefact got;
    struct kept_artefact kept;
    struct artefact_files files = { 0 };
    uint8_t digest[16];
    char path[PATH_MAX + ARTEFACT_NAME_SIZE + 32], name[ARTEFACT_NAME_SIZE];

    now.content = content_of_bytes(content_a);
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    artefact_describe(&large, digest, &kept);
    assert_int_equal(artefact_write(&s->paths, now.content, &large, &files, NULL), ERR_OK);
    assert_int_equal(artefact_settle(&s->paths, &files, NULL), ERR_OK);
    assert_int_equal(catalogue_put_artefact(&s->w, now.content, large.type, large.parameters, &kept), ERR_OK);
    assert_int_equal(catalogue_artefact(s->w.txn, &s->paths, &s->arena, now.content, large.type, &got), ERR_OK);
    assert_true(bytes_equal(got.data, large.data));
    assert_int_equal(got.version, 3);
    artefact_name(now.content, large.type, large.parameters, 3, name);
    snprintf(path, sizeof(path), "%s/artefact/%s", s->paths.data, name);
    assert_int_equal(truncate(path, 4999), 0);
    assert_int_equal(catalogue_artefact(s->w.txn, &s->paths, &s->arena, now.content, large.type, &got), ERR_NOT_FOUND);
    artefact_files_free(&files);
    free((void *)(uintptr_t)large.data.at);
}

/* A file that a row may already refer to is not written again, and not removed. */
PREPARED_CLAIM(a_discarded_artefact_file_was_written_by_the_same_transaction)
{
    struct scratch *s = *state;
    uint8_t data[3000] = { 7 };
    struct artefact large = { .type = TEXT("waveform"), .version = 1, .data = bytes_of(data, sizeof(data)) };
    struct artefact_files first = { 0 }, again = { 0 };
    char path[PATH_MAX + ARTEFACT_NAME_SIZE + 32], name[ARTEFACT_NAME_SIZE];

    snprintf(path, sizeof(path), "%s/artefact/%s", s->paths.data,
             artefact_name(content_of_bytes(content_a), large.type, large.parameters, 1, name));
    assert_int_equal(artefact_write(&s->paths, content_of_bytes(content_a), &large, &first, NULL), ERR_OK);
    assert_int_equal(artefact_write(&s->paths, content_of_bytes(content_a), &large, &again, NULL), ERR_OK);
    artefact_take_back(&s->paths, &again);
    assert_int_equal(access(path, F_OK), 0);
    artefact_take_back(&s->paths, &first);
    assert_int_equal(access(path, F_OK), -1);
    artefact_files_free(&first);
    artefact_files_free(&again);
}

PREPARED_CLAIM(half_a_file_of_somebody_who_died_is_replaced)
{
    struct scratch *s = *state;
    uint8_t data[3000] = { 7 };
    struct artefact large = { .type = TEXT("waveform"), .version = 1, .data = bytes_of(data, sizeof(data)) };
    struct artefact_files first = { 0 }, again = { 0 };
    struct buffer found = { 0 };
    char path[PATH_MAX + ARTEFACT_NAME_SIZE + 32], name[ARTEFACT_NAME_SIZE];

    snprintf(path, sizeof(path), "%s/artefact/%s", s->paths.data,
             artefact_name(content_of_bytes(content_a), large.type, large.parameters, 1, name));
    assert_int_equal(artefact_write(&s->paths, content_of_bytes(content_a), &large, &first, NULL), ERR_OK);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(artefact_write(&s->paths, content_of_bytes(content_a), &large, &again, NULL), ERR_OK);
    assert_int_equal(file_read_all(path, sizeof(data), &found, NULL), ERR_OK);
    assert_true(bytes_equal(buffer_bytes(&found), large.data));
    assert_int_equal(artefact_settle(&s->paths, &again, NULL), ERR_OK);
    again.disk = close(again.disk) == 0 ? -1 : 0; /* as on a disk that is not synced as a whole */
    assert_int_equal(artefact_settle(&s->paths, &again, NULL), ERR_OK);
    artefact_take_back(&s->paths, &again);
    assert_int_equal(access(path, F_OK), -1);
    buffer_free(&found);
    artefact_files_free(&first);
    artefact_files_free(&again);
}

PREPARED_CLAIM(files_of_a_content_that_goes_are_named)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "kick.wav"), now = was;
    struct kept_artefact kept = { .version = 2, .size = 5000, .digest = content_of_bytes(content_b) };
    char name[ARTEFACT_NAME_SIZE];

    now.content = content_of_bytes(content_a);
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(catalogue_put_artefact(&s->w, now.content, TEXT("beats"), TEXT("x"), &kept), ERR_OK);
    assert_int_equal(catalogue_remove_media(&s->w, &now), ERR_OK);
    artefact_name(content_of_bytes(content_a), TEXT("beats"), TEXT("x"), 2, name);
    assert_string_equal((const char *)s->w.dropped.at, name);
}

PREPARED_CLAIM(an_artefacts_type_cannot_leave_its_folder)
{
    assert_true(artefact_type_is_good(TEXT("waveform")));
    assert_false(artefact_type_is_good(TEXT("../../x")));
    assert_false(artefact_type_is_good(TEXT("")));
}

PREPARED_CLAIM(the_items_of_a_folder_are_walked)
{
    struct scratch *s = *state;
    uint32_t seen = 0;

    scratch_put(s, "1");
    scratch_put(s, "2");
    scratch_put(s, "3");
    assert_int_equal(catalogue_each_in_folder(s->w.txn, &s->arena, s->folder, count_media, &seen), ERR_OK);
    assert_int_equal(seen, 3);
}

static bool see_place(void *state, struct bytes file, const struct kept_place *place)
{
    assert_true(bytes_equal(file, bytes_from("kick.wav")));
    *(struct kept_place *)state = *place;
    return true;
}

PREPARED_CLAIM(a_place_row_has_what_a_scan_compares)
{
    struct scratch *s = *state;
    struct media was = scratch_put(s, "kick.wav"), now = was;
    struct kept_place place;

    now.size = 88244, now.mtime = 17, now.inode = 5, now.analyser = 3;
    now.analysis.value = ANALYSIS_STATE_DONE;
    now.availability.value = ITEM_STATE_MISSING;
    assert_int_equal(catalogue_put_media(&s->w, &was, &now), ERR_OK);
    assert_int_equal(catalogue_each_place(s->w.txn, &s->arena, s->folder, see_place, &place), ERR_OK);
    assert_true(id_equal(place.id, was.id));
    assert_int_equal(place.size, 88244);
    assert_int_equal(place.mtime, 17);
    assert_int_equal(place.inode, 5);
    assert_int_equal(place.analyser, 3);
    assert_int_equal(place.analysis.value, ANALYSIS_STATE_DONE);
    assert_int_equal(place.availability.value, ITEM_STATE_MISSING);
}

/* Two files exchange their names: the first report comes while the second file still has its old name. */
PREPARED_CLAIM(a_place_that_another_item_has_taken_stays_its_own)
{
    struct scratch *s = *state;
    struct media first = scratch_put(s, "a.wav"), second = scratch_put(s, "b.wav"), moved = first, seen = second;
    struct id id;

    moved.file = second.file;
    assert_int_equal(catalogue_put_media(&s->w, &first, &moved), ERR_OK);
    seen.size = 5;
    assert_int_equal(catalogue_put_media(&s->w, &second, &seen), ERR_OK);
    assert_int_equal(catalogue_place(s->w.txn, &s->arena, s->folder, bytes_from("b.wav"), &id), ERR_OK);
    assert_true(id_equal(id, first.id));
}

static bool see_library(void *state, const struct library *library)
{
    struct library *seen = state;

    *seen = *library;
    return false;
}

/* Rows of programs before the field too_long and those after it. */
PREPARED_CLAIM(a_library_of_an_older_program_is_read)
{
    struct scratch *s = *state;
    const struct library old = { .id = s->folder, .path = bytes_from("/music"), .volume = s->volume, .files = 7 };
    struct library seen = { .too_long = 1 };
    struct shape shape = library_shape;
    struct key key = key_id(s->folder);

    shape.field_count = 0;
    while (strcmp(shape.fields[shape.field_count].name, "too_long") != 0)
        shape.field_count++;
    assert_int_equal(row_put(&s->w, DB_LIBRARY, &key, &shape, &old), ERR_OK);
    assert_int_equal(catalogue_each_library(s->w.txn, &s->arena, see_library, &seen), ERR_OK);
    assert_true(id_equal(seen.id, s->folder));
    assert_int_equal(seen.files, 7);
    assert_int_equal(seen.too_long, 0);
    assert_int_equal(seen.too_long_in.len, 0);
    assert_int_equal(seen.too_long_first.len, 0);
}

static bool count_library(void *state, const struct library *library)
{
    uint32_t *count = state;

    (void)library;
    ++*count;
    return true;
}

PREPARED_CLAIM(a_damaged_library_hides_no_other)
{
    struct scratch *s = *state;
    const struct library good = { .id = s->folder, .path = bytes_from("/music"), .volume = s->volume };
    const struct library homeless = { .id = id_new(), .path = bytes_from("/away"), .volume = id_new() };
    struct key keys[] = { key_id((struct id){ { 0 } }), key_id(s->folder), key_id(homeless.id) };
    uint32_t count = 0;

    assert_int_equal(txn_put(s->w.txn, DB_LIBRARY, key_bytes(&keys[0]), bytes_from("nonsense")), ERR_OK);
    assert_int_equal(row_put(&s->w, DB_LIBRARY, &keys[1], &library_shape, &good), ERR_OK);
    assert_int_equal(row_put(&s->w, DB_LIBRARY, &keys[2], &library_shape, &homeless), ERR_OK);
    assert_int_equal(catalogue_each_library(s->w.txn, &s->arena, count_library, &count), ERR_OK);
    assert_int_equal(count, 1);
}

PREPARED_CLAIM(a_full_copy_of_the_community_takes_changes_but_no_more_rows)
{
    struct scratch *s = *state;
    struct lesson first = { .kind = { .value = LESSON_KIND_USE },
                            .content = content_of_bytes(content_a),
                            .studios = 10 };
    struct lesson second = first;

    second.content = content_of_bytes(content_b);
    assert_int_equal(community_put_lesson(&s->w, &first, 1), ERR_OK);
    assert_int_equal(community_put_lesson(&s->w, &second, 1), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_COMMUNITY), 1);
    first.studios = 15;
    assert_int_equal(community_put_lesson(&s->w, &first, 1), ERR_OK);
    assert_int_equal(community_put_lesson(&s->w, &second, 2), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_COMMUNITY), 2);
    first.gone = true;
    assert_int_equal(community_put_lesson(&s->w, &first, 1), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_COMMUNITY), 1);
}
