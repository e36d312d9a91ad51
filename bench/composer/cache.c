/* cache: gives each content of a made-up store what a community may know about it: a class, a tag, how many studios use
 * it, a role, two pairs (the first one 1,000), and its pack. Prints an item of the first one. Usage: cache LEVEL */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "store/catalogue.h"
#include "store/community.h"
#include "store/open/store_open.h"
#include "store/store.h"

enum { COMMIT = 20000, IN_PACK = 100, STUDIOS = 1000, PAIRS = 2, MOST_PAIRS = 1000 };

struct filling {
    struct store *store;
    struct writing w;
    struct arena arena;
    uint64_t position;
    uint8_t (*contents)[COMMUNITY_CONTENT];
    uint32_t count, room;
};

static void check_error(enum err e, const struct fault *fault)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "the copy cannot be made: %s\n", fault && fault->what[0] ? fault->what : err_name(e));
    exit(1);
}

static void begin_part(struct filling *f)
{
    struct fault fault = { 0 };

    check_error(store_write(f->store, &f->w.txn, &fault), &fault);
}

static void commit_part(struct filling *f)
{
    struct fault fault = { 0 };

    check_error(txn_commit(f->w.txn, &fault), &fault);
}

static void read_contents(struct filling *f)
{
    const struct bytes none = { 0, NULL };
    struct fault fault = { 0 };
    struct txn *txn;
    struct walk walk;

    check_error(store_read(f->store, &txn, &fault), &fault);
    f->room = (uint32_t)txn_count(txn, DB_FACTS);
    f->contents = calloc(f->room, sizeof(*f->contents));
    check_error(walk_begin(txn, DB_FACTS, none, none, &walk), NULL);
    while (walk_next(&walk) && f->count < f->room)
        if (walk.key.len == COMMUNITY_CONTENT)
            memcpy(f->contents[f->count++], walk.key.at, COMMUNITY_CONTENT);
    walk_end(&walk);
    txn_end(txn);
}

static void put_lesson(struct filling *f, struct lesson lesson)
{
    lesson.position = ++f->position;
    lesson.studios = lesson.studios ? lesson.studios : 10 + f->position * 7919 % 90;
    check_error(community_put_lesson(&f->w, &lesson, COMMUNITY_MOST), NULL);
}

static struct lesson lesson_of(enum lesson_kind kind, struct bytes content, const char *word)
{
    return (struct lesson){ .kind = { .value = (int32_t)kind }, .content = content, .word = text_of(word) };
}

static void put_content(struct filling *f, uint32_t number)
{
    static const char *const classes[] = { "kick", "snare", "hat", "bass", "pad" }, *const roles[] = {
        "drums", "chorus", "verse", "bass", "intro"
    };
    struct bytes content = bytes_of(f->contents[number], COMMUNITY_CONTENT);
    struct lesson fact = lesson_of(LESSON_KIND_FACT, content, "class");
    struct lesson tag = lesson_of(LESSON_KIND_FACT, content, "tag:community");
    struct lesson packed;
    char pack[32];

    fact.value = text_of(classes[number % 5]);
    tag.value = TEXT("yes");
    fact.confidence = tag.confidence = 0.9;
    put_lesson(f, fact);
    put_lesson(f, tag);
    put_lesson(f, lesson_of(LESSON_KIND_USE, content, ""));
    put_lesson(f, lesson_of(LESSON_KIND_ROLE, content, roles[number % 5]));
    for (uint32_t step = 1; step <= (number ? PAIRS : MOST_PAIRS); step++) {
        struct lesson pair = lesson_of(LESSON_KIND_PAIR, content, "");
        pair.other = bytes_of(f->contents[(number + step * 37) % f->count], COMMUNITY_CONTENT);
        pair.both = pair.stacked = pair.later = 10 + number % 40;
        put_lesson(f, pair);
    }
    snprintf(pack, sizeof(pack), "pack-%u", number / IN_PACK);
    packed = lesson_of(LESSON_KIND_PACKED, content, pack);
    put_lesson(f, packed);
    if (number % IN_PACK == 0) {
        struct lesson one = lesson_of(LESSON_KIND_PACK, (struct bytes){ 0, NULL }, pack);
        one.value = text_of(pack);
        one.both = IN_PACK;
        put_lesson(f, one);
    }
}

static bool take_id(void *state, struct id media)
{
    *(struct id *)state = media;
    return false;
}

static void print_busiest(struct filling *f)
{
    struct fault fault = { 0 };
    char text[ID_TEXT_SIZE];
    struct txn *txn;
    struct id id = { { 0 } };

    check_error(store_read(f->store, &txn, &fault), &fault);
    check_error(catalogue_each_with_content(txn, bytes_of(f->contents[0], COMMUNITY_CONTENT), take_id, &id), NULL);
    txn_end(txn);
    printf("busiest %s\n", id_write(id, text));
}

static void put_state(struct filling *f, const char *level)
{
    struct exchange_state state = { .level = { .value = choice_value(&sharing_table, text_of(level)) },
                                    .generation = id_new(),
                                    .salt = bytes_of(f->contents[0], COMMUNITY_CONTENT),
                                    .epoch = TEXT("made-up"),
                                    .history = TEXT("made-up"),
                                    .position = f->position,
                                    .synced = clock_now(),
                                    .studios = STUDIOS,
                                    .least = 10 };
    uint8_t salt[32] = { 1 };

    state.salt = bytes_of(salt, sizeof(salt));
    check_error(community_put_state(&f->w, &state), NULL);
}

int main(int argc, char **argv)
{
    struct filling f = { 0 };
    struct fault fault = { 0 };
    struct lesson total = lesson_of(LESSON_KIND_TOTAL, (struct bytes){ 0, NULL }, "");
    struct paths paths;

    if (argc < 2)
        return 1;
    check_error(paths_find(&paths, &fault), &fault);
    check_error(store_open(&paths, STORE_WRITER, &f.store, &fault), &fault);
    read_contents(&f);
    begin_part(&f);
    total.studios = STUDIOS;
    put_lesson(&f, total);
    for (uint32_t i = 0; i < f.count; i++) {
        put_content(&f, i);
        if (i % COMMIT == COMMIT - 1) {
            commit_part(&f);
            begin_part(&f);
        }
    }
    put_state(&f, argv[1]);
    commit_part(&f);
    printf("%u contents, %llu lessons\n", f.count, (unsigned long long)f.position);
    print_busiest(&f);
    store_close(f.store);
    return 0;
}
