#include "tests/sim/deed.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"

enum { ITEMS = 512, FOLDERS = 64, FILES = 30, NAMES = 6 };
enum { RIVALS = 40, IN_PARTS = 400, LONG = 100 /* of a thousand */, RELINK_TRIES = 8 };

/* An item as the last answer about it showed it. */
struct known {
    struct id id;
    uint64_t revision;
    struct id folder;
    uint32_t file;
    uint64_t size;
    int64_t mtime;
    bool is_missing;
};

/* Besides the top level, each folder has only one place to which it moves. So a move from one pack into another, whose
 * items change later, is not in these worlds. */
struct known_folder {
    struct id id, parent;
    uint32_t number;
};

static struct {
    struct deed *deeds;
    uint32_t count;
    struct known items[ITEMS];
    struct known_folder folders[FOLDERS];
    struct id volume;
    uint32_t item_count, folder_count;
    int64_t mtime;
    uint64_t step;  /* of the last answer to an apply … */
    bool is_newest; /* … which may still be the newest one */
} all;

void deed_begin(void)
{
    all.count = all.item_count = all.folder_count = 0;
    all.mtime = 0;
    all.step = 0;
    all.is_newest = false;
    all.volume = (struct id){ { 0 } };
    all.deeds = calloc(DEEDS, sizeof(*all.deeds));
    if (!all.deeds)
        sim_fail("no memory");
}

void deed_end(void)
{
    for (uint32_t i = 0; i < all.count; i++)
        buffer_free(&all.deeds[i].answer);
    free(all.deeds);
    all.deeds = NULL;
}

uint32_t deed_count(void)
{
    return all.count;
}

struct deed *deed_at(uint32_t number)
{
    return &all.deeds[number];
}

uint32_t deed_number(const struct deed *deed)
{
    return (uint32_t)(deed - all.deeds);
}

struct id deed_volume(void)
{
    return all.volume;
}

struct deed *deed_of(struct id request)
{
    uint32_t number = (uint32_t)request.b[14] << 8 | request.b[15];

    return number < all.count && id_equal(all.deeds[number].request, request) ? &all.deeds[number] : NULL;
}

static uint64_t digest_of(const struct deed *deed)
{
    struct buffer body = { 0 };
    uint64_t digest;

    deed_encode(deed, &body);
    digest =
        frame_digest(&(struct ask_frame){ .name = text_of(deed_ask(deed)->full_name), .body = buffer_bytes(&body) });
    buffer_free(&body);
    return digest;
}

struct deed *deed_with(struct id request, uint64_t digest)
{
    struct deed *deed = deed_of(request);

    if (deed && deed->rival && digest_of(deed) != digest)
        deed = deed->rival;
    return deed && digest_of(deed) == digest ? deed : NULL;
}

/* ---- drawing ---- */

static struct known *any_item(void)
{
    return &all.items[sim_random(all.item_count)];
}

static struct id any_folder(void)
{
    return all.folders[sim_random(all.folder_count)].id;
}

static void draw_wish(struct wish *wish)
{
    uint64_t which = sim_random(16);

    wish->has_name = which & 1;
    wish->has_notes = which & 2;
    wish->has_favourite = (which & 12) == 4;
    wish->has_hidden = (which & 12) == 8;
    wish->favourite = sim_chance(500);
    wish->hidden = sim_chance(500);
    wish->has_forgotten = sim_chance(150);
    wish->forgotten = sim_chance(600);
    deed_word("n%u", (uint32_t)sim_random(NAMES), wish->name);
    if (sim_chance(800))
        deed_word("w%u", (uint32_t)sim_random(NAMES), wish->notes);
    if (sim_chance(500))
        wish->add = (uint32_t)sim_random(1 << TAGS) & (uint32_t)sim_random(1 << TAGS);
    if (sim_chance(300))
        wish->remove = (uint32_t)sim_random(1 << TAGS) & (uint32_t)sim_random(1 << TAGS);
}

/* Mostly an analysis of the known file, otherwise of one that has changed since. */
static void draw_heard(struct op *op, const struct known *item)
{
    bool is_there = sim_chance(850);

    op->size = is_there ? item->size : 1;
    op->mtime = is_there ? item->mtime : 1;
    op->content = 1 + (uint32_t)sim_random(CONTENTS);
    op->analyser = 1 + sim_random(2);
    op->brings = (enum brings)sim_random(BRINGS_KINDS);
}

/* Mostly the pack of the place, as far as a client knows. */
static void draw_pack(struct op *op)
{
    uint32_t number = (uint32_t)sim_random(MOUNT);
    struct id id = op->folder;

    for (uint32_t i = 0; i < all.folder_count && sim_chance(900); i++) {
        const struct known_folder *folder = &all.folders[all.folder_count - 1 - i];
        if (!id_equal(folder->id, id))
            continue;
        number = folder->number;
        id = folder->parent;
        if (sim_chance(400))
            break;
    }
    if (sim_chance(150))
        deed_word(PACK_OF_LIBRARY, 0, op->pack);
    else
        deed_folder(number, op->pack);
}

/* Half of the presences name the place where the item was, as far as a client knows. Only edits use their wish. */
static void name_place(struct op *op, const struct known *item)
{
    op->has_place = op->kind == OP_PRESENCE && op->wish.has_name;
    if (op->has_place) {
        op->folder = item->folder;
        op->file = item->file;
    }
}

static void draw_op(struct op *op, bool edits_only)
{
    struct known *item = all.item_count ? any_item() : NULL;

    op->kind = edits_only ? OP_EDIT : item ? (enum op_kind)sim_random(OP_BATCH_KINDS) : OP_PLACE;
    op->item = item ? item->id : (struct id){ { 9 } };
    op->folder = any_folder();
    op->file = (uint32_t)sim_random(FILES);
    draw_pack(op);
    op->size = 100 + op->file;
    op->mtime = sim_chance(700) ? ++all.mtime : 1 + (int64_t)sim_random(3);
    op->availability = sim_chance(700) ? ITEM_STATE_LOCAL : ITEM_STATE_MISSING;
    if (op->kind == OP_MOVE && sim_chance(500))
        op->file = item->file;
    if (op->kind == OP_HEARD)
        draw_heard(op, item);
    op->has_expect = item && sim_chance(400);
    op->expect = item ? item->revision : 0;
    draw_wish(&op->wish);
    name_place(op, item);
}

/* Mostly a missing item and one that is there. */
static void draw_relink(struct op *op)
{
    const struct known *item = any_item(), *with = any_item();

    for (int i = 0; i < RELINK_TRIES && !item->is_missing; i++)
        item = any_item();
    for (int i = 0; i < RELINK_TRIES && with->is_missing; i++)
        with = any_item();
    op->kind = OP_RELINK;
    op->item = item->id;
    op->with = with->id;
}

static enum deed_kind draw_kind(void)
{
    static const struct {
        enum deed_kind kind;
        uint32_t weight;
    } weights[] = {
        { DEED_EDIT, 28 },       { DEED_BATCH, 18 },  { DEED_APPLY, 8 },          { DEED_UNDO, 10 },
        { DEED_REDO, 7 },        { DEED_FORGET, 2 },  { DEED_VOLUME, 1 },         { DEED_FOLDER, 5 },
        { DEED_MOVE_FOLDER, 7 }, { DEED_LIBRARY, 6 }, { DEED_REMOVE_LIBRARY, 2 }, { DEED_FORGET_LIBRARY, 3 },
        { DEED_RECALL, 1 },      { DEED_EMPTY, 2 },
    };
    uint32_t drawn = (uint32_t)sim_random(100), i = 0;

    if (sim.is_once)
        return drawn < 50 ? DEED_TOGGLE : drawn < 75 ? DEED_TAP : DEED_LOCATE;
    if (id_is_zero(all.volume))
        return DEED_VOLUME;
    if (all.folder_count == 0)
        return DEED_FOLDER;
    if (all.item_count == 0)
        return DEED_BATCH;
    if (all.is_newest && sim_chance(700))
        return DEED_APPLY;
    while (drawn >= weights[i].weight)
        drawn -= weights[i++].weight;
    return weights[i].kind;
}

static struct id draw_request(uint32_t number)
{
    struct id id;

    for (int i = 0; i < 14; i++)
        id.b[i] = (uint8_t)sim_random(256);
    id.b[14] = (uint8_t)(number >> 8);
    id.b[15] = (uint8_t)number;
    return id;
}

/* A client that draws bad ids: another body under an id that is already in use. */
static void draw_rival(struct deed *deed)
{
    struct deed *first = &all.deeds[sim_random(all.count)];

    if (!sim_chance(RIVALS) || first == deed || first->rival || digest_of(first) == digest_of(deed))
        return;
    deed->request = first->request;
    deed->rival = first;
    first->rival = deed;
    sim.counts.rivals++;
}

static const struct known_folder *draw_known_folder(const struct deed *deed)
{
    for (uint32_t i = 0; deed->kind == DEED_LIBRARY && sim_chance(300) && i < all.folder_count; i++)
        if (all.folders[i].number == MOUNT)
            return &all.folders[i];
    return all.folder_count ? &all.folders[sim_random(all.folder_count)] : NULL;
}

static void draw_folder(struct deed *deed)
{
    const struct known_folder *folder = draw_known_folder(deed);

    if (!folder)
        return;
    if (deed->kind == DEED_FOLDER) {
        deed->parent = sim_chance(500) ? folder->id : (struct id){ { 0 } };
        deed->number = id_is_zero(deed->parent) && sim_chance(200) ? MOUNT : deed->number;
        return;
    }
    deed->id = folder->id;
    if (deed->kind == DEED_MOVE_FOLDER && sim_chance(500)) {
        deed->parent = folder->parent;
        deed->number = folder->number;
    }
}

static void draw_step(struct deed *deed)
{
    deed->has_step = all.is_newest || sim_chance(200);
    deed->step = sim_chance(50) ? sim_random(10) : all.step;
    all.is_newest = false;
    deed->in_parts = sim_chance(IN_PARTS);
    deed->has_step = deed->has_step && !(deed->in_parts && sim_chance(950));
    for (uint32_t i = 0; deed->in_parts && i < deed->op_count; i++)
        deed->ops[i].has_expect = deed->ops[i].has_expect && sim_chance(100);
}

/* An apply of few actions: one that is refused would refuse all. */
static void draw_relinks(struct deed *deed)
{
    deed->op_count = sim_chance(700) && !deed->in_parts ? 1 : deed->op_count;
    for (uint32_t i = 0; i < deed->op_count; i++)
        if (sim_chance(700))
            draw_relink(&deed->ops[i]);
}

/* Steps that are not known by an answer have numbers near those that are. */
static void draw_way_back(struct deed *deed)
{
    deed->has_step = sim_chance(400);
    deed->step = sim_chance(500) ? all.step : sim_random(all.step + 8);
}

struct deed *deed_draw(void)
{
    struct deed *deed = &all.deeds[all.count];

    if (all.count == DEEDS)
        return NULL;
    deed->request = draw_request(all.count++);
    deed->kind = draw_kind();
    deed->number = (uint32_t)sim_random(5);
    if (deed->kind == DEED_EDIT || deed->kind == DEED_BATCH || deed->kind == DEED_APPLY)
        deed->op_count = deed->kind == DEED_EDIT ? 1 : 1 + (uint32_t)sim_random(sim_chance(LONG) ? OPS : OPS / 2);
    for (uint32_t i = 0; i < deed->op_count; i++)
        draw_op(&deed->ops[i], deed->kind != DEED_BATCH);
    if (deed->kind == DEED_FORGET)
        deed->id = any_item()->id;
    else if (deed->kind >= DEED_FOLDER && deed->kind <= DEED_RECALL)
        draw_folder(deed);
    else if (deed->kind == DEED_APPLY)
        draw_step(deed);
    else if (deed->kind == DEED_UNDO)
        draw_way_back(deed);
    if (deed->kind == DEED_APPLY && sim_chance(400))
        draw_relinks(deed);
    draw_rival(deed);
    return deed;
}

/* ---- facts learned from answers ---- */

static void learn_item(struct id id, uint64_t revision, const struct op *op)
{
    uint32_t i = 0;

    while (i < all.item_count && !id_equal(all.items[i].id, id))
        i++;
    if (i == ITEMS || (i == all.item_count && !op))
        return;
    if (i == all.item_count)
        all.items[all.item_count++] = (struct known){ .id = id };
    all.items[i].revision = revision;
    if (op && (op->kind == OP_PLACE || op->kind == OP_MOVE)) {
        all.items[i].folder = op->folder;
        all.items[i].file = op->file;
    }
    if (op && (op->kind == OP_PLACE || op->kind == OP_PRESENCE))
        all.items[i].is_missing = op->availability == ITEM_STATE_MISSING;
    if (op && op->kind == OP_PLACE) {
        all.items[i].size = op->size;
        all.items[i].mtime = op->mtime;
    }
}

/* A folder made at the top may move below an older one; another one back to where it was made. */
static void learn_folder(const struct deed *deed, struct id id)
{
    struct known_folder *folder = &all.folders[all.folder_count];

    for (uint32_t i = 0; i < all.folder_count; i++)
        if (id_equal(all.folders[i].id, id))
            return;
    if (all.folder_count == FOLDERS)
        return;
    *folder = (struct known_folder){ id, deed->parent, deed->number };
    if (id_is_zero(folder->parent) && all.folder_count > 0)
        folder->parent = any_folder();
    all.folder_count++;
}

static void learn_step(struct bytes answer)
{
    struct arena arena = { 0 };
    struct applied applied = { 0 };

    if (codec_decode(&applied_shape, answer, &arena, &applied, NULL) == ERR_OK && applied.step)
        all.step = applied.step;
    all.is_newest = all.step && all.step == applied.step;
    arena_free(&arena);
}

static void learn_outcomes(const struct deed *deed, struct bytes answer)
{
    struct arena arena = { 0 };
    struct outcomes outcomes = { 0 };

    if (codec_decode(&outcomes_shape, answer, &arena, &outcomes, NULL) != ERR_OK ||
        outcomes.each.count != deed->op_count)
        sim_fail("request %u, a batch of %u, has another kind of answer", deed_number(deed), deed->op_count);
    for (uint32_t i = 0; i < outcomes.each.count; i++)
        if (text_is(outcomes.each.at[i].error, "ok"))
            learn_item(outcomes.each.at[i].id, outcomes.each.at[i].revision, &deed->ops[i]);
    arena_free(&arena);
}

void deed_learn(struct deed *deed, struct bytes answer)
{
    struct arena arena = { 0 };
    struct done done = { 0 };

    deed->acked = sim.is_once || !deed_is_refused_whole(answer);
    if (sim.is_once)
        return;
    if (deed->kind == DEED_BATCH) {
        learn_outcomes(deed, answer);
        return;
    }
    if (deed->kind == DEED_APPLY)
        learn_step(answer);
    if (deed->kind == DEED_APPLY || deed->kind == DEED_EMPTY)
        return;
    if (codec_decode(&done_shape, answer, &arena, &done, NULL) != ERR_OK)
        sim_fail("request %u: the answer does not belong to it", deed_number(deed));
    arena_free(&arena);
    if (deed->kind == DEED_VOLUME)
        all.volume = done.id;
    else if (deed->kind == DEED_FOLDER)
        learn_folder(deed, done.id);
    else if (deed->kind == DEED_EDIT || deed->kind == DEED_UNDO || deed->kind == DEED_REDO)
        learn_item(done.id, done.revision, NULL);
}
