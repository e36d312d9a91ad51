#include "store/check/check.h"

#include <stdio.h>

#include "store/artefact.h"
#include "store/catalogue_facts.h"
#include "store/catalogue_write.h"
#include "store/check/check_community.h"
#include "store/check/check_uses.h"
#include "store/elements.h"
#include "store/keys.h"
#include "store/parts.h"

enum { ROWS_A_REPORT = 32 };

static const struct bytes none = { 0, NULL };

/* True if the row of `key` in `db` has the value `id`. */
static bool names_id(struct check *c, enum database db, struct key key, struct id id)
{
    struct id found;

    return row_get_id(c->txn, db, &key, &found) == ERR_OK && id_equal(found, id);
}

static bool leads_to(struct check *c, const struct media *media)
{
    struct key key = key_place(media->folder, media->file);
    struct kept_place place, due = catalogue_kept_place(media);

    return row_get(c->txn, &c->arena, DB_PLACE, &key, &kept_place_shape, &place) == ERR_OK &&
           catalogue_is_same_place(&place, &due);
}

static bool has_content(struct check *c, struct bytes content)
{
    struct walk walk;
    bool found = content.len >= 16;

    content.len = 16;
    found = found && walk_begin(c->txn, DB_CONTENT, content, content, &walk) == ERR_OK;
    if (!found)
        return false;
    found = walk_next(&walk);
    walk_end(&walk);
    return found;
}

static bool is_heard(struct check *c, struct bytes content)
{
    bool is_analysed;

    return catalogue_is_analysed(c->txn, &c->arena, content, &is_analysed, NULL) == ERR_OK && is_analysed;
}

/* ---- one function for each database ---- */

static void check_media(struct check *c, const struct seen *row)
{
    const struct media *media = row->record;
    struct key folder = key_id(media->folder), content = key_content(media->content, media->id);

    if (!check_key_is(row, media->id))
        check_report(c, row, "the record has another id");
    if (!check_is_there(c, DB_FOLDER, key_bytes(&folder)))
        check_report(c, row, "its folder does not exist");
    if (!leads_to(c, media))
        check_report(c, row, "the row of its place is missing or differs");
    if (media->content.len != 0 && media->content.len != 16)
        check_report(c, row, "its content has %u bytes", media->content.len);
    if (media->content.len == 16 && !check_is_there(c, DB_CONTENT, key_bytes(&content)))
        check_report(c, row, "the row of its content does not name it");
    if (media->analysis.value == ANALYSIS_STATE_DONE && !is_heard(c, media->content))
        check_report(c, row, "its analysis is done, but its content has no facts");
}

static void check_place_row(struct check *c, const struct seen *row)
{
    const struct kept_place *place = row->record;
    struct media media;

    if (row->key.len <= 16)
        check_report(c, row, "it is malformed");
    else if (catalogue_media(c->txn, &c->arena, place->id, &media) != ERR_OK)
        check_report(c, row, "its media item does not exist");
    else if (!id_equal(media.folder, key_id_at(row->key, 0)) ||
             !bytes_equal(media.file, bytes_of(row->key.at + 16, row->key.len - 16)))
        check_report(c, row, "its media item has another place");
}

static void check_folder(struct check *c, const struct seen *row)
{
    const struct folder *folder = row->record;
    struct key volume = key_id(folder->volume), library = key_id(folder->id);
    struct folder parent;

    if (!check_key_is(row, folder->id))
        check_report(c, row, "the record has another id");
    if (!check_is_there(c, DB_VOLUME, key_bytes(&volume)))
        check_report(c, row, "its volume does not exist");
    if (!names_id(c, DB_FOLDER_NAME, key_folder_name(folder->volume, folder->parent, folder->name), folder->id))
        check_report(c, row, "the row of its name does not name it");
    if (folder->library != check_is_there(c, DB_LIBRARY, key_bytes(&library)))
        check_report(c, row, "its record and the rows of libraries differ on whether it is a library");
    if (id_is_zero(folder->parent))
        return;
    if (catalogue_folder(c->txn, &c->arena, folder->parent, &parent) != ERR_OK)
        check_report(c, row, "its parent does not exist");
    else if (!id_equal(parent.volume, folder->volume))
        check_report(c, row, "its parent is on another volume");
}

static void check_folder_name(struct check *c, const struct seen *row)
{
    struct folder folder;

    if (row->key.len < 32 || row->value.len != 16)
        check_report(c, row, "it is malformed");
    else if (catalogue_folder(c->txn, &c->arena, key_id_at(row->value, 0), &folder) != ERR_OK)
        check_report(c, row, "its folder does not exist");
    else if (!id_equal(folder.volume, key_id_at(row->key, 0)) || !id_equal(folder.parent, key_id_at(row->key, 16)) ||
             !bytes_equal(folder.name, bytes_of(row->key.at + 32, row->key.len - 32)))
        check_report(c, row, "its folder has another place");
}

static void check_volume(struct check *c, const struct seen *row)
{
    const struct volume *volume = row->record;

    if (!check_key_is(row, volume->id))
        check_report(c, row, "the record has another id");
    if (!names_id(c, DB_VOLUME_IDENTITY, key_identity(volume->identity), volume->id))
        check_report(c, row, "the row of its identity does not name it");
}

static void check_identity(struct check *c, const struct seen *row)
{
    struct volume volume;

    if (row->value.len != 16 || catalogue_volume(c->txn, &c->arena, key_id_at(row->value, 0), &volume) != ERR_OK)
        check_report(c, row, "its volume does not exist");
}

static void check_library(struct check *c, const struct seen *row)
{
    const struct library *library = row->record;

    if (!check_key_is(row, library->id))
        check_report(c, row, "the record has another id");
    if (!check_is_there(c, DB_FOLDER, row->key))
        check_report(c, row, "its folder does not exist");
}

static void check_content(struct check *c, const struct seen *row)
{
    struct media media;

    if (row->key.len != 32)
        check_report(c, row, "it is malformed");
    else if (catalogue_media(c->txn, &c->arena, key_id_at(row->key, 16), &media) != ERR_OK)
        check_report(c, row, "its media item does not exist");
    else if (!bytes_equal(media.content, bytes_of(row->key.at, 16)))
        check_report(c, row, "its media item has another content");
}

static void check_facts(struct check *c, const struct seen *row)
{
    if (row->key.len != 16 || (!check_is_there(c, DB_MEDIA, row->key) && !has_content(c, row->key)))
        check_report(c, row, "its subject does not exist");
}

static void check_embedding(struct check *c, const struct seen *row)
{
    if (row->key.len != 16 || !has_content(c, row->key))
        check_report(c, row, "no media item has this content");
}

static void check_artefact(struct check *c, const struct seen *row)
{
    const struct kept_artefact *kept = row->record;
    struct text type, parameters;
    char name[ARTEFACT_NAME_SIZE];
    struct bytes data;

    if (!key_artefact_parts(row->key, &type, &parameters)) {
        check_report(c, row, "it is malformed");
        return;
    }
    if (!has_content(c, row->key)) {
        check_report(c, row, "no media item has this content");
        return;
    }
    artefact_name(bytes_of(row->key.at, 16), type, parameters, kept->version, name);
    if (c->paths && kept->digest.len) {
        c->counts->files++;
        c->counts->lost += artefact_read(c->paths, &c->arena, name, kept, &data) == ERR_NOT_FOUND;
    }
}

/* Rows come in the order of their numbers, at the end of their keys; zero precedes the first. */
static void check_number(struct check *c, const struct seen *row, uint32_t head, const char *what)
{
    uint64_t number = key_number_at(row->key, head);

    if (row->key.len != head + 8 || (c->last_number && number != c->last_number + 1))
        check_report(c, row, "%s %llu follows %llu: there is a gap", what, (unsigned long long)number,
                     (unsigned long long)c->last_number);
    c->last_number = number;
}

static void check_change(struct check *c, const struct seen *row)
{
    const struct change *change = row->record;

    check_number(c, row, 0, "revision");
    if (change->revision != key_number_at(row->key, 0))
        check_report(c, row, "the record has another revision");
}

static void check_request(struct check *c, const struct seen *row)
{
    struct key change = key_number(key_number_at(row->value, 0));

    if (row->key.len != 16 || row->value.len < 9)
        check_report(c, row, "it is malformed");
    else if (key_number_at(row->value, 0) && !check_is_there(c, DB_CHANGE, key_bytes(&change)))
        check_report(c, row, "its change is not in the log");
}

static void check_quiet(struct check *c, const struct seen *row)
{
    struct key request = key_id(key_id_at(row->key, 8));

    if (row->key.len != 24 || !check_is_there(c, DB_REQUEST, key_bytes(&request)))
        check_report(c, row, "its request is not remembered");
}

static void check_part(struct check *c, const struct seen *row)
{
    struct key change = key_number(key_number_at(row->value, 0)), newest;

    if (row->key.len != 24 || row->value.len < 16) {
        check_report(c, row, "it is malformed");
        return;
    }
    if (check_is_there(c, DB_CHANGE, key_bytes(&change)))
        return;
    newest = key_number(parts_newest(c->txn, key_id_at(row->key, 0))); /* the parts stay as long as that change */
    if (!check_is_there(c, DB_CHANGE, key_bytes(&newest)))
        check_report(c, row, "its change is not in the log");
}

/* The catalogue's own steps come first, because their numbers are lower than any id. Other rows of a step follow its
 * first row. */
static void check_undo(struct check *c, const struct seen *row)
{
    const struct undo_step *step = row->record;
    uint32_t head = row->key.len == 24 ? 16 : 0;
    struct id scope = head ? key_id_at(row->key, 0) : (struct id){ 0 };

    if (!id_equal(scope, c->last_scope))
        c->last_number = 0;
    c->last_scope = scope;
    check_number(c, row, head, "operation");
    if (step->has_first && step->first >= key_number_at(row->key, head))
        check_report(c, row, "its step begins with operation %llu", (unsigned long long)step->first);
}

static void check_query(struct check *c, const struct seen *row)
{
    if (row->key.len < 2 || row->key.at[0] > 1 || (row->key.at[0] == 0 && row->key.len != 9))
        check_report(c, row, "its key is neither a name nor a time");
}

/* After the undo of an import, rows may stay without that of their project: its place, its saves, and the parts of a
 * large one. A redo needs them. Its place shows that there was such a project. */
static bool has_project(struct check *c, struct id project)
{
    const struct choice kind = { .value = ELEMENT_KIND_PROJECT }, place = { .value = ELEMENT_KIND_PLACE };
    struct key row = elements_key(kind, project, project);
    struct key at = elements_key(place, project, elements_place_id(project));

    return check_is_there(c, DB_ELEMENT, key_bytes(&row)) || check_is_there(c, DB_ELEMENT, key_bytes(&at));
}

static void check_element(struct check *c, const struct seen *row)
{
    const struct element *element = row->record;
    struct key due = elements_key(element->kind, element->project, element->id);

    if (!bytes_equal(row->key, key_bytes(&due)))
        check_report(c, row, "the record has another id, project or kind");
    else if (element->kind.value != ELEMENT_KIND_CURRENT &&
             !elements_is_of_no_project(element->kind, element->project) && !has_project(c, element->project))
        check_report(c, row, "its project does not exist");
}

static const struct {
    const struct shape *shape; /* NULL: the value is not a record */
    void (*check)(struct check *c, const struct seen *row);
} checks[DB_COUNT] = {
    [DB_META] = { NULL, NULL },
    [DB_MEDIA] = { &media_shape, check_media },
    [DB_PLACE] = { &kept_place_shape, check_place_row },
    [DB_FOLDER] = { &folder_shape, check_folder },
    [DB_FOLDER_NAME] = { NULL, check_folder_name },
    [DB_VOLUME] = { &volume_shape, check_volume },
    [DB_VOLUME_IDENTITY] = { NULL, check_identity },
    [DB_LIBRARY] = { &library_shape, check_library },
    [DB_CONTENT] = { NULL, check_content },
    [DB_FACTS] = { &facts_shape, check_facts },
    [DB_ARTEFACT] = { &kept_artefact_shape, check_artefact },
    [DB_EMBEDDING] = { &embedding_shape, check_embedding },
    [DB_CHANGE] = { &change_shape, check_change },
    [DB_REQUEST] = { NULL, check_request },
    [DB_QUIET] = { NULL, check_quiet },
    [DB_UNDO] = { &undo_step_shape, check_undo },
    [DB_QUERY] = { &kept_query_shape, check_query },
    [DB_ELEMENT] = { &element_shape, check_element },
    [DB_PART] = { NULL, check_part },
    [DB_CONTEXT] = { &context_shape, check_context },
    [DB_USE] = { &use_shape, check_use },
    [DB_USED_IN] = { NULL, check_used_in },
    [DB_SESSION] = { &session_shape, check_session },
    [DB_SHARED] = { &offer_shape, check_shared },
    [DB_OUTBOX] = { &offer_shape, check_outbox },
    [DB_COMMUNITY] = { &lesson_shape, check_lesson },
    [DB_TEAM] = { &team_row_shape, check_team },
    [DB_TEAM_OUT] = { NULL, check_team },
};

static void check_row(struct check *c, struct seen *row)
{
    const struct shape *shape = checks[row->db].shape;
    void *record;

    arena_reset(&c->arena);
    c->counts->rows++;
    if (shape) {
        record = arena_alloc(&c->arena, shape->size);
        if (row_decode(c->txn, &c->arena, row->value, shape, record) != ERR_OK) {
            check_report(c, row, "the record does not decode");
            return;
        }
        row->record = record;
    }
    if (checks[row->db].check)
        checks[row->db].check(c, row);
}

static enum err check_database(struct check *c, enum database db)
{
    struct seen row = { .db = db };
    struct walk walk;
    uint64_t rows = 0, counted = txn_count(c->txn, db);
    enum err e = walk_begin(c->txn, db, none, none, &walk);

    c->last_number = 0;
    while (e == ERR_OK && rows <= counted && walk_next(&walk)) { /* a damaged tree may contain a cycle */
        row = (struct seen){ .db = db, .key = walk.key, .value = walk.value };
        check_row(c, &row);
        if (++rows % ROWS_A_REPORT == 0)
            work_report(c->work, WORK_CHECKING, c->counts->rows, c->total);
    }
    walk_end(&walk);
    row.key = none;
    if (e == ERR_OK && rows != counted)
        check_report(c, &row, "the count is %llu, but there are %llu%s", (unsigned long long)counted,
                     (unsigned long long)rows, rows > counted ? " or more" : "");
    return e;
}

static void check_meta(struct check *c)
{
    struct seen row = { .db = DB_META };
    uint64_t version;
    struct id id;

    if (txn_version(c->txn, &version) != ERR_OK || version != STORE_VERSION)
        check_report(c, &row, "the version is not %d", STORE_VERSION);
    if (catalogue_id(c->txn, &id) != ERR_OK || id_is_zero(id))
        check_report(c, &row, "there is no catalogue id");
}

enum err check_store(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                     void *state, struct check_counts *counts)
{
    return check_store_work(txn, paths, problem, state, NULL, counts);
}

enum err check_store_work(struct txn *txn, const struct paths *paths, void (*problem)(void *state, const char *what),
                          void *state, const struct long_work *work, struct check_counts *counts)
{
    struct check c = { .txn = txn, .paths = paths, .problem = problem, .state = state, .work = work, .counts = counts };
    enum err e = ERR_OK;

    for (int db = 0; db < DB_COUNT; db++)
        c.total += txn_count(txn, (enum database)db);
    *counts = (struct check_counts){ 0 };
    check_meta(&c);
    for (int db = 0; e == ERR_OK && db < DB_COUNT; db++)
        e = check_database(&c, (enum database)db);
    if (e == ERR_OK && paths)
        e = orphan_count(txn, paths, &counts->orphans);
    arena_free(&c.arena);
    return e;
}
