/* query: asks questions with facets and counts to a running engine over its socket, and to SQLite's FTS5 in this
 * process, in turn. The totals and the counts of each value must be equal; otherwise it ends with an error. The round
 * trip includes message, socket and decoding. Processor times are compared, because other programs may use the machine:
 * of the whole search service for one ask, and of SQLite's calls. SQLite's calls give the ids of a page alone, so the
 * time until the service reads the items of its page, by its own clock, is compared too. It is printed apart for the
 * first ask of a question, which no earlier ask serves. With IDLE, no one asks for so many seconds then, and questions
 * that were not asked before follow. Usage: query COUNT SEED PID-OF-SEARCH [IDLE] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/query/fts.h"
#include "bench/query/items.h"
#include "proto/transport/ask.h"
#include "schema_search.h"

enum { EACH = 12, ROUNDS = 5, KINDS = 10, ALL_THERE_IS = KINDS - 1 };

struct question {
    char ours[400];
    struct fts_question theirs;
};

static const char *const kind_names[KINDS] = {
    "a word",        "two words",         "the start of a word", "a word and a tag", "a word and a class",
    "class and bpm", "tags, not a class", "a key and a length",  "words in a pack",  "all there is"
};

struct bench {
    struct asker *asker;
    struct fts *fts;
    uint64_t draw;
    struct question questions[KINDS][EACH];
    double ours[KINDS][EACH][ROUNDS], used[KINDS][EACH][ROUNDS], theirs[KINDS][EACH]; /* µs */
    double took[KINDS][EACH][ROUNDS]; /* µs, by the service's clock, before the items of the page are read */
    clockid_t service;                /* processor time of the search service */
    uint64_t totals[KINDS];
    struct fts_answer answer;
};

static double us_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* ---- questions ---- */

static uint32_t draw_below(struct bench *bench, uint32_t count)
{
    return items_draw(&bench->draw) % count;
}

static void add_word(struct question *q, const char *word)
{
    size_t ours = strlen(q->ours), theirs = strlen(q->theirs.words);

    snprintf(q->ours + ours, sizeof(q->ours) - ours, "%s%s", ours ? " " : "", word);
    snprintf(q->theirs.words + theirs, sizeof(q->theirs.words) - theirs, "%s%s*", theirs ? " AND " : "", word);
}

static void add_fact(struct question *q, const char *ours, const char *sql)
{
    size_t at = strlen(q->ours), facts = strlen(q->theirs.facts);

    snprintf(q->ours + at, sizeof(q->ours) - at, "%s%s", at ? " " : "", ours);
    snprintf(q->theirs.facts + facts, sizeof(q->theirs.facts) - facts, "%s%s", facts ? " AND " : "", sql);
}

static void add_tag(struct question *q, uint32_t tag)
{
    char ours[64], sql[128];

    snprintf(ours, sizeof(ours), "tag:%s", items_tags[tag]);
    snprintf(sql, sizeof(sql),
             q->theirs.words[0] ? "EXISTS (SELECT 1 FROM tagged WHERE item = id AND tag = %u)"
                                : "id IN (SELECT item FROM tagged WHERE tag = %u)",
             tag);
    add_fact(q, ours, sql);
}

static void add_class(struct question *q, uint32_t class, bool is_not)
{
    char ours[64], sql[64];

    snprintf(ours, sizeof(ours), "%sclass:%s", is_not ? "-" : "", items_classes[class]);
    snprintf(sql, sizeof(sql), "class %s %u", is_not ? "!=" : "=", class);
    add_fact(q, ours, sql);
}

static void add_between(struct question *q, const char *field, const char *column, double low, double high)
{
    char ours[64], sql[96];

    snprintf(ours, sizeof(ours), "%s:%g..%g", field, low, high);
    snprintf(sql, sizeof(sql), "%s BETWEEN %g AND %g", column, low, high);
    add_fact(q, ours, sql);
}

static void fill_question(struct bench *bench, uint32_t kind, struct question *q)
{
    static const uint32_t plain[] = { 1, 5, 6, 7, 9, 10, 13, 14, 17, 18 }; /* classes that occur in names */
    uint32_t class = plain[draw_below(bench, 10)], tag = draw_below(bench, ITEMS_TAGS),
             key = draw_below(bench, ITEMS_KEYS);
    char word[16], other[16], sql[32], ours[32];

    items_word(draw_below(bench, ITEMS_WORDS), word);
    items_word(draw_below(bench, ITEMS_WORDS), other);
    switch (kind) {
    case 0:
        add_word(q, items_classes[class]);
        break;
    case 1:
        add_word(q, items_classes[class]), add_word(q, word);
        break;
    case 2:
        word[3] = '\0', add_word(q, word);
        break;
    case 3:
        add_word(q, word), add_tag(q, tag);
        break;
    case 4:
        add_word(q, word), add_class(q, class, false);
        break;
    case 5:
        add_class(q, draw_below(bench, ITEMS_CLASSES), false), add_between(q, "bpm", "bpm", 110, 130);
        break;
    case 6:
        add_tag(q, tag), add_tag(q, (tag + 1) % ITEMS_TAGS), add_class(q, class, true);
        break;
    case 7:
        snprintf(ours, sizeof(ours), "key:%s", items_key((int)key));
        snprintf(sql, sizeof(sql), "key = %u", key);
        add_fact(q, ours, sql), add_between(q, "dur", "seconds", 0.2, 0.5);
        break;
    case 8:
        add_word(q, word), add_word(q, other);
        break;
    default:
        break;
    }
}

static void make_questions(struct bench *bench)
{
    memset(bench->questions, 0, sizeof(bench->questions));
    for (uint32_t kind = 0; kind < KINDS; kind++)
        for (uint32_t i = 0; i < EACH; i++) {
            struct question *q = &bench->questions[kind][i];
            static const char *const facets[] = { "class", "family", "key", "tag" };
            fill_question(bench, kind, q);
            memcpy(q->theirs.facets, facets, sizeof(facets));
            if (i % 4 == 3)
                q->theirs.facets[2] = "pack";
        }
}

/* ---- asking and comparing ---- */

static void ask_ours(struct bench *bench, const struct question *q, struct found *found)
{
    struct text facets[FTS_FACETS];
    struct search_query ask_ = { .query = text_of(q->ours), .limit = 20, .facets = { 0, facets } };
    struct fault fault = { 0 };

    while (ask_.facets.count < FTS_FACETS && q->theirs.facets[ask_.facets.count])
        facets[ask_.facets.count] = text_of(q->theirs.facets[ask_.facets.count]), ask_.facets.count++;
    *found = (struct found){ 0 };
    if (ask(bench->asker, "search.query", &ask_, 600000, NULL, found, &fault) == ERR_OK)
        return;
    fprintf(stderr, "\"%s\": %s (%s)\n", q->ours, fault.what, fault.hint);
    exit(1);
}

static int compare_times(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The counts of one facet, the largest first: as many as our answer has. */
static bool counts_agree(const struct found *found, const char *facet, const uint32_t *theirs)
{
    static double sorted[FTS_VALUES];
    uint32_t at = FTS_VALUES;

    for (uint32_t i = 0; i < FTS_VALUES; i++)
        sorted[i] = theirs[i];
    qsort(sorted, FTS_VALUES, sizeof(*sorted), compare_times);
    for (uint32_t i = 0; i < found->facets.count; i++)
        if (text_is(found->facets.at[i].facet, facet) && (at == 0 || sorted[--at] != (double)found->facets.at[i].count))
            return false;
    return strcmp(facet, "pack") == 0 || at == 0 || sorted[at - 1] == 0;
}

static void compare_answers(const struct bench *bench, const struct question *q, const struct found *found)
{
    const struct fts_answer *theirs = &bench->answer;
    bool agree = found->total == theirs->total && fabs(found->seconds - theirs->seconds) < 1e-6 * (1 + theirs->seconds);

    for (int i = 0; i < FTS_FACETS && q->theirs.facets[i]; i++)
        agree = agree && counts_agree(found, q->theirs.facets[i], theirs->counts[i]);
    agree = agree && found->items.count == theirs->shown;
    if (agree)
        return;
    fprintf(stderr, "\"%s\" and \"%s\" %s differ: %llu and %llu\n", q->ours, q->theirs.words, q->theirs.facts,
            (unsigned long long)found->total, (unsigned long long)theirs->total);
    exit(1);
}

static void run_one(struct bench *bench, uint32_t kind, uint32_t number)
{
    const struct question *q = &bench->questions[kind][number];
    struct found found;
    double began;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        double used = us_of(bench->service);
        began = us_of(CLOCK_MONOTONIC);
        ask_ours(bench, q, &found);
        bench->ours[kind][number][round] = us_of(CLOCK_MONOTONIC) - began;
        bench->used[kind][number][round] = us_of(bench->service) - used;
        bench->took[kind][number][round] = found.took_us;
    }
    bench->totals[kind] += found.total;
    if (kind == ALL_THERE_IS && number > 0) { /* repeats each question for half a minute */
        bench->theirs[kind][number] = bench->theirs[kind][0];
        return;
    }
    began = us_of(CLOCK_PROCESS_CPUTIME_ID);
    fts_ask(bench->fts, &q->theirs, &bench->answer);
    bench->theirs[kind][number] = us_of(CLOCK_PROCESS_CPUTIME_ID) - began;
    compare_answers(bench, q, &found);
}

/* ---- output ---- */

static double quantile_of(const double *from, uint32_t count, double q)
{
    double *sorted = malloc(count * sizeof(*sorted));

    memcpy(sorted, from, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare_times);
    double value = sorted[(uint32_t)fmin(count - 1, floor(q * count))];
    free(sorted);
    return value;
}

static void print_times(const struct bench *bench)
{
    enum { ALL = KINDS * EACH * ROUNDS };
    const double *ours = bench->ours[0][0], *used = bench->used[0][0], *theirs = bench->theirs[0];

    printf("%-20s %8s %21s %10s %9s %10s %7s %10s %7s\n", "", "found", "round trip p50, worst", "processor", "worst",
           "FTS5", "times", "own clock", "times");
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        const double *trips = bench->ours[kind][0], *each = bench->used[kind][0];
        double median = quantile_of(each, EACH * ROUNDS, 0.5), fts = quantile_of(bench->theirs[kind], EACH, 0.5);
        double took = quantile_of(bench->took[kind][0], EACH * ROUNDS, 0.5);
        printf("%-20s %8llu %8.0f µs %8.0f µs %7.0f µs %6.0f µs %7.0f µs %7.1f %7.0f µs %7.1f\n", kind_names[kind],
               (unsigned long long)bench->totals[kind] / EACH, quantile_of(trips, EACH * ROUNDS, 0.5),
               quantile_of(trips, EACH * ROUNDS, 1), median, quantile_of(each, EACH * ROUNDS, 1), fts, fts / median,
               took, fts / took);
    }
    printf("round trip: p50 %.0f µs, p99 %.0f µs. Processor time of the service: p50 %.0f µs, p99 %.0f µs; of FTS5: "
           "p50 %.0f µs, p99 %.0f µs\n",
           quantile_of(ours, ALL, 0.5), quantile_of(ours, ALL, 0.99), quantile_of(used, ALL, 0.5),
           quantile_of(used, ALL, 0.99), quantile_of(theirs, KINDS * EACH, 0.5),
           quantile_of(theirs, KINDS * EACH, 0.99));
}

/* The service's clock: all asks, and the first of each question. */
static void print_took(const struct bench *bench)
{
    double first[KINDS * EACH];

    for (uint32_t i = 0; i < KINDS * EACH; i++)
        first[i] = bench->took[i / EACH][i % EACH][0];
    printf(
        "the service's own clock: p50 %.0f µs, p99 %.0f µs; the first ask of each question p50 %.0f µs, p90 %.0f µs, "
        "p99 %.0f µs, worst %.0f µs\n",
        quantile_of(bench->took[0][0], KINDS * EACH * ROUNDS, 0.5),
        quantile_of(bench->took[0][0], KINDS * EACH * ROUNDS, 0.99), quantile_of(first, KINDS * EACH, 0.5),
        quantile_of(first, KINDS * EACH, 0.9), quantile_of(first, KINDS * EACH, 0.99),
        quantile_of(first, KINDS * EACH, 1));
}

/* Asks other questions, each once, after a pause of `seconds`. */
static void ask_after_idle(struct bench *bench, uint32_t seconds)
{
    double took[KINDS * EACH];

    make_questions(bench);
    sleep(seconds);
    for (uint32_t i = 0; i < KINDS * EACH; i++) {
        struct found found;
        ask_ours(bench, &bench->questions[i % KINDS][i / KINDS], &found);
        took[i] = found.took_us;
    }
    printf("after %u s without an ask, by the service's clock: one question of each kind", seconds);
    for (uint32_t kind = 0; kind < KINDS; kind++)
        printf(" %.0f", took[kind]);
    printf(" µs; all %d p50 %.0f µs, p99 %.0f µs, worst %.0f µs\n", KINDS * EACH, quantile_of(took, KINDS * EACH, 0.5),
           quantile_of(took, KINDS * EACH, 0.99), quantile_of(took, KINDS * EACH, 1));
}

int main(int argc, char **argv)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct paths paths;
    struct fault fault = { 0 };

    if (argc < 4 || argc > 5 || !bench || clock_getcpuclockid((pid_t)atoi(argv[3]), &bench->service) != 0 ||
        paths_find(&paths, &fault) != ERR_OK || !(bench->asker = asker_new(&paths, &fault))) {
        fprintf(stderr, "query COUNT SEED PID [IDLE]: %s\n", fault.what);
        return 1;
    }
    bench->draw = 5;
    make_questions(bench);
    double began = us_of(CLOCK_MONOTONIC);
    bench->fts = fts_build((uint32_t)strtoul(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
    printf("SQLite %s with FTS5, in memory: built in %.1f s, %.0f MB\n", fts_version(),
           (us_of(CLOCK_MONOTONIC) - began) / 1e6, fts_megabytes());
    for (uint32_t kind = 0; kind < KINDS; kind++)
        for (uint32_t i = 0; i < EACH; i++)
            run_one(bench, kind, i);
    print_times(bench);
    print_took(bench);
    if (argc == 5 && atoi(argv[4]) > 0)
        ask_after_idle(bench, (uint32_t)atoi(argv[4]));
    asker_free(bench->asker);
    free(bench);
    return 0;
}
