/* Sounds that are used together: each answer and score of the three clauses equals that of a plain count of all uses
 * and lessons, also after uses end, items leave and lessons change. */
#include "services/search/index/catchup.h"
#include "services/search/query/together.h"
#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/community.h"
#include "store/open/store_open.h"
#include "store/uses.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"
#include "tests/unit/search/together_plain.h"

/* ---- the store ---- */

static void log_change(struct world *world, enum change_kind kind, struct id id)
{
    struct change change = { .revision = ++world->revision, .id = id, .request = id_new(), .at = clock_now() };

    change.kind.value = (int32_t)kind;
    assert_int_equal(changelog_add(&world->w, &change), ERR_OK);
}

static uint32_t draw_below(struct world *world, uint32_t below)
{
    return made_draw(&world->seed) % below;
}

static struct bytes content_bytes(uint32_t content)
{
    static uint8_t all[CONTENTS][COMMUNITY_CONTENT];

    memset(all[content], (int)content + 1, COMMUNITY_CONTENT);
    return bytes_of(all[content], COMMUNITY_CONTENT);
}

static void put_item(struct world *world, uint32_t item)
{
    char name[32], pack[32];
    struct media media = { .id = world->items[item], .folder = world->folder, .added = clock_now() };

    snprintf(name, sizeof(name), "sound %u", item);
    snprintf(pack, sizeof(pack), "Pack %u", item % PACKS);
    media.name = text_of(name);
    media.pack = item % PACKS ? text_of(pack) : TEXT("");
    media.file = bytes_of(name, strlen(name));
    media.content = content_bytes(content_of(item));
    media.kind.value = KIND_AUDIO;
    media.availability.value = ITEM_STATE_LOCAL;
    assert_int_equal(catalogue_put_media(&world->w, NULL, &media), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, media.id);
}

static void put_use(struct world *world, struct made_context *context, const struct made_use *use)
{
    struct use row = { .media = use->media,
                       .role = text_of(words[use->role]),
                       .section = text_of(words[use->section]),
                       .at = clock_now(),
                       .ended = use->ended };

    if (use->item % 3 == 0) {
        row.has_track = true;
        row.track = TEXT("Lead");
    }
    assert_int_equal(uses_put(&world->w, context->id, &row), ERR_OK);
}

static void put_context(struct world *world, struct made_context *context)
{
    struct context row = { .id = context->id, .name = TEXT("Song"), .at = clock_now() };

    row.kind.value = CONTEXT_KIND_NAMED;
    assert_int_equal(uses_put_context(&world->w, &row), ERR_OK);
    for (uint32_t i = 0; i < context->count; i++)
        put_use(world, context, &context->uses[i]);
    log_change(world, CHANGE_KIND_USE, context->id);
}

static void make_context(struct world *world, struct made_context *context)
{
    context->id = id_new();
    context->count = 2 + draw_below(world, IN_CONTEXT - 1);
    for (uint32_t i = 0; i < context->count; i++) {
        struct made_use *use = &context->uses[i];
        *use = (struct made_use){ .item = draw_below(world, draw_below(world, ITEMS) + 1),
                                  .role = draw_below(world, WORDS),
                                  .section = draw_below(world, WORDS),
                                  .ended = draw_below(world, 4) == 0 };
        use->media = world->items[use->item];
        for (uint32_t k = 0; k < i; k++) /* one row */
            if (context->uses[k].item == use->item && context->uses[k].role == use->role &&
                context->uses[k].section == use->section)
                use->ended = context->uses[k].ended;
    }
    put_context(world, context);
}

static void put_lesson(struct world *world, enum lesson_kind kind, uint32_t content, struct lesson lesson)
{
    lesson.kind.value = (int32_t)kind;
    lesson.position = 1;
    if (kind != LESSON_KIND_TOTAL)
        lesson.content = content_bytes(content);
    assert_int_equal(community_put_lesson(&world->w, &lesson, COMMUNITY_MOST), ERR_OK);
    if (kind == LESSON_KIND_USE || kind == LESSON_KIND_ROLE)
        log_change(world, CHANGE_KIND_FACTS, key_id_at(lesson.content, 0));
}

static void make_lessons(struct world *world)
{
    world->total = STUDIOS;
    put_lesson(world, LESSON_KIND_TOTAL, 0, (struct lesson){ .studios = STUDIOS });
    for (uint32_t i = 0; i < CONTENTS; i++) {
        uint32_t word = 1 + draw_below(world, WORDS - 1);
        world->users[i] = draw_below(world, 3) ? 5 * draw_below(world, 20) : 0;
        world->roles[i][word] = draw_below(world, 2) ? 5 * draw_below(world, 10) : 0;
        put_lesson(world, LESSON_KIND_USE, i, (struct lesson){ .studios = world->users[i] });
        if (word != 2) /* the server writes words in lower case */
            put_lesson(world, LESSON_KIND_ROLE, i,
                       (struct lesson){ .word = text_of(words[word]), .studios = world->roles[i][word] });
    }
    for (uint32_t i = 0; i < PAIRS; i++) {
        uint32_t a = draw_below(world, CONTENTS), b = draw_below(world, CONTENTS);
        world->is_pair[a][b] = true;
        world->stacked[a][b] = 5 * draw_below(world, 4);
        world->later[a][b] = 5 * draw_below(world, 6);
        put_lesson(world, LESSON_KIND_PAIR, a,
                   (struct lesson){
                       .other = content_bytes(b), .stacked = world->stacked[a][b], .later = world->later[a][b] });
    }
}

static void put_places(struct world *world)
{
    struct volume volume = {
        .id = id_new(), .identity = TEXT("root"), .label = TEXT("disk"), .mount = bytes_of("/", 1), .online = true
    };
    struct folder folder = { .id = world->folder, .volume = volume.id, .name = bytes_of("Sounds", 6), .library = true };

    volume.backend.value = BACKEND_LOCAL;
    assert_int_equal(catalogue_put_volume(&world->w, &volume), ERR_OK);
    assert_int_equal(catalogue_put_folder(&world->w, NULL, &folder), ERR_OK);
    log_change(world, CHANGE_KIND_VOLUME, volume.id);
    log_change(world, CHANGE_KIND_FOLDER, folder.id);
}

static void begin_change(struct world *world)
{
    assert_int_equal(store_write(world->store, &world->w.txn, NULL), ERR_OK);
}

static void commit_change(struct world *world)
{
    struct fault fault = { 0 };

    assert_int_equal(txn_commit(world->w.txn, NULL), ERR_OK);
    if (catchup_step(world->catchup, clock_steady() + 60000000, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
    assert_true(world->catchup->is_current);
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    void *home;

    assert_non_null(world);
    home_make(&home);
    world->home = home;
    world->seed = 17;
    world->catchup = calloc(1, sizeof(*world->catchup));
    assert_int_equal(store_open(&world->home->paths, STORE_WRITER, &world->store, NULL), ERR_OK);
    assert_int_equal(index_open(&world->index), ERR_OK);
    catchup_open(world->catchup, &world->home->paths, &world->index);
    world->catchup->store = world->store; /* one process opens a store once, so the writer reads too */
    world->folder = id_new();
    begin_change(world);
    put_places(world);
    for (uint32_t i = 0; i < ITEMS; i++) {
        world->items[i] = id_new();
        put_item(world, i);
    }
    for (uint32_t i = 0; i < CONTEXTS; i++)
        make_context(world, &world->contexts[i]);
    commit_change(world);
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

/* ---- comparing ---- */

static void compare_item(const struct world *world, const char *query, const struct node *root, uint32_t item,
                         const struct expected_item *e)
{
    const struct together_item *found = NULL;
    uint32_t row;

    if (index_find(&world->index, world->items[item], &row))
        found = together_of(root, row);
    if ((found != NULL) != e->is_found)
        fail_msg("%s: item %u is%s found", query, item, found ? "" : " not");
    if (!found)
        return;
    assert_int_equal(found->is_mate, e->is_mate);
    assert_int_equal(found->studios, e->studios);
    assert_int_equal(found->studios_of, e->studios_of);
    if (e->is_mate)
        return;
    assert_int_equal(found->both, e->both);
    assert_int_equal(found->of, e->of);
    if (fabs((double)found->score - e->score) > 1e-5)
        fail_msg("%s: item %u has the score %g instead of %g", query, item, (double)found->score, e->score);
}

static void compare_answer(struct world *world, const char *query, enum node_kind kind, uint32_t which)
{
    struct parse parse = { .knows = made_no_attribute };
    struct arena arena = { 0 };
    struct node *root;
    struct txn *txn;
    uint32_t expected = 0;

    assert_int_equal(parse_query(&parse, text_of(query), &arena, &root, NULL), ERR_OK);
    assert_int_equal(root->kind, kind);
    assert_int_equal(store_read(world->store, &txn, NULL), ERR_OK);
    assert_int_equal(together_find(&world->index, txn, &arena, root), ERR_OK);
    txn_end(txn);
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct expected_item e =
            kind == NODE_FOR ? expect_role(world, which, i) : expect_pair(world, which, i, kind == NODE_AFTER);
        compare_item(world, query, root, i, &e);
        expected += e.is_found;
    }
    assert_int_equal(root->together->count, expected);
    arena_free(&arena);
}

static void compare_all(struct world *world)
{
    static const struct {
        const char *field;
        enum node_kind kind;
    } fields[] = { { "after", NODE_AFTER }, { "with", NODE_WITH } };
    char query[64], id[ID_TEXT_SIZE];

    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t k = 0; k < 2 && !world->is_gone[i]; k++) {
            snprintf(query, sizeof(query), "%s:%s", fields[k].field, id_write(world->items[i], id));
            compare_answer(world, query, fields[k].kind, i);
        }
    for (uint32_t word = 1; word < WORDS; word++) {
        snprintf(query, sizeof(query), "for:%s", words[word]);
        compare_answer(world, query, NODE_FOR, word);
    }
}

static void forget_item(struct world *world, uint32_t item)
{
    struct media was = { .id = world->items[item], .folder = world->folder };
    char name[32];

    snprintf(name, sizeof(name), "sound %u", item);
    was.name = text_of(name);
    was.file = bytes_of(name, strlen(name));
    was.content = content_bytes(content_of(item));
    assert_int_equal(catalogue_remove_media(&world->w, &was), ERR_OK);
    log_change(world, CHANGE_KIND_MEDIA, was.id);
    world->is_gone[item] = true;
}

CLAIM_WITH(answers_are_those_of_a_plain_count, make_world, end_world)
{
    struct world *world = *state;

    compare_all(world);
    begin_change(world);
    make_lessons(world);
    commit_change(world);
    compare_all(world);
}

CLAIM_WITH(answers_follow_each_change, make_world, end_world)
{
    struct world *world = *state;

    begin_change(world);
    make_lessons(world);
    commit_change(world);
    for (uint32_t round = 0; round < 12; round++) {
        struct made_context *context = &world->contexts[draw_below(world, CONTEXTS)];
        uint32_t content = draw_below(world, CONTENTS), number = draw_below(world, context->count);
        uint32_t item = context->uses[number].item;
        begin_change(world);
        for (uint32_t i = 0; i < context->count; i++)
            if (context->uses[i].item == item)
                context->uses[i].ended = !context->uses[number].ended || round % 2;
        put_context(world, context);
        world->users[content] += 5;
        put_lesson(world, LESSON_KIND_USE, content, (struct lesson){ .studios = world->users[content] });
        world->roles[content][1] = 5 * round;
        put_lesson(world, LESSON_KIND_ROLE, content,
                   (struct lesson){ .word = TEXT("drums"), .studios = 5 * round, .gone = round == 0 });
        if (round % 4 == 3 && !world->is_gone[round])
            forget_item(world, round);
        commit_change(world);
        compare_all(world);
    }
}
