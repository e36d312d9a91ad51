/* A kept answer is that of a plain scan of all items: its total, seconds, first page, scores and facets, for drawn
 * queries, also after items changed, went, and came back. */
#include <strings.h>

#include "services/search/query/frequent_words.h"
#include "services/search/query/kept_answers.h"
#include "tests/unit/claim.h"
#include "tests/unit/search/made.h"

enum { ITEMS = 6000, ROUNDS = 6, QUERIES = 60, PAGE = 20, FIELDS = 3 };

static const char *const WORDS[] = { "kick", "kicker", "snare", "hat", "soft", "s", "ki", "room", "warm", "deep", "j" };

/* One drawn query. */
struct drawn {
    const char *words[2];
    int class, tag, not_class; /* -1: none */
    double low, high;          /* of the tempo; 0: none */
    bool by_size;
    char text[256];
};

struct plain_row {
    const struct made_item *item;
    float score;
};

/* The result of a plain scan. */
struct plain {
    uint32_t total, classes[MADE_CLASSES], tags[MADE_TAGS], packs[MADE_PACKS];
    double seconds;
    struct plain_row rows[ITEMS];
};

/* ---- a plain scan ---- */

struct fit {
    bool starts, is_whole;
};

/* How a word fits those of a text, which blanks separate. */
static struct fit fit_text(const char *text, const char *word)
{
    struct fit fit = { false, false };

    for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
        bool starts = strncasecmp(text, word, strlen(word)) == 0;
        fit.starts = fit.starts || starts;
        fit.is_whole = fit.is_whole || (starts && strcspn(text, " ") == strlen(word));
    }
    return fit;
}

static void add_fit(float *score, struct fit fit, float whole, float start)
{
    *score += fit.starts ? start : 0;
    *score += fit.is_whole ? whole - start : 0;
}

static struct fit fit_tags(const struct made_item *item, const char *word)
{
    struct fit all = { false, false };

    for (uint32_t i = 0; i < MADE_TAGS; i++) {
        struct fit fit = item->tags >> i & 1 ? fit_text(made_tags[i], word) : all;
        all.starts = all.starts || fit.starts;
        all.is_whole = all.is_whole || fit.is_whole;
    }
    return all;
}

static bool fits_word(const struct made_item *item, const char *word, float *score)
{
    char name[128];
    struct fit in_name, in_tags = fit_tags(item, word), in_pack = fit_text(made_packs[item->pack], word);

    snprintf(name, sizeof(name), "%s %s %s", made_words[item->words[0]], made_words[item->words[1]],
             made_words[item->words[2]]);
    in_name = fit_text(name, word);
    add_fit(score, in_name, 10, 6);
    add_fit(score, in_tags, 6, 4);
    add_fit(score, in_pack, 4, 2);
    return in_name.starts || in_tags.starts || in_pack.starts;
}

static uint32_t letters_of(const struct made_item *item)
{
    uint32_t letters = 2;

    for (int i = 0; i < 3; i++) /* an accent takes a byte more, until the name is folded */
        letters += (uint32_t)strlen(made_words[item->words[i]]) - (item->words[i] == 10);
    return letters;
}

static bool fits_query(const struct made_item *item, const struct drawn *drawn, float *score)
{
    bool fits = item->is_there && !item->is_hidden;

    *score = 0;
    for (int i = 0; i < 2 && drawn->words[i]; i++)
        fits = fits_word(item, drawn->words[i], score) && fits;
    if (drawn->class >= 0)
        fits = fits && item->class == (uint32_t)drawn->class;
    if (drawn->tag >= 0)
        fits = fits && item->tags >> drawn->tag & 1;
    if (drawn->not_class >= 0)
        fits = fits && item->class != (uint32_t)drawn->not_class;
    if (drawn->low > 0)
        fits = fits && (float)item->bpm >= (float)drawn->low && (float)item->bpm <= (float)drawn->high;
    if (*score > 0)
        *score += 3.0f * 12.0f / (12.0f + (float)letters_of(item));
    *score += item->is_favourite ? 1.5f : 0;
    return fits;
}

static int by_score(const void *a, const void *b)
{
    const struct plain_row *x = a, *y = b;

    if (x->score < y->score || x->score > y->score)
        return x->score > y->score ? -1 : 1;
    return id_compare(x->item->id, y->item->id);
}

static int by_size(const void *a, const void *b)
{
    const struct plain_row *x = a, *y = b;

    if (x->item->size < y->item->size || x->item->size > y->item->size)
        return x->item->size > y->item->size ? -1 : 1;
    return id_compare(x->item->id, y->item->id);
}

static void scan_items(const struct made_item *items, const struct drawn *drawn, struct plain *to)
{
    *to = (struct plain){ 0 };
    for (uint32_t i = 0; i < ITEMS; i++) {
        float score;
        if (!fits_query(&items[i], drawn, &score))
            continue;
        to->rows[to->total++] = (struct plain_row){ &items[i], score };
        to->seconds += made_seconds(&items[i]);
        to->classes[items[i].class]++;
        to->packs[items[i].pack]++;
        for (uint32_t tag = 0; tag < MADE_TAGS; tag++)
            to->tags[tag] += items[i].tags >> tag & 1;
    }
    qsort(to->rows, to->total, sizeof(to->rows[0]), drawn->by_size ? by_size : by_score);
}

/* ---- drawn queries ---- */

static int draw_one(uint64_t *seed, int count, int in)
{
    return made_draw(seed) % (uint32_t)in ? -1 : (int)(made_draw(seed) % (uint32_t)count);
}

static struct drawn draw_query(uint64_t *seed)
{
    struct drawn drawn = { .class = draw_one(seed, MADE_CLASSES - 1, 4),
                           .tag = draw_one(seed, MADE_TAGS, 4),
                           .not_class = draw_one(seed, MADE_CLASSES - 1, 4),
                           .by_size = made_draw(seed) % 4 == 0 };
    struct buffer text = { 0 };

    for (uint32_t i = 0; i < made_draw(seed) % 3; i++)
        drawn.words[i] = WORDS[made_draw(seed) % (sizeof(WORDS) / sizeof(WORDS[0]))];
    if (!drawn.words[0])
        drawn.words[1] = NULL;
    for (int i = 0; i < 2 && drawn.words[i]; i++)
        buffer_printf(&text, "%s ", drawn.words[i]);
    if (drawn.class >= 0)
        buffer_printf(&text, "class:%s ", made_classes[drawn.class]);
    if (drawn.tag >= 0)
        buffer_printf(&text, "tag:\"%s\" ", made_tags[drawn.tag]);
    if (drawn.not_class >= 0)
        buffer_printf(&text, "-class:%s ", made_classes[drawn.not_class]);
    if (made_draw(seed) % 4 == 0) {
        drawn.low = 70 + made_draw(seed) % 40;
        drawn.high = drawn.low + 10 + made_draw(seed) % 50;
        buffer_printf(&text, "bpm:%g..%g", drawn.low, drawn.high);
    }
    snprintf(drawn.text, sizeof(drawn.text), "%s", buffer_c(&text));
    buffer_free(&text);
    return drawn;
}

/* ---- comparing ---- */

struct bench {
    struct index index;
    struct made_item *items;
    struct kept_answers answers;
    struct all_seconds seconds;
    struct plain plain;
    struct arena arena;
};

static const enum term_field ASKED[FIELDS] = { TERM_CLASS, TERM_TAG, TERM_PACK };

static const struct kept_answer *answer_drawn(struct bench *b, const struct drawn *drawn, uint32_t limit)
{
    static const struct volumes none;
    struct parse parse = { .knows = made_no_attribute };
    struct kept_ask ask = { .match = { &b->index, &none },
                            .seconds = &b->seconds,
                            .sort = text_of(drawn->by_size ? "-size" : ""),
                            .fields = ASKED,
                            .field_count = FIELDS,
                            .most = FACETS_MOST / FIELDS,
                            .limit = limit };
    struct node *root;
    struct fault fault = { 0 };
    const struct kept_answer *answer;

    if (parse_query(&parse, text_of(drawn->text), &b->arena, &root, &fault) != ERR_OK)
        fail_msg("%s: %s", drawn->text, fault.what);
    assert_true(kept_answers_may(root));
    ask.root = root;
    assert_non_null(answer = kept_answers_find(&b->answers, &ask));
    return answer;
}

static void counts_are(struct bench *b, const struct kept_answer *answer, enum term_field field,
                       const char *const *names, const uint32_t *expected, uint32_t count)
{
    const struct kept_counts *counts = kept_counts_of(answer, field);
    uint32_t values = 0;

    assert_non_null(counts);
    for (uint32_t i = 0; i < count; i++)
        values += expected[i] > 0 && names[i][0];
    assert_int_equal(counts->count, values);
    for (uint32_t k = 0; k < counts->count; k++) {
        struct text value = terms_value(&b->index.terms, counts->at[k].term);
        uint32_t i = 0;

        while (i < count && !text_is(value, names[i]))
            i++;
        assert_true(i < count);
        assert_int_equal(counts->at[k].count, expected[i]);
        assert_true(k == 0 || counts->at[k - 1].count >= counts->at[k].count);
    }
}

static void answer_is_plain(struct bench *b, const struct drawn *drawn, const struct kept_answer *answer,
                            uint32_t limit)
{
    const struct plain *plain = &b->plain;

    assert_int_equal(answer->total, plain->total);
    assert_true(fabs(answer->seconds - plain->seconds) <= 1e-9 * (1 + plain->seconds));
    assert_true(answer->count >= (limit < plain->total ? limit : plain->total));
    for (uint32_t i = 0; i < answer->count; i++) {
        struct id id = index_id(&b->index, answer->rows[i]);
        if (!id_equal(id, plain->rows[i].item->id))
            fail_msg("\"%s\": row %u differs", drawn->text, i);
        assert_true(fabsf(answer->scores[i] - plain->rows[i].score) < 1e-5f);
    }
    counts_are(b, answer, TERM_CLASS, made_classes, plain->classes, MADE_CLASSES);
    counts_are(b, answer, TERM_TAG, made_tags, plain->tags, MADE_TAGS);
    counts_are(b, answer, TERM_PACK, made_packs, plain->packs, MADE_PACKS);
}

/* The second answer is the kept one; a third with more rows is made again. */
static void compare_drawn(struct bench *b, uint64_t *seed)
{
    struct drawn drawn = draw_query(seed);

    scan_items(b->items, &drawn, &b->plain);
    const struct kept_answer *first = answer_drawn(b, &drawn, PAGE);
    answer_is_plain(b, &drawn, first, PAGE);
    const struct kept_answer *second = answer_drawn(b, &drawn, PAGE);
    answer_is_plain(b, &drawn, second, PAGE);
    if (b->plain.total >= KEPT_FROM)
        assert_true(first == second && first != &b->answers.last);
    answer_is_plain(b, &drawn, answer_drawn(b, &drawn, KEPT_PAGE), KEPT_PAGE);
    arena_reset(&b->arena);
}

/* ---- changes ---- */

/* An item changes, goes, or comes back as it was: what an edit, a removal and an undo do. */
static void change_items(struct bench *b, uint64_t *seed)
{
    for (uint32_t i = 0; i < ITEMS / 20; i++) {
        struct made_item *item = &b->items[made_draw(seed) % ITEMS];
        struct made_item other = made_item(seed, 0);
        uint32_t kind = made_draw(seed) % 3;

        other.id = item->id;
        if (kind == 0) {
            made_set(&b->index, item, other);
        } else if (item->is_there && kind == 1) {
            index_remove(&b->index, item->id);
            item->is_there = false;
        } else if (!item->is_there) {
            item->is_there = true;
            made_put(&b->index, item);
        }
    }
}

static struct bench *open_bench(uint64_t seed)
{
    struct bench *b = calloc(1, sizeof(*b));

    assert_non_null(b);
    assert_int_equal(index_open(&b->index), ERR_OK);
    b->items = made_items(&b->index, ITEMS, seed);
    return b;
}

static void close_bench(struct bench *b)
{
    kept_answers_free(&b->answers);
    index_close(&b->index);
    arena_free(&b->arena);
    free(b->items);
    free(b);
}

CLAIM(a_kept_answer_is_that_of_a_plain_scan_after_any_change)
{
    uint64_t seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : 23;
    struct bench *b = open_bench(seed);

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < QUERIES; i++)
            compare_drawn(b, &seed);
        change_items(b, &seed);
    }
    close_bench(b);
}

CLAIM(an_answer_made_in_idle_time_serves_the_typed_word)
{
    static const struct volumes none;
    static const enum term_field usual[] = { TERM_CLASS, TERM_FAMILY, TERM_TAG, TERM_PACK, TERM_KEY, TERM_KIND };
    struct drawn drawn = { .words = { "kick" }, .class = -1, .tag = -1, .not_class = -1, .text = "  KICK " };
    struct bench *b = open_bench(5);
    struct frequent_words words = { 0 };
    struct node root = { .kind = NODE_WORD };
    struct kept_ask ask = { .match = { &b->index, &none },
                            .seconds = &b->seconds,
                            .root = &root,
                            .fields = usual,
                            .field_count = 6,
                            .most = FACETS_MOST / 2,
                            .is_usual = true,
                            .limit = PAGE };
    uint32_t made = 0;

    while ((root.text = frequent_words_next(&words, &b->index, KEPT_FROM / 2)).len) {
        assert_non_null(kept_answers_find(&b->answers, &ask));
        made++;
    }
    assert_int_equal(made, words.count);
    uint64_t uses = b->answers.uses;
    scan_items(b->items, &drawn, &b->plain);
    const struct kept_answer *answer = answer_drawn(b, &drawn, PAGE);
    answer_is_plain(b, &drawn, answer, PAGE);
    assert_true(answer->is_usual && answer->field_count == 6);
    assert_int_equal(b->answers.uses, uses + 1);
    close_bench(b);
}
