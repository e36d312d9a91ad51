#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "services/persist/edit/elements.h"
#include "services/persist/steps/apply.h"
#include "services/persist/steps/undo.h"
#include "services/persist/team.h"
#include "services/persist/team_kits.h"
#include "store/kit/kit_text.h"
#include "store/team/team_known.h"
#include "tests/unit/persist/writer.h"

/* Engines of a team with stores of their own, and a server that keeps of each member the last statement about a kit. */

enum { ENGINES = 3, KITS = 3, SAID_MOST = 4096, VALUES_MOST = 4096, STEPS = 300, RUNS = 8, NO_VALUE = -1 };

struct engine {
    struct writer *w;
    char id[8], name[8];
};

struct server {
    struct arena arena;
    struct team_said said[SAID_MOST];
    uint64_t positions[SAID_MOST], last;
    uint32_t count;
};

struct team_run {
    struct engine engines[ENGINES];
    struct server server;
    struct id kits[KITS];
    bool was_made[VALUES_MOST], was_replaced[VALUES_MOST];
    int values;
};

static const struct choice kit_kind = { .value = ELEMENT_KIND_KIT };

static void begin_engine(struct engine *engine, int number)
{
    static const uint8_t salt[32] = { 1 };
    struct team_state state = { .team = TEXT("Studio"), .salt = { 32, salt }, .epoch = TEXT("1k"), .swept = true };

    writer_make((void **)&engine->w);
    snprintf(engine->id, sizeof(engine->id), "m%d", number);
    snprintf(engine->name, sizeof(engine->name), "%c", 'a' + number);
    state.me = text_of(engine->id);
    state.name = text_of(engine->name);
    assert_int_equal(team_put_state(&engine->w->p.w, &state), ERR_OK);
}

static int begin_run(void **state)
{
    struct team_run *run = calloc(1, sizeof(*run));

    assert_non_null(run);
    for (int i = 0; i < ENGINES; i++)
        begin_engine(&run->engines[i], i);
    for (int i = 0; i < KITS; i++)
        run->kits[i] = id_new();
    *state = run;
    return 0;
}

static int end_run(void **state)
{
    struct team_run *run = *state;

    for (int i = 0; i < ENGINES; i++) {
        free(run->engines[i].w->p.kit_names.at);
        writer_drop((void **)&run->engines[i].w);
    }
    arena_free(&run->server.arena);
    free(run);
    return 0;
}

/* ---- the server ---- */

static struct team_said copy_said(struct arena *arena, const struct team_said *said)
{
    return (struct team_said){ .field = arena_text(arena, said->field),
                               .value = arena_text(arena, said->value),
                               .at = said->own,
                               .own = said->own,
                               .member = arena_text(arena, said->member),
                               .who = arena_text(arena, said->who) };
}

static void take_said(struct server *server, const struct team_said *said)
{
    uint32_t i = 0;

    while (i < server->count &&
           !(text_equal(server->said[i].field, said->field) && text_equal(server->said[i].member, said->member)))
        i++;
    assert_true(i < SAID_MOST);
    if (i < server->count && server->said[i].own >= said->own)
        return;
    server->said[i] = copy_said(&server->arena, said);
    server->positions[i] = ++server->last;
    server->count += i == server->count;
}

static uint32_t send_all(struct engine *engine, struct server *server, struct sent_said *sent)
{
    struct persist *p = &engine->w->p;
    const struct bytes none = { 0, NULL };
    uint32_t count = 0;
    struct walk walk;

    assert_int_equal(walk_begin(p->w.txn, DB_TEAM_OUT, none, none, &walk), ERR_OK);
    while (walk_next(&walk)) {
        struct key key = { 0 };
        struct team_row row;
        key_add(&key, walk.key.at, walk.key.len);
        assert_int_equal(team_row(p->w.txn, &server->arena, &key, &row), ERR_OK);
        const struct team_said *mine = team_of_member(&row, text_of(engine->id));
        assert_non_null(mine);
        take_said(server, mine);
        const struct team_said copy = copy_said(&server->arena, mine);
        sent[count++] = (struct sent_said){ .content = copy.content, .field = copy.field, .own = copy.own };
    }
    walk_end(&walk);
    return count;
}

static void exchange_all(struct engine *engine, struct server *server)
{
    static struct sent_said sent[SAID_MOST];
    static struct team_said heard[SAID_MOST];
    struct persist *p = &engine->w->p;
    struct persist_team ask = { .has_after = true,
                                .clock = clock_now(),
                                .has_kits_heard = true,
                                .kits_heard = true,
                                .taken.at = sent,
                                .heard.at = heard };
    struct team_state state;
    struct fault fault = { 0 };
    struct done done;

    arena_reset(&p->arena);
    ask.taken.count = send_all(engine, server, sent);
    assert_int_equal(team_state(p->w.txn, &p->arena, &state), ERR_OK);
    ask.after = state.position;
    ask.position = server->last;
    for (uint64_t at = state.position + 1; at <= server->last; at++)
        for (uint32_t i = 0; i < server->count; i++)
            if (server->positions[i] == at)
                heard[ask.heard.count++] = server->said[i];
    if (team_change(p, &ask, &done, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
}

/* ---- what persons do ---- */

static enum err put_kit(struct engine *engine, struct id kit, const char *body)
{
    struct action action = { .has_element = true,
                             .element = { .id = kit, .project = elements_global_kits, .kind = kit_kind } };
    const struct persist_apply ask = { .actions = { 1, &action } };
    struct applied applied;

    action.element.has_body = body != NULL;
    action.element.body = text_of(body);
    arena_reset(&engine->w->p.arena);
    return apply_all(&engine->w->p, &ask, &applied, NULL);
}

/* The number that a kit has as its author. */
static int value_of_part(struct arena *arena, const struct element *part)
{
    struct tree body;

    assert_int_equal(tree_read(part->body, arena, &body, NULL), ERR_OK);
    const struct text author = tree_text(&body, "author");
    return author.len ? atoi(arena_text(arena, author).at) : NO_VALUE;
}

static int value_at(struct engine *engine, struct id kit)
{
    struct persist *p = &engine->w->p;
    struct element part;

    arena_reset(&p->arena);
    if (elements_get(p->w.txn, &p->arena, kit_kind, elements_global_kits, kit, &part) != ERR_OK)
        return NO_VALUE;
    return value_of_part(&p->arena, &part);
}

static void change_kit(struct team_run *run, struct engine *engine)
{
    const int which = rand() % KITS, was = value_at(engine, run->kits[which]), now = run->values++;
    const bool removes = was != NO_VALUE && rand() % 5 == 0;
    char body[200];

    snprintf(body, sizeof(body), "{\"author\":\"%d\",\"family\":\"drum\",\"name\":\"kit %d\",\"slots\":[],\"tags\":[]}",
             now, which);
    assert_true(now < VALUES_MOST);
    assert_int_equal(put_kit(engine, run->kits[which], removes ? NULL : body), ERR_OK);
    run->was_made[now] = !removes;
    if (was != NO_VALUE)
        run->was_replaced[was] = true;
}

/* ---- what all have in the end ---- */

struct held {
    struct arena *arena;
    struct text all; /* the kits: id and author */
    int times[VALUES_MOST];
};

static bool see_part(void *state, const struct element *part)
{
    struct held *held = state;
    const int value = value_of_part(held->arena, part);
    char id[ID_TEXT_SIZE];

    held->all = arena_printf(held->arena, "%.*s%s %d\n", TEXT_ARG(held->all), id_write(part->id, id), value);
    held->times[value]++;
    return true;
}

static void check_run(struct team_run *run)
{
    static struct held held[ENGINES];
    struct arena arena = { 0 };

    for (int round = 0; round < 4; round++)
        for (int i = 0; i < ENGINES; i++)
            exchange_all(&run->engines[i], &run->server);
    for (int i = 0; i < ENGINES; i++) {
        struct persist *p = &run->engines[i].w->p;
        held[i] = (struct held){ .arena = &arena };
        arena_reset(&p->arena);
        assert_int_equal(txn_count(p->w.txn, DB_TEAM_OUT), 0);
        assert_int_equal(elements_each_part(p->w.txn, &arena, elements_global_kits, see_part, &held[i]), ERR_OK);
        if (!text_equal(held[i].all, held[0].all))
            fail_msg("a has\n%.*sand %s\n%.*s", TEXT_ARG(held[0].all), run->engines[i].name, TEXT_ARG(held[i].all));
    }
    for (int value = 0; value < run->values; value++)
        if (run->was_made[value] && !run->was_replaced[value] && held[0].times[value] != 1)
            fail_msg("change %d is there %d times", value, held[0].times[value]);
    arena_free(&arena);
    for (int i = 0; i < ENGINES; i++)
        writer_check(run->engines[i].w);
}

CLAIM_WITH(engines_that_change_the_same_kits_have_the_same_and_lose_no_change, begin_run, end_run)
{
    struct team_run *run = *state;

    for (int i = 0; i < RUNS; i++) {
        srand((unsigned)i + 1);
        for (int step = 0; step < STEPS; step++) {
            struct engine *engine = &run->engines[rand() % ENGINES];
            if (rand() % 3)
                change_kit(run, engine);
            else
                exchange_all(engine, &run->server);
        }
        check_run(run);
    }
}

static void make_here_and_there(struct team_run *run)
{
    exchange_all(&run->engines[0], &run->server); /* it has heard all, so that a kit is said at once */
    assert_int_equal(put_kit(&run->engines[0], run->kits[0],
                             "{\"author\":\"0\",\"family\":\"drum\",\"name\":\"Dusty\"}"),
                     ERR_OK);
    exchange_all(&run->engines[0], &run->server);
    exchange_all(&run->engines[1], &run->server);
    assert_int_equal(value_at(&run->engines[1], run->kits[0]), 0);
}

CLAIM_WITH(undo_skips_a_kit_that_another_member_changed_since, begin_run, end_run)
{
    struct team_run *run = *state;
    struct persist *p = &run->engines[0].w->p;
    struct taken_back taken;
    bool is_cut;

    make_here_and_there(run);
    assert_int_equal(put_kit(&run->engines[0], run->kits[0],
                             "{\"author\":\"1\",\"family\":\"drum\",\"name\":\"Dusty\"}"),
                     ERR_OK);
    assert_int_equal(undo_take(p, (struct id){ 0 }, true, &is_cut, &taken, NULL), ERR_OK);
    assert_int_equal(taken.items, 1);
    assert_int_equal(value_at(&run->engines[0], run->kits[0]), 0);
    assert_int_equal(undo_take(p, (struct id){ 0 }, false, &is_cut, &taken, NULL), ERR_OK);
    assert_int_equal(value_at(&run->engines[0], run->kits[0]), 1);
    exchange_all(&run->engines[0], &run->server);
    exchange_all(&run->engines[1], &run->server);
    assert_int_equal(put_kit(&run->engines[1], run->kits[0],
                             "{\"author\":\"2\",\"family\":\"drum\",\"name\":\"Dusty\"}"),
                     ERR_OK);
    exchange_all(&run->engines[1], &run->server);
    exchange_all(&run->engines[0], &run->server);
    assert_int_equal(undo_take(p, (struct id){ 0 }, true, &is_cut, &taken, NULL), ERR_OK);
    assert_int_equal(taken.items, 0);
    assert_int_equal(taken.changed, 1);
    assert_int_equal(value_at(&run->engines[0], run->kits[0]), 2);
}

CLAIM_WITH(an_unchanged_kit_is_said_once, begin_run, end_run)
{
    struct team_run *run = *state;

    make_here_and_there(run);
    assert_int_equal(run->server.last, 1);
    assert_int_equal(put_kit(&run->engines[0], run->kits[0],
                             "{\"author\":\"0\",\"family\":\"drum\",\"later\":1,\"name\":\"Dusty\"}"),
                     ERR_OK);
    for (int i = 0; i < ENGINES; i++) {
        struct persist *p = &run->engines[i].w->p;
        const struct persist_team ask = { .kits = { KITS, run->kits } };
        struct done done;
        exchange_all(&run->engines[i], &run->server);
        assert_int_equal(team_change(p, &ask, &done, NULL), ERR_OK);
    }
    for (int i = 0; i < ENGINES; i++)
        exchange_all(&run->engines[i], &run->server);
    assert_int_equal(run->server.last, 1);
}
