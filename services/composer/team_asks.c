#include "services/composer/team_asks.h"

#include "proto/wire/codec_copy.h"
#include "services/composer/reading.h"
#include "services/composer/team.h"
#include "store/catalogue.h"
#include "store/kit/kit_text.h"
#include "store/team/team_known.h"

enum { LINES_MOST = 100 };
static const usec_t reading_us = 20000; /* for one answer */

enum err team_asks_show(struct composer *c, struct call *call, const struct composer_team *ask,
                        struct team_shown *answer)
{
    (void)ask;
    return team_show(c, call_arena(call), answer, call_fault(call));
}

static enum err check_name(struct text name, const char *what, struct fault *fault)
{
    if (name.len && text_is_plain(name))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "the name of the %s is empty, or has control characters", what);
}

enum err team_asks_create(struct composer *c, struct call *call, const struct composer_team_create *ask,
                          struct team_shown *answer)
{
    const struct to_team to = {
        .what = TEXT("create"), .has_name = true, .name = ask->name, .has_team = true, .team = ask->team
    };
    enum err e = check_name(ask->team, "team", call_fault(call));

    (void)answer;
    if (e == ERR_OK)
        e = check_name(ask->name, "engine", call_fault(call));
    return e == ERR_OK ? team_command(c, call, &to) : e;
}

enum err team_asks_code(struct composer *c, struct call *call, const struct composer_team_code *ask,
                        struct team_shown *answer)
{
    const struct to_team to = { .what = TEXT("code"),
                                .has_hours = true,
                                .hours = ask->hours,
                                .has_uses = true,
                                .uses = ask->uses,
                                .has_revoke = true,
                                .revoke = ask->revoke };

    (void)answer;
    return team_command(c, call, &to);
}

enum err team_asks_join(struct composer *c, struct call *call, const struct composer_team_join *ask,
                        struct team_shown *answer)
{
    const struct to_team to = { .what = ask->has_code ? TEXT("join") : TEXT("show"),
                                .has_name = true,
                                .name = ask->name,
                                .has_code = ask->has_code,
                                .code = ask->code };
    enum err e = check_name(ask->name, "engine", call_fault(call));

    (void)answer;
    return e == ERR_OK ? team_command(c, call, &to) : e;
}

enum err team_asks_leave(struct composer *c, struct call *call, const struct composer_team_leave *ask,
                         struct team_shown *answer)
{
    const struct to_team to = { .what = TEXT("leave"), .has_forget = true, .forget = ask->forget };

    (void)answer;
    return team_command(c, call, &to);
}

/* ---- what was said ---- */

/* Of a kit without what the member knew. */
static struct text said_value(const struct team_said *said)
{
    struct team_known unused;
    struct text text;
    struct id kit;

    return team_kit_of(said->field, &kit) && team_known_split(said->value, &unused, &text) ? text : said->value;
}

static bool are_different(const struct team_row *row)
{
    for (uint32_t i = 1; i < row->each.count; i++)
        if (!text_equal(said_value(&row->each.at[i]), said_value(&row->each.at[0])))
            return true;
    return false;
}

/* Statements about a kit are shown by its name and the number of its slots; of equal ones only the one that holds. */
static void describe_kits(struct arena *arena, struct team_said_list *each)
{
    const struct text holds = said_value(&each->at[0]);
    struct arena reading = { 0 };
    uint32_t count = 0;
    struct id kit;

    if (!team_kit_of(each->at[0].field, &kit))
        return;
    for (uint32_t i = 0; i < each->count; i++) {
        const struct text text = said_value(&each->at[i]);
        if (i > 0 && text_equal(text, holds))
            continue;
        each->at[count] = each->at[i];
        each->at[count++].value = arena_text(arena, kit_text_words(&reading, text));
        arena_reset(&reading);
    }
    each->count = count;
    arena_free(&reading);
}

static enum err add_said_line(struct txn *txn, struct arena *arena, const struct walk *walk, const struct team_row *row,
                              struct said_lines *to)
{
    struct said_line line = { .key = walk->key, .each = row->each };
    struct media media = { 0 };

    if (row->each.at[0].content.len)
        (void)catalogue_first_with_content(txn, row->each.at[0].content, &line.item);
    line.has_item = !id_is_zero(line.item) && catalogue_media(txn, arena, line.item, &media) == ERR_OK;
    line.name = line.has_item ? media.name : TEXT("");
    describe_kits(arena, &line.each);
    return codec_copy(&said_line_shape, &line, arena, &to->each.at[to->each.count++]);
}

static enum err read_lines(struct txn *txn, struct arena *arena, const struct composer_team_said *ask,
                           struct said_lines *to)
{
    const usec_t until = clock_steady() + reading_us;
    const struct bytes none = { 0, NULL };
    struct key from = { 0 };
    struct walk walk;
    enum err e;

    key_add(&from, ask->after.at, ask->has_after ? ask->after.len : 0);
    if (ask->has_after)
        key_add(&from, "", 1); /* the key after it */
    to->each = (struct said_line_list){ 0, arena_array(arena, LINES_MOST, sizeof(*to->each.at)) };
    e = to->each.at ? walk_begin(txn, DB_TEAM, key_bytes(&from), none, &walk) : ERR_FULL;
    if (e != ERR_OK)
        return e;
    while (e == ERR_OK && !to->has_next && walk_next(&walk)) {
        struct team_row row = { 0 };
        bool is_whole = row_decode(txn, arena, walk.value, &team_row_shape, &row) == ERR_OK && row.each.count;
        if (is_whole && (!ask->conflicts || are_different(&row)))
            e = add_said_line(txn, arena, &walk, &row, to);
        to->has_next = to->each.count == LINES_MOST || clock_steady() >= until;
        if (to->has_next)
            to->next = arena_bytes(arena, walk.key);
    }
    walk_end(&walk);
    return e;
}

enum err team_asks_said(struct composer *c, struct call *call, const struct composer_team_said *ask,
                        struct said_lines *answer)
{
    struct txn *txn;
    enum err e = reading_begin(c, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = read_lines(txn, call_arena(call), ask, answer);
    txn_end(txn);
    return e == ERR_OK ? e : fault_set(call_fault(call), e, "what the team says cannot be read");
}
