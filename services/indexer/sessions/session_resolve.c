#include "services/indexer/sessions/session_resolve.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/naming/fold.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { PLACES_A_READ = 10000 };

/* A reference whose path leads to no item. */
struct wanted_name {
    struct wanted_name *next; /* of the same name */
    struct reference *reference;
    struct bytes name, folder; /* the file's name, and that of its folder; "" if it has none */
    bool is_near;              /* the candidates have the folder's name too */
    bool is_otherwise;         /* … have another extension: the sound was converted to another format */
};

struct resolving {
    struct arena *arena;
    struct session *sessions;
    uint32_t count;
    struct wanted_name **table; /* by the hash of the name */
    size_t room;
    struct key after; /* of the walk over places */
    bool is_over;
};

/* ---- by path ---- */

static bool is_parent(struct bytes part)
{
    return part.len == 2 && part.at[0] == '.' && part.at[1] == '.';
}

/* Adds the parts of `path` to `to`, which is a folder. Backslashes separate too: other systems write them. */
static bool add_parts(char *to, size_t *len, struct bytes path)
{
    uint32_t at = 0;

    while (at < path.len) {
        uint32_t end = at;
        while (end < path.len && path.at[end] != '/' && path.at[end] != '\\')
            end++;
        struct bytes part = bytes_of(path.at + at, end - at);
        at = end + 1;
        if (part.len == 0 || (part.len == 1 && part.at[0] == '.'))
            continue;
        if (is_parent(part)) {
            while (*len && to[*len - 1] != '/')
                (*len)--;
            *len -= *len > 0;
            continue;
        }
        if (*len + 1 + part.len >= PATH_MAX)
            return false;
        to[(*len)++] = '/';
        memcpy(to + *len, part.at, part.len);
        *len += part.len;
    }
    return true;
}

static bool find_at(struct txn *txn, struct arena *arena, const char *path, size_t len, struct id *media)
{
    return len > 0 && catalogue_at_path(txn, arena, bytes_of(path, len), media) == ERR_OK;
}

static void find_by_path(struct txn *txn, struct arena *arena, const struct session *session,
                         struct reference *reference)
{
    bool is_absolute = reference->path.len && reference->path.at[0] == '/';
    char path[PATH_MAX];
    size_t len = 0;

    if (!is_absolute && add_parts(path, &len, session->path))
        while (len && path[len - 1] != '/')
            len--;
    len -= len > 0;
    if (!add_parts(path, &len, reference->path) || !find_at(txn, arena, path, len, &reference->media))
        return;
    reference->has_media = true;
    reference->state.value = is_absolute ? REFERENCE_STATE_ABSOLUTE : REFERENCE_STATE_RELATIVE;
}

/* ---- by name ---- */

/* A name without its extension. */
static struct bytes stem_of(struct bytes name)
{
    char extension[TEXT_EXTENSION_SIZE];
    uint32_t len = (uint32_t)strlen(text_extension(name, extension));

    return len ? bytes_of(name.at, name.len - len - 1) : name;
}

/* Files whose names differ in their extensions, in case or in marks only have the same hash. */
static size_t hash_name(struct bytes whole)
{
    const struct bytes name = stem_of(whole);
    size_t hash = 5381;

    for (uint32_t i = 0, len; i < name.len; i += len) {
        char folded[4];
        uint32_t c = fold_character((struct text){ name.len - i, (const char *)name.at + i }, &len);
        for (uint32_t k = 0, count = fold_write(c, folded); k < count; k++)
            hash = hash * 33 + (uint8_t)folded[k];
    }
    return hash;
}

/* A letter of a name. */
struct letter {
    char folded[4];
    uint32_t len;   /* of `folded` */
    bool is_marked; /* it has a mark, whichever … */
    bool is_apart;  /* … as a character of its own */
};

static struct letter read_letter(struct bytes name, uint32_t *at)
{
    struct letter letter = { .len = 0 };
    uint32_t len, c = fold_character((struct text){ name.len - *at, (const char *)name.at + *at }, &len);
    char mark[4];

    letter.len = fold_write(c, letter.folded);
    letter.is_marked = fold_has_mark(c);
    for (*at += len; *at < name.len; *at += len) {
        c = fold_character((struct text){ name.len - *at, (const char *)name.at + *at }, &len);
        if (fold_write(c, mark) != 0)
            break;
        letter.is_marked = letter.is_apart = true;
    }
    return letter;
}

/* A Mac writes a letter and its mark as two characters (Unicode's form D), other systems mostly as one (form C). */
static bool is_other_form(struct bytes a, struct bytes b)
{
    uint32_t at_a = 0, at_b = 0;
    bool apart_a = false, apart_b = false;

    while (at_a < a.len && at_b < b.len) {
        const struct letter x = read_letter(a, &at_a), y = read_letter(b, &at_b);
        if (x.len != y.len || memcmp(x.folded, y.folded, x.len) != 0 || x.is_marked != y.is_marked)
            return false;
        apart_a |= x.is_apart;
        apart_b |= y.is_apart;
    }
    return at_a == a.len && at_b == b.len && apart_a != apart_b;
}

static bool is_same_name(struct bytes a, struct bytes b)
{
    bool same = a.len == b.len;

    for (uint32_t i = 0; same && i < a.len; i++)
        same = tolower(a.at[i]) == tolower(b.at[i]);
    return same || is_other_form(a, b);
}

/* Cuts the last part from `path`. */
static struct bytes cut_part(struct bytes *path)
{
    uint32_t end, start;

    while (path->len && strchr("/\\", path->at[path->len - 1]))
        path->len--;
    end = start = path->len;
    while (start && !strchr("/\\", path->at[start - 1]))
        start--;
    path->len = start;
    return bytes_of(path->at + start, end - start);
}

static void want_name(struct resolving *r, struct reference *reference)
{
    struct wanted_name *wanted = arena_alloc(r->arena, sizeof(*wanted));
    struct bytes path = reference->path;

    reference->candidates = (struct id_list){ 0, arena_array(r->arena, SESSION_CANDIDATES, sizeof(struct id)) };
    wanted->reference = reference;
    wanted->name = cut_part(&path);
    wanted->folder = cut_part(&path);
    if (is_parent(wanted->folder))
        wanted->folder = (struct bytes){ 0 };
    struct wanted_name **slot = &r->table[hash_name(wanted->name) % r->room];
    wanted->next = *slot;
    *slot = wanted;
}

/* A file with another ending has another size, but must be a sound. */
static bool fits_place(struct txn *txn, struct arena *arena, const struct wanted_name *wanted,
                       const struct kept_place *place, bool is_otherwise)
{
    const struct reference *reference = wanted->reference;
    struct media media;

    if (reference->size && !is_otherwise)
        return place->size == reference->size;
    if (!reference->frames && !is_otherwise)
        return true;
    if (catalogue_media(txn, arena, place->id, &media) != ERR_OK || (is_otherwise && media.kind.value != KIND_AUDIO))
        return false;
    return !reference->frames || (int64_t)media.frames == reference->frames;
}

static bool is_near(struct txn *txn, struct arena *arena, const struct wanted_name *wanted, struct id folder)
{
    struct folder record;

    return wanted->folder.len && catalogue_folder(txn, arena, folder, &record) == ERR_OK &&
           is_same_name(record.name, wanted->folder);
}

/* Candidates of the wanted ending remove those of another one. Of one ending, a candidate whose folder has the wanted
 * name removes those in other folders. */
static void add_candidate(struct txn *txn, struct arena *arena, struct wanted_name *wanted, struct id folder,
                          const struct kept_place *place, bool is_otherwise)
{
    struct id_list *list = &wanted->reference->candidates;
    bool near = is_near(txn, arena, wanted, folder);
    int rank = 2 * !is_otherwise + near, best = 2 * !wanted->is_otherwise + wanted->is_near;

    if (list->count > 0 && rank > best)
        list->count = 0;
    if (list->count > 0 && (rank < best || list->count == SESSION_CANDIDATES))
        return;
    wanted->is_near = near;
    wanted->is_otherwise = is_otherwise;
    list->at[list->count++] = place->id;
}

static void see_place(struct resolving *r, struct txn *txn, struct arena *arena, struct bytes key, struct bytes value)
{
    struct bytes name = bytes_of(key.at + 16, key.len - 16);
    struct kept_place place;

    for (struct wanted_name *wanted = r->table[hash_name(name) % r->room]; wanted; wanted = wanted->next) {
        bool is_otherwise = !is_same_name(wanted->name, name);
        if (is_same_name(stem_of(wanted->name), stem_of(name)) &&
            row_decode(txn, arena, value, &kept_place_shape, &place) == ERR_OK &&
            fits_place(txn, arena, wanted, &place, is_otherwise))
            add_candidate(txn, arena, wanted, key_id_at(key, 0), &place, is_otherwise);
    }
}

static enum err read_places(void *state, struct txn *txn)
{
    struct resolving *r = state;
    struct arena scratch = { 0 };
    struct walk walk;
    uint32_t count = 0;
    enum err e = walk_begin(txn, DB_PLACE, key_bytes(&r->after), (struct bytes){ 0 }, &walk);

    while (e == ERR_OK && count++ < PLACES_A_READ && (r->is_over = true, walk_next(&walk))) {
        r->is_over = false;
        if (walk.key.len <= 16 || bytes_equal(walk.key, key_bytes(&r->after)))
            continue;
        see_place(r, txn, &scratch, walk.key, walk.value);
        r->after = (struct key){ 0 };
        key_add(&r->after, walk.key.at, walk.key.len);
        arena_reset(&scratch);
    }
    walk_end(&walk);
    arena_free(&scratch);
    return e;
}

/* A sound of another ending is the one if its folder has the wanted name; elsewhere it is only offered. */
static void settle_candidates(const struct wanted_name *wanted)
{
    struct reference *reference = wanted->reference;
    struct id_list *list = &reference->candidates;

    if (list->count == 1 && (!wanted->is_otherwise || wanted->is_near)) {
        reference->has_media = true;
        reference->media = list->at[0];
        reference->state.value = REFERENCE_STATE_NAME;
        list->count = 0;
    } else {
        reference->state.value = list->count ? REFERENCE_STATE_SEVERAL : REFERENCE_STATE_NONE;
    }
}

/* ---- all ---- */

static enum err read_paths(void *state, struct txn *txn)
{
    struct resolving *r = state;
    struct arena scratch = { 0 };

    for (uint32_t s = 0; s < r->count; s++)
        for (uint32_t i = 0; i < r->sessions[s].references.count; i++) {
            find_by_path(txn, &scratch, &r->sessions[s], &r->sessions[s].references.at[i]);
            arena_reset(&scratch);
        }
    arena_free(&scratch);
    return ERR_OK;
}

static uint32_t count_unfound(const struct resolving *r)
{
    uint32_t count = 0;

    for (uint32_t s = 0; s < r->count; s++)
        for (uint32_t i = 0; i < r->sessions[s].references.count; i++)
            count += !r->sessions[s].references.at[i].has_media;
    return count;
}

static enum err find_by_names(struct errand *errand, struct catalogue_reader *catalogue, struct resolving *r)
{
    uint32_t unfound = count_unfound(r);
    enum err e = ERR_OK;

    r->room = unfound * 2 + 1;
    r->table = alloc_zeroed(r->room, sizeof(*r->table));
    for (uint32_t s = 0; s < r->count; s++)
        for (uint32_t i = 0; i < r->sessions[s].references.count; i++)
            if (!r->sessions[s].references.at[i].has_media)
                want_name(r, &r->sessions[s].references.at[i]);
    while (e == ERR_OK && unfound && !r->is_over)
        e = errand_goes_on(errand) ? catalogue_reader_within(catalogue, read_places, r) : ERR_TIMEOUT;
    for (size_t i = 0; i < r->room && e == ERR_OK; i++)
        for (struct wanted_name *wanted = r->table[i]; wanted; wanted = wanted->next)
            settle_candidates(wanted);
    free(r->table);
    return e;
}

static bool is_same_answer(const struct reference *a, const struct reference *b)
{
    bool same = a->state.value == b->state.value && a->has_media == b->has_media &&
                (!a->has_media || id_equal(a->media, b->media)) && a->candidates.count == b->candidates.count;

    for (uint32_t i = 0; same && i < a->candidates.count; i++)
        same = id_equal(a->candidates.at[i], b->candidates.at[i]);
    return same;
}

/* Copies the references, and forgets the answers of the ones to be found. */
static struct reference *begin_again(struct arena *arena, struct session *session)
{
    struct reference_list *list = &session->references;
    struct reference *was = arena_array(arena, list->count + 1, sizeof(*was));

    for (uint32_t i = 0; i < list->count; i++) {
        was[i] = list->at[i];
        list->at[i].has_media = false;
        list->at[i].candidates.count = 0;
        list->at[i].state.value = REFERENCE_STATE_NONE;
    }
    return was;
}

enum err session_resolve(struct errand *errand, struct catalogue_reader *catalogue, struct arena *arena,
                         struct session *sessions, bool *changed, uint32_t count)
{
    struct resolving r = { .arena = arena, .sessions = sessions, .count = count };
    struct reference **was = arena_array(arena, count + 1, sizeof(*was));

    for (uint32_t s = 0; s < count; s++)
        was[s] = begin_again(arena, &sessions[s]);
    enum err e = catalogue_reader_within(catalogue, read_paths, &r);
    if (e == ERR_OK)
        e = find_by_names(errand, catalogue, &r);
    for (uint32_t s = 0; e == ERR_OK && s < count; s++)
        for (uint32_t i = 0; i < sessions[s].references.count; i++)
            changed[s] = changed[s] || !is_same_answer(&was[s][i], &sessions[s].references.at[i]);
    return e;
}
