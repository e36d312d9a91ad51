#include "services/project/loop/loop_find.h"

#include <math.h>
#include <string.h>

#include "services/project/parts/action.h"
#include "services/project/parts/uses.h"

/* ---- loops ---- */

struct loop_gathering {
    struct arena *arena;
    struct loop *to;
    struct element *rows;
};

/* Of two loops of one key, which only another program makes, the first counts. */
static bool gather_loop(void *state, const struct element *part)
{
    struct loop_gathering *g = state;
    struct loop loop;
    uint32_t number;

    if (part->kind.value != ELEMENT_KIND_LOOP || !loop_body_read(part, g->arena, &loop))
        return true;
    number = loop_number(loop.fkey);
    if (g->to[number].fkey)
        return true;
    g->to[number] = loop;
    if (g->rows)
        g->rows[number] = *part;
    return true;
}

enum err loop_find_all(struct txn *txn, struct arena *arena, struct id project, struct loop *to, struct element *rows)
{
    struct loop_gathering gathering = { arena, to, rows };

    memset(to, 0, LOOP_KEYS * sizeof(*to));
    return elements_each_part(txn, arena, project, gather_loop, &gathering);
}

static struct id id_for(const char *what, struct id project, uint64_t fkey)
{
    uint8_t bytes[64] = { 0 };

    memcpy(bytes, what, strnlen(what, 32));
    memcpy(bytes + 32, project.b, sizeof(project.b));
    bytes[48] = (uint8_t)loop_number(fkey);
    return id_of_bytes(bytes, sizeof(bytes));
}

struct id loop_part_id(struct id project, uint64_t fkey)
{
    return id_for("loop", project, fkey);
}

/* ---- notes ---- */

static struct action put_note(struct arena *arena, struct id project, struct id id, const struct tree *body)
{
    struct action action = action_put(ELEMENT_KIND_WORKSPACE, project, id, tree_canonical(body, arena), 0);

    action.element.has_expect = false;
    return action_without_step(action);
}

static enum err read_note(struct txn *txn, struct arena *arena, struct id project, struct id id, struct tree *body)
{
    struct element row;
    enum err e = elements_get(txn, arena, parts_kind(ELEMENT_KIND_WORKSPACE), project, id, &row);

    return e == ERR_OK ? tree_read(row.body, arena, body, NULL) : e;
}

static uint64_t read_count(const struct tree *body, const char *name)
{
    const double value = tree_real(body, name, 0);

    return value >= 0 && value < 1e15 ? (uint64_t)value : 0;
}

enum err loop_find_capture(struct txn *txn, struct arena *arena, struct id project, uint64_t fkey,
                           struct loop_capture *to)
{
    struct tree body;
    enum err e = read_note(txn, arena, project, id_for("capture", project, fkey), &body);

    if (e != ERR_OK)
        return e;
    *to = (struct loop_capture){ .fkey = fkey,
                                 .mark = { .voice = read_count(&body, "voice") % 32,
                                           .generation = read_count(&body, "generation"),
                                           .rate = read_count(&body, "rate"),
                                           .frames = (int64_t)tree_real(&body, "frames", -1),
                                           .position = (int64_t)read_count(&body, "position"),
                                           .gain = fmin(8, fabs(tree_real(&body, "gain", 1))),
                                           .has_loop_from = tree_get(&body, "loop_end") != NULL,
                                           .has_loop_end = tree_get(&body, "loop_end") != NULL,
                                           .loop_from = (int64_t)read_count(&body, "loop_from"),
                                           .loop_end = (int64_t)read_count(&body, "loop_end"),
                                           .line = { .frame = (int64_t)read_count(&body, "frame"),
                                                     .now = (int64_t)read_count(&body, "now"),
                                                     .rate = read_count(&body, "clock"),
                                                     .has_place = tree_get(&body, "place") != NULL,
                                                     .place = tree_real(&body, "place", 0),
                                                     .bpm = tree_real(&body, "bpm", 0) } } };
    return tree_id(&body, "item", &to->mark.id) && to->mark.rate && to->mark.line.rate ? ERR_OK : ERR_NOT_FOUND;
}

struct action loop_capture_put(struct arena *arena, struct id project, const struct loop_capture *capture)
{
    const struct loop_mark *mark = &capture->mark;
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, arena, "item", tree_of_id(mark->id, arena));
    tree_set(&body, arena, "voice", tree_of_whole((int64_t)mark->voice));
    tree_set(&body, arena, "generation", tree_of_whole((int64_t)mark->generation));
    tree_set(&body, arena, "rate", tree_of_whole((int64_t)mark->rate));
    tree_set(&body, arena, "frames", tree_of_whole(mark->frames));
    tree_set(&body, arena, "position", tree_of_whole(mark->position));
    tree_set(&body, arena, "frame", tree_of_whole(mark->line.frame));
    tree_set(&body, arena, "now", tree_of_whole(mark->line.now));
    tree_set(&body, arena, "clock", tree_of_whole((int64_t)mark->line.rate));
    tree_set(&body, arena, "bpm", tree_of_real(mark->line.bpm));
    tree_set(&body, arena, "gain", tree_of_real(mark->gain));
    if (mark->has_loop_end) {
        tree_set(&body, arena, "loop_from", tree_of_whole(mark->loop_from));
        tree_set(&body, arena, "loop_end", tree_of_whole(mark->loop_end));
    }
    if (mark->line.has_place)
        tree_set(&body, arena, "place", tree_of_real(mark->line.place));
    return put_note(arena, project, id_for("capture", project, capture->fkey), &body);
}

struct action loop_capture_remove(struct id project, uint64_t fkey)
{
    struct action action =
        action_put(ELEMENT_KIND_WORKSPACE, project, id_for("capture", project, fkey), (struct text){ 0 }, 0);

    action.element.has_body = action.element.has_expect = false;
    return action_without_step(action);
}

enum err loop_find_before(struct txn *txn, struct arena *arena, struct id project, uint64_t fkey, struct text *body)
{
    struct tree note;
    enum err e = read_note(txn, arena, project, id_for("before", project, fkey), &note);

    *body = e == ERR_OK ? tree_text(&note, "body") : (struct text){ 0 };
    return e;
}

struct action loop_before_put(struct arena *arena, struct id project, uint64_t fkey, struct text body)
{
    struct tree note = { .type = TREE_OBJECT };

    tree_set(&note, arena, "body", tree_of_text(body));
    return put_note(arena, project, id_for("before", project, fkey), &note);
}

/* ---- states ---- */

enum {
    NAME_SHOWN = 80 /* bytes: two of them and the rest fit into a fault and a placeholder */,
    RATE_LEAST = 1000 /* of a sound */
};

/* Its frames cannot be found in a sound of which the catalogue does not know the rate, unless they are of that rate. */
static const char *find_undecoded(const struct loop *loop, const struct media *media)
{
    if (media->sample_rate > 0 || loop->music_context.rate >= RATE_LEAST)
        return NULL;
    if (media->analysis.value == ANALYSIS_STATE_NONE)
        return "has no sound that can be read";
    return media->analysis.value == ANALYSIS_STATE_WAITING ? "is not analysed yet" : "cannot be read";
}

struct text loop_find_placeholder(struct txn *txn, struct arena *arena, const struct loop *loop)
{
    struct item_use use = { .id = loop->music_context.source_video_id };
    char id[ID_TEXT_SIZE], shown[NAME_SHOWN], failure[NAME_SHOWN];
    struct media media = { 0 };
    struct text name = text_of(id_write(use.id, id));
    const char *why;

    if (!loop->has_music_context)
        return TEXT("");
    uses_resolve_in(txn, arena, loop->project, &use);
    const bool is_known = catalogue_media(txn, arena, use.resolved, &media) == ERR_OK;
    if (is_known && media.name.len)
        name = media.name;
    why = use.state == USE_OFFLINE ? "is offline"
          : use.state != USE_HERE  ? "is missing"
          : is_known               ? find_undecoded(loop, &media)
                                   : NULL;
    if (!why)
        return TEXT("");
    if (use.state != USE_HERE)
        media.failure.len = 0;
    return arena_printf(arena, "%.*s %s%s%.*s", (int)text_repair(shown, sizeof(shown), name), shown, why,
                        media.failure.len ? ": " : "", (int)text_repair(failure, sizeof(failure), media.failure),
                        failure);
}
