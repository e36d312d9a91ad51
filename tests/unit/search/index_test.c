/* The index finds the same as a scan of every item: after changes, and again from its file. */
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "services/search/index/index_keep.h"
#include "services/search/index/index_load.h"
#include "services/search/index/index_save.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 2000, QUERIES = 500 };

/* ---- queries and their expected results, made together ---- */

struct asked {
    struct buffer query;
    bool has[ITEMS];
    bool asks_hidden;
};

static bool begins_word(const char *start, const char *const words[], const uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (strncasecmp(words[numbers[i]], start, strlen(start)) == 0)
            return true;
    return false;
}

/* True if some word of `text`, whose words are separated by blanks, begins so. */
static bool text_has(const char *text, const char *start)
{
    for (; *text; text += strcspn(text, " "), text += strspn(text, " "))
        if (strncasecmp(text, start, strlen(start)) == 0)
            return true;
    return false;
}

static bool word_is_in(const struct made_item *item, const char *start)
{
    bool found = begins_word(start, made_words, item->words, 3) || text_has(made_packs[item->pack], start);

    if (strcmp(start, "8") == 0 || strcmp(start, "808") == 0) /* also within TR808 */
        found = found || strstr(made_packs[item->pack], "808");
    if (strcmp(start, "elan") == 0)
        for (int i = 0; i < 3; i++)
            found = found || item->words[i] == 10;
    for (uint32_t i = 0; i < MADE_TAGS; i++)
        found = found || (item->tags >> i & 1 && text_has(made_tags[i], start));
    return found;
}

static void ask_word(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    static const char *const STARTS[] = { "kick", "kicke", "s", "8", "808", "elan", "room", "war", "deep", "zzz", "j" };
    const char *start = STARTS[made_draw(seed) % (sizeof(STARTS) / sizeof(STARTS[0]))];

    buffer_add_text(&asked->query, start);
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = word_is_in(&items[i], start);
}

static void ask_tag(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    uint32_t tag = made_draw(seed) % MADE_TAGS;

    buffer_printf(&asked->query, "tag:\"%s\"", made_tags[tag]);
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = items[i].tags >> tag & 1;
}

static void ask_class(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    uint32_t class = made_draw(seed) % (MADE_CLASSES - 1);

    buffer_printf(&asked->query, "class:%s", made_classes[class]);
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = items[i].class == class;
}

static void ask_bpm(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    double low = 60 + made_draw(seed) % 240 / 2.0, high = low + made_draw(seed) % 40;

    buffer_printf(&asked->query, "bpm:%g-%g", low, high);
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = items[i].bpm >= low && items[i].bpm <= high;
}

static void ask_size(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    double bound = made_draw(seed) % 100000;

    buffer_printf(&asked->query, "size:<%.0f", bound);
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = items[i].size < bound;
}

static void ask_state(struct asked *asked, const struct made_item *items, uint64_t *seed)
{
    bool hidden = made_draw(seed) % 4 == 0;

    buffer_add_text(&asked->query, hidden ? "is:hidden" : "is:favourite");
    asked->asks_hidden = asked->asks_hidden || hidden;
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = hidden ? items[i].is_hidden : items[i].is_favourite;
}

static void ask_index(struct asked *asked, const struct made_item *items, uint64_t *seed, int depth);

static void ask_joined(struct asked *asked, const struct made_item *items, uint64_t *seed, int depth)
{
    bool or = made_draw(seed) % 2;
    struct asked *right = calloc(1, sizeof(*right));

    assert_non_null(right);
    buffer_add_text(&asked->query, "(");
    ask_index(asked, items, seed, depth - 1);
    ask_index(right, items, seed, depth - 1);
    buffer_printf(&asked->query, "%s%s)", or ? " or " : " ", buffer_c(&right->query));
    for (uint32_t i = 0; i < ITEMS; i++)
        asked->has[i] = or ? asked->has[i] || right->has[i] : asked->has[i] && right->has[i];
    asked->asks_hidden = asked->asks_hidden || right->asks_hidden;
    buffer_free(&right->query);
    free(right);
}

static void ask_index(struct asked *asked, const struct made_item *items, uint64_t *seed, int depth)
{
    static void (*const KINDS[])(struct asked *, const struct made_item *,
                                 uint64_t *) = { ask_word, ask_tag, ask_class, ask_bpm, ask_size, ask_state };
    bool not = made_draw(seed) % 5 == 0;

    if (not)
        buffer_add_text(&asked->query, "-");
    if (depth > 0 && made_draw(seed) % 3)
        ask_joined(asked, items, seed, depth);
    else
        KINDS[made_draw(seed) % (sizeof(KINDS) / sizeof(KINDS[0]))](asked, items, seed);
    for (uint32_t i = 0; i < ITEMS && not; i++)
        asked->has[i] = !asked->has[i];
}

static void finds_the_same(struct index *index, const struct made_item *items, uint64_t seed)
{
    for (int round = 0; round < QUERIES; round++) {
        struct asked *asked = calloc(1, sizeof(*asked));
        struct arena arena = { 0 };
        struct node *root;
        uint32_t expected = 0, row;

        assert_non_null(asked);
        ask_index(asked, items, &seed, 3);
        struct bitmap *rows = made_match(index, buffer_c(&asked->query), &root, &arena);
        for (uint32_t i = 0; i < ITEMS; i++) {
            bool has = items[i].is_there && asked->has[i] && (asked->asks_hidden || !items[i].is_hidden);
            if (has != (index_find(index, items[i].id, &row) && bitmap_has(rows, row)))
                fail_msg("%s: item %u is %s", buffer_c(&asked->query), i, has ? "missing" : "too much");
            expected += has;
        }
        assert_int_equal(bitmap_count(rows), expected);
        bitmap_free(rows);
        buffer_free(&asked->query);
        arena_free(&arena);
        free(asked);
    }
}

CLAIM(the_index_finds_what_a_look_at_every_item_finds)
{
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item *items = made_items(&index, ITEMS, 1);
    finds_the_same(&index, items, 2);
    assert_int_equal(index_compact(&index), ERR_OK);
    finds_the_same(&index, items, 3);
    free(items);
    index_close(&index);
}

/* ---- its file ---- */

struct directory {
    char directory[32], path[64];
};

static int make_place(void **state)
{
    struct directory *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    strcpy(place->directory, "/tmp/loophole-index-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof(place->path), "%s/search.index", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct directory *place = *state;

    unlink(place->path);
    rmdir(place->directory);
    free(place);
    return 0;
}

static void save_index(struct index *index, const char *path, size_t piece)
{
    struct index_save *save;
    bool done = false;

    assert_int_equal(index_save_begin(index, path, &save, NULL), ERR_OK);
    while (!done)
        assert_int_equal(index_save_step(save, piece, &done, NULL), ERR_OK);
    index_save_end(save);
}

CLAIM_WITH(the_index_is_the_same_from_its_file, make_place, remove_place)
{
    struct directory *place = *state;
    struct index index, again;

    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item *items = made_items(&index, ITEMS, 4);
    index.catalogue.b[0] = 9;
    index.revision = 77;
    save_index(&index, place->path, 5000);
    assert_int_equal(index_open(&again), ERR_OK);
    assert_int_equal(index_file_load(&again, place->path, NULL), ERR_OK);
    assert_int_equal(again.revision, 77);
    assert_true(id_equal(again.catalogue, index.catalogue));
    assert_int_equal(index_live(&again), index_live(&index));
    finds_the_same(&again, items, 5);
    uint64_t seed = 6;
    for (uint32_t i = 0; i < ITEMS; i += 3) { /* a mapped column can be changed, and grows */
        struct made_item other = made_item(&seed, 0);
        other.id = items[i].id;
        made_set(&again, &items[i], other);
    }
    finds_the_same(&again, items, 7);
    save_index(&again, place->path, SIZE_MAX);
    free(items);
    index_close(&again);
    index_close(&index);
}

CLAIM_WITH(a_change_while_the_file_is_written_ends_the_writing, make_place, remove_place)
{
    struct directory *place = *state;
    struct index_save *writing;
    struct index index;
    uint64_t seed = 1;
    bool done;

    assert_int_equal(index_open(&index), ERR_OK);
    struct made_item one = made_item(&seed, 1), other = made_item(&seed, 2);
    made_put(&index, &one);
    assert_int_equal(index_save_begin(&index, place->path, &writing, NULL), ERR_OK);
    assert_int_equal(index_save_step(writing, 100, &done, NULL), ERR_OK);
    made_put(&index, &other);
    assert_int_equal(index_save_step(writing, 100, &done, NULL), ERR_CONFLICT);
    index_save_end(writing);
    assert_int_equal(access(place->path, F_OK), -1);
    index_close(&index);
}

static void damage_file(const char *path, off_t at, uint8_t bits)
{
    int fd = open(path, O_RDWR);
    uint8_t byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= bits;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void load_fails(const char *path)
{
    struct fault fault = { 0 };
    struct index index;

    assert_int_equal(index_open(&index), ERR_OK);
    assert_int_not_equal(index_file_load(&index, path, &fault), ERR_OK);
    assert_true(fault.what[0]);
    assert_int_equal(index_clear(&index), ERR_OK);
    assert_int_equal(index_rows(&index), 0);
    index_close(&index);
}

CLAIM_WITH(a_damaged_file_is_refused_wherever_it_is_damaged, make_place, remove_place)
{
    struct directory *place = *state;
    struct index index;
    struct stat stat_;
    uint64_t seed = 8;

    assert_int_equal(index_open(&index), ERR_OK);
    free(made_items(&index, 100, 9));
    save_index(&index, place->path, SIZE_MAX);
    assert_int_equal(stat(place->path, &stat_), 0);
    for (int round = 0; round < 300; round++) {
        off_t at = (off_t)(made_draw(&seed) % (uint32_t)(round % 2 ? stat_.st_size : 2000));
        uint8_t bits = (uint8_t)(1u << made_draw(&seed) % 8);

        damage_file(place->path, at, bits);
        load_fails(place->path);
        damage_file(place->path, at, bits);
    }
    for (off_t size = stat_.st_size - 1; size > 0; size = size / 2) {
        assert_int_equal(truncate(place->path, size), 0);
        load_fails(place->path);
    }
    index_close(&index);
}

/* A look-up would never end, or would read outside the table. */
CLAIM(a_table_that_is_not_that_of_the_rows_is_refused)
{
    struct id id = { { 1 } };
    struct ids ids;
    uint32_t row;

    assert_int_equal(ids_open(&ids, 100), ERR_OK);
    assert_int_equal(ids_adopt(&ids), ERR_OK);
    for (; id.b[15] < 10; id.b[15]++)
        assert_int_equal(ids_take(&ids, id, &row), ERR_OK);
    assert_int_equal(ids_adopt(&ids), ERR_OK);
    ids.table.column.count--;
    assert_int_equal(ids_adopt(&ids), ERR_INTERNAL);
    ids.table.column.count = 16;
    assert_int_equal(ids_adopt(&ids), ERR_INTERNAL);
    ids.table.column.count = 4096;
    for (uint32_t i = 0; i < 4096; i++)
        if (*hash_table_at(&ids.table, i) == 10)
            *hash_table_at(&ids.table, i) = 11;
    assert_int_equal(ids_adopt(&ids), ERR_INTERNAL);
    for (uint32_t i = 0; i < 4096; i++)
        *hash_table_at(&ids.table, i) = 1;
    assert_int_equal(ids_adopt(&ids), ERR_INTERNAL);
    ids_close(&ids);
}

/* No id is found in it, so no place becomes free. It must not run full, because then no look-up would end. */
CLAIM(a_damaged_table_of_ids_never_runs_full)
{
    enum { ROWS = 2700, PLACES = 4096 };
    struct id id = { { 1 } };
    struct ids ids;
    uint32_t row;

    assert_int_equal(ids_open(&ids, 2 * ROWS), ERR_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        memcpy(id.b + 4, &i, sizeof(i));
        assert_int_equal(ids_take(&ids, id, &row), ERR_OK);
    }
    assert_int_equal(ids.table.column.count, PLACES);
    for (uint32_t i = 0, j = PLACES - 1; i < j; i++, j--) {
        uint32_t first = *hash_table_at(&ids.table, i);
        *hash_table_at(&ids.table, i) = *hash_table_at(&ids.table, j);
        *hash_table_at(&ids.table, j) = first;
    }
    assert_int_equal(ids_adopt(&ids), ERR_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t other = ROWS + i;
        assert_int_equal(ids_free(&ids, i), ERR_OK);
        memcpy(id.b + 4, &other, sizeof(other));
        assert_int_equal(ids_take(&ids, id, &row), ERR_OK);
        assert_true(ids_find(&ids, id, &row) && row == i);
    }
    ids_close(&ids);
}

static double seconds_to_take(bool are_of_one_moment)
{
    enum { IDS = 200000 };
    clock_t began = clock();
    uint64_t seed = 3;
    struct ids ids;

    assert_int_equal(ids_open(&ids, IDS), ERR_OK);
    for (uint32_t i = 0; i < IDS; i++) {
        struct id id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 } };
        uint32_t number = are_of_one_moment ? i : made_draw(&seed), row;
        for (int byte = 0; byte < 4; byte++)
            id.b[15 - byte] = (uint8_t)(number >> 8 * byte);
        if (!are_of_one_moment)
            for (int byte = 0; byte < 12; byte++)
                id.b[byte] = (uint8_t)made_draw(&seed);
        assert_int_equal(ids_take(&ids, id, &row), ERR_OK);
        assert_true(ids_find(&ids, id, &row) && row == i);
    }
    ids_close(&ids);
    return (double)(clock() - began) / CLOCKS_PER_SEC;
}

CLAIM(ids_of_one_moment_are_found_as_fast_as_any)
{
    assert_true(seconds_to_take(true) < 5 * seconds_to_take(false));
}
