#include "store/community.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/sha256.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"
#include "store/environment.h"
#include "store/keys.h"

enum { STAMP_BYTES = 6 };

/* ---- keys ---- */

static void add_padded(struct key *key, struct bytes content)
{
    static const uint8_t zeros[COMMUNITY_CONTENT];

    if (content.len == COMMUNITY_CONTENT)
        key_add(key, content.at, COMMUNITY_CONTENT);
    else
        key_add(key, zeros, COMMUNITY_CONTENT);
}

static struct key lessons_of(enum lesson_kind kind, struct bytes content)
{
    struct key key = { 0 };

    key_add(&key, &(uint8_t){ (uint8_t)kind }, 1);
    add_padded(&key, content);
    return key;
}

struct key community_lesson_key(const struct lesson *lesson)
{
    struct key key = lessons_of((enum lesson_kind)lesson->kind.value, lesson->content);

    add_padded(&key, lesson->other);
    key_add(&key, lesson->word.at, lesson->word.len);
    return key;
}

struct key community_subject(const struct offer *offer)
{
    struct text words[] = { offer->role, offer->section, offer->attribute };
    struct key all = lessons_of((enum lesson_kind)offer->kind.value, offer->content), key = { 0 };
    struct hash hash;

    add_padded(&all, offer->context);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        key_add(&all, words[i].at, words[i].len);
        key_add(&all, "", 1);
    }
    hash = hash_of(all.b, all.len);
    key_add(&key, hash.b, sizeof(hash.b));
    return key;
}

uint64_t community_stamp(uint64_t before, const struct offer *offer)
{
    struct key all = community_subject(offer);
    uint64_t stamp = 0;
    struct hash hash;

    key_add(&all, &before, sizeof(before));
    key_add(&all, &(uint8_t){ offer->withdrawn }, 1);
    key_add(&all, offer->value.at, offer->value.len);
    hash = hash_of(all.b, all.len);
    memcpy(&stamp, hash.b, STAMP_BYTES);
    return stamp;
}

/* ---- the home ---- */

enum { MACHINE_MOST = 256 };

static size_t read_machine(char to[MACHINE_MOST])
{
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : read(fd, to, MACHINE_MOST);

    if (fd >= 0)
        close(fd);
    if (got > 0)
        return (size_t)got;
    to[0] = 0;
    (void)gethostname(to, MACHINE_MOST);
    return strnlen(to, MACHINE_MOST);
}

/* Adds the folder of the data, and the machine. */
static enum err add_machine(struct txn *txn, struct key *to)
{
    char machine[MACHINE_MOST], data[PATH_MAX + 4];
    struct stat st;

    (void)snprintf(data, sizeof(data), "%s/..", txn->store->directory);
    if (stat(data, &st) != 0)
        return ERR_INTERNAL;
    key_add(to, &st.st_ino, sizeof(st.st_ino));
    key_add(to, machine, (uint32_t)read_machine(machine));
    return ERR_OK;
}

/* A hash of the machine, the folder of the data and the catalogue: a restore changes the last one, a copy of the home
 * one of the others. */
static enum err name_home(struct txn *txn, struct arena *arena, struct bytes *home)
{
    struct key all = { 0 };
    struct id catalogue;
    struct hash hash;

    if (catalogue_id(txn, &catalogue) != ERR_OK)
        return ERR_INTERNAL;
    key_add(&all, catalogue.b, sizeof(catalogue.b));
    if (add_machine(txn, &all) != ERR_OK)
        return ERR_INTERNAL;
    hash = hash_of(all.b, all.len);
    *home = arena_bytes(arena, bytes_of(hash.b, sizeof(hash.b)));
    return home->len ? ERR_OK : ERR_FULL;
}

enum err community_set_home(struct txn *txn, struct arena *arena, struct exchange_state *state)
{
    state->has_home = true;
    return name_home(txn, arena, &state->home);
}

enum err community_engine(struct txn *txn, struct arena *arena, const struct exchange_state *state, struct bytes *to)
{
    uint8_t engine[SHA256_BYTES];
    struct key place = { 0 };
    struct hash hash;

    if (add_machine(txn, &place) != ERR_OK)
        return ERR_INTERNAL;
    hash = hash_of(place.b, place.len);
    sha256_of(state->salt, bytes_of(hash.b, sizeof(hash.b)), engine);
    *to = arena_bytes(arena, bytes_of(engine, COMMUNITY_CONTENT));
    return to->len ? ERR_OK : ERR_FULL;
}

static bool is_home(struct txn *txn, struct arena *arena, const struct exchange_state *state)
{
    struct bytes home;

    return state->has_home && name_home(txn, arena, &home) == ERR_OK && bytes_equal(home, state->home);
}

/* ---- reading ---- */

enum err community_state(struct txn *txn, struct arena *arena, struct exchange_state *to)
{
    struct key key = key_name(META_COMMUNITY);
    enum err e;

    *to = (struct exchange_state){ 0 };
    e = row_get(txn, arena, DB_META, &key, &exchange_state_shape, to);
    if (e == ERR_NOT_FOUND)
        to->level = (struct choice){ .value = SHARING_OFF };
    if (e == ERR_OK && to->level.value > SHARING_OFF && !is_home(txn, arena, to)) {
        to->has_confirm = true;
        to->confirm = to->level;
        to->level = (struct choice){ .value = SHARING_OFF };
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err community_shared(struct txn *txn, struct arena *arena, const struct key *subject, struct offer *to)
{
    return row_get(txn, arena, DB_SHARED, subject, &offer_shape, to);
}

static enum err each_lesson(struct txn *txn, struct arena *arena, const struct key *from, const struct key *all,
                            bool (*seen)(void *state, const struct lesson *lesson), void *state)
{
    struct walk walk;
    bool goes_on = true;
    enum err e = walk_begin(txn, DB_COMMUNITY, key_bytes(from), key_bytes(all), &walk);

    while (e == ERR_OK && goes_on && walk_next(&walk)) {
        struct lesson lesson = { 0 };
        e = row_decode(txn, arena, walk.value, &lesson_shape, &lesson);
        goes_on = e == ERR_INTERNAL || (e == ERR_OK && seen(state, &lesson));
        e = e == ERR_INTERNAL ? ERR_OK : e;
    }
    walk_end(&walk);
    return e;
}

enum err community_each(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                        bool (*seen)(void *state, const struct lesson *lesson), void *state)
{
    const struct key all = lessons_of(kind, content);

    return each_lesson(txn, arena, &all, &all, seen, state);
}

enum err community_each_from(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                             struct text word, bool (*seen)(void *state, const struct lesson *lesson), void *state)
{
    const struct lesson first = { .kind = { .value = (int32_t)kind }, .content = content, .word = word };
    const struct key all = lessons_of(kind, content), from = community_lesson_key(&first);

    return each_lesson(txn, arena, &from, &all, seen, state);
}

enum err community_about(struct txn *txn, struct arena *arena, enum lesson_kind kind, struct bytes content,
                         struct text word, struct lesson *to)
{
    const struct lesson wanted = { .kind = { .value = (int32_t)kind }, .content = content, .word = word };
    struct key key = community_lesson_key(&wanted);
    enum err e;

    *to = (struct lesson){ 0 };
    e = row_get(txn, arena, DB_COMMUNITY, &key, &lesson_shape, to);
    if (e == ERR_NOT_FOUND || e == ERR_INTERNAL)
        *to = (struct lesson){ 0 };
    return e == ERR_NOT_FOUND || e == ERR_INTERNAL ? ERR_OK : e;
}

bool community_is_whole(struct txn *txn, struct arena *arena, struct bytes row, struct bytes value)
{
    struct lesson lesson = { 0 };
    struct key due;

    if (row_decode(txn, arena, value, &lesson_shape, &lesson) != ERR_OK)
        return false;
    due = community_lesson_key(&lesson);
    return bytes_equal(row, key_bytes(&due));
}

/* ---- facts ---- */

enum { FACTS_LEARNED = 64 };

static bool has_fact(const struct fact_list *facts, struct text attribute)
{
    for (uint32_t i = 0; i < facts->count; i++)
        if (text_equal(facts->at[i].attribute, attribute))
            return true;
    return false;
}

static bool add_lesson_fact(void *state, const struct lesson *lesson)
{
    struct fact_list *to = state;
    bool is_tag = text_starts(lesson->word, TEXT("tag:"));

    if (has_fact(to, lesson->word)) /* a fact about the content itself comes before that of a copy */
        return true;
    to->at[to->count++] = (struct fact){ .attribute = lesson->word,
                                         .source = { .value = SOURCE_COMPOSER },
                                         .has_number = is_tag,
                                         .number = is_tag,
                                         .has_text = !is_tag,
                                         .text = lesson->value,
                                         .confidence = lesson->confidence,
                                         .shown = true };
    return to->count < FACTS_LEARNED;
}

enum err community_facts(struct txn *txn, struct arena *arena, struct bytes content, struct fact_list *to)
{
    enum err e;

    *to = (struct fact_list){ 0 };
    if (content.len != COMMUNITY_CONTENT || txn_count(txn, DB_COMMUNITY) == 0)
        return ERR_OK;
    to->at = arena_array(arena, FACTS_LEARNED, sizeof(*to->at));
    e = to->at ? community_each(txn, arena, LESSON_KIND_FACT, content, add_lesson_fact, to) : ERR_FULL;
    return e == ERR_OK && to->count < FACTS_LEARNED
               ? community_each(txn, arena, LESSON_KIND_ALIKE, content, add_lesson_fact, to)
               : e;
}

/* ---- excluded folders ---- */

static struct key exclusions_of(struct id folder)
{
    struct key key = key_name(META_EXCLUDED);

    key_add(&key, folder.b, sizeof(folder.b));
    return key;
}

static enum err read_exclusion(struct txn *txn, struct arena *arena, const struct walk *walk, struct exclusion *to)
{
    const uint32_t before = key_name(META_EXCLUDED).len;
    enum err e;

    if (walk->key.len < before + sizeof(to->folder.b))
        return ERR_INTERNAL;
    e = row_decode(txn, arena, walk->value, &exclusion_shape, to);
    if (e != ERR_INTERNAL)
        return e;
    *to = (struct exclusion){ .folder = key_id_at(walk->key, before) };
    return ERR_OK;
}

bool community_is_damaged(const struct exclusion *row)
{
    return row->since == 0; /* persist writes the time */
}

enum err community_exclusions(struct txn *txn, struct arena *arena, struct exclusion_list *to)
{
    const struct key all = key_name(META_EXCLUDED);
    struct walk walk;
    enum err e = walk_begin(txn, DB_META, key_bytes(&all), key_bytes(&all), &walk);

    *to = (struct exclusion_list){ 0, arena_array(arena, EXCLUSIONS_MOST, sizeof(*to->at)) };
    if (e == ERR_OK && !to->at)
        e = ERR_FULL;
    while (e == ERR_OK && walk_next(&walk)) {
        struct exclusion one = { 0 };
        e = to->count < EXCLUSIONS_MOST ? read_exclusion(txn, arena, &walk, &one) : ERR_INTERNAL;
        if (e == ERR_OK)
            to->at[to->count++] = one;
    }
    walk_end(&walk);
    return e;
}

bool community_excludes(struct txn *txn, struct id folder)
{
    const struct key all = exclusions_of(folder);
    struct walk walk;
    bool has = walk_begin(txn, DB_META, key_bytes(&all), key_bytes(&all), &walk) != ERR_OK || walk_next(&walk);

    walk_end(&walk);
    return has;
}

enum err community_excluded_paths(struct txn *txn, struct arena *arena, struct bytes_list *to)
{
    struct exclusion_list rows;
    enum err e = community_exclusions(txn, arena, &rows);

    *to = (struct bytes_list){ 0, arena_array(arena, EXCLUSIONS_MOST, sizeof(*to->at)) };
    if (e == ERR_OK && !to->at)
        e = ERR_FULL;
    for (uint32_t i = 0; e == ERR_OK && i < rows.count; i++)
        e = community_is_damaged(&rows.at[i])
                ? ERR_INTERNAL
                : catalogue_folder_last_path(txn, arena, rows.at[i].folder, &to->at[to->count++]);
    return e;
}

/* An empty path is the root. */
static bool is_below(struct bytes path, struct bytes folder)
{
    return path.len > folder.len && (!folder.len || memcmp(path.at, folder.at, folder.len) == 0) &&
           path.at[folder.len] == '/';
}

/* The items of one content, until one of them is below an excluded folder. */
struct excluding {
    struct txn *txn;
    struct arena *arena;
    const struct bytes_list *paths;
    bool is;
};

static bool look_at_place(struct excluding *x, const struct media *media)
{
    struct bytes path = { 0, NULL };

    x->is = x->is || catalogue_last_path(x->txn, x->arena, media, &path) != ERR_OK;
    for (uint32_t i = 0; !x->is && i < x->paths->count; i++)
        x->is = is_below(path, x->paths->at[i]);
    return !x->is;
}

static bool look_at_same(void *state, struct id id)
{
    struct excluding *x = state;
    struct media media = { 0 };

    x->is = catalogue_media(x->txn, x->arena, id, &media) != ERR_OK;
    return look_at_place(x, &media);
}

bool community_is_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths,
                           const struct media *media)
{
    struct excluding x = { .txn = txn, .arena = arena, .paths = paths };

    if (!paths->count || !look_at_place(&x, media) || !media->content.len)
        return x.is;
    return catalogue_each_with_content(txn, media->content, look_at_same, &x) != ERR_OK || x.is;
}

/* community_is_excluded looks at all items of the content, so the first one is enough. */
bool community_is_content_excluded(struct txn *txn, struct arena *arena, const struct bytes_list *paths,
                                   struct bytes content)
{
    struct media media;
    struct id first;

    if (catalogue_first_with_content(txn, content, &first) != ERR_OK)
        return true;
    return !id_is_zero(first) &&
           (catalogue_media(txn, arena, first, &media) != ERR_OK || community_is_excluded(txn, arena, paths, &media));
}

/* ---- writing ---- */

/* A line may be longer than a key. */
enum err community_put_exclusion(struct writing *w, const struct exclusion *exclusion)
{
    struct key key = exclusions_of(exclusion->folder);
    struct hash hash = hash_of(exclusion->line.at, exclusion->line.len);

    key_add(&key, hash.b, sizeof(hash.b));
    return row_put(w, DB_META, &key, &exclusion_shape, exclusion);
}

enum err community_drop_exclusions(struct writing *w, struct arena *arena, struct id folder)
{
    const struct key all = exclusions_of(folder);
    struct key *keys = arena_array(arena, EXCLUSIONS_MOST, sizeof(*keys));
    uint32_t count = 0;
    struct walk walk;
    enum err e = keys ? walk_begin(w->txn, DB_META, key_bytes(&all), key_bytes(&all), &walk) : ERR_FULL;

    if (e != ERR_OK)
        return e;
    while (count < EXCLUSIONS_MOST && walk_next(&walk)) {
        keys[count] = (struct key){ 0 };
        key_add(&keys[count++], walk.key.at, walk.key.len);
    }
    walk_end(&walk);
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = row_delete(w, DB_META, &keys[i]);
    return e;
}

enum err community_put_state(struct writing *w, const struct exchange_state *state)
{
    struct key key = key_name(META_COMMUNITY);

    return row_put(w, DB_META, &key, &exchange_state_shape, state);
}

enum err community_put_offer(struct writing *w, const struct offer *offer)
{
    struct key subject = community_subject(offer), number = key_number(offer->id);
    enum err e = row_put(w, DB_SHARED, &subject, &offer_shape, offer);

    return e == ERR_OK ? row_put(w, DB_OUTBOX, &number, &offer_shape, offer) : e;
}

enum err community_put_lesson(struct writing *w, const struct lesson *lesson, uint64_t most)
{
    struct key key = community_lesson_key(lesson);
    struct bytes row;

    if (!lesson->gone && txn_count(w->txn, DB_COMMUNITY) >= most &&
        txn_get(w->txn, DB_COMMUNITY, key_bytes(&key), &row) == ERR_NOT_FOUND)
        return ERR_OK;
    return lesson->gone ? row_delete(w, DB_COMMUNITY, &key) : row_put(w, DB_COMMUNITY, &key, &lesson_shape, lesson);
}
