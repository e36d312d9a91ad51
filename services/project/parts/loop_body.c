#include "services/project/parts/loop_body.h"

#include "proto/wire/quoted_json.h"

enum { ACTIONS_MOST = 65536 };

static const double frames_most = 1099511627776.0, rate_most = 1e6, duration_most = 1e6;

/* ---- reading ---- */

static bool is_between(double value, double least, double most)
{
    return value >= least && value <= most;
}

static double limit_number(const struct tree *body, const char *name, double most, double fallback)
{
    const double value = tree_real(body, name, fallback);

    return is_between(value, 0, most) ? value : fallback;
}

static bool is_context(const struct tree *context)
{
    const double start = tree_real(context, "start_frame", -1), end = tree_real(context, "end_frame", -1);
    struct id id;

    return tree_id(context, "source_video_id", &id) && is_between(start, 0, frames_most) &&
           is_between(end, start + 1, frames_most) && is_between(tree_real(context, "rate", 0), 1, rate_most);
}

static void read_context(const struct tree *body, struct arena *arena, struct loop *to)
{
    const struct tree *value = tree_get(body, "music_context");
    struct tree room;
    const struct tree *context = value && quoted_json_object(value, arena, &room) ? &room : NULL;

    to->has_music_context = context && is_context(context);
    if (!to->has_music_context)
        return;
    (void)tree_id(context, "source_video_id", &to->music_context.source_video_id);
    to->music_context.start_frame = (int64_t)tree_real(context, "start_frame", 0);
    to->music_context.end_frame = (int64_t)tree_real(context, "end_frame", 0);
    to->music_context.rate = tree_real(context, "rate", 0);
}

bool loop_body_read(const struct element *part, struct arena *arena, struct loop *to)
{
    struct tree body;
    double fkey;

    *to = (struct loop){ .project = part->project, .state.value = LOOP_STATE_STOPPED };
    if (part->kind.value != ELEMENT_KIND_LOOP || tree_read(part->body, arena, &body, NULL) != ERR_OK)
        return false;
    fkey = tree_real(&body, "fkey", 0);
    if (!is_between(fkey, LOOP_FKEY_FIRST, LOOP_FKEY_LAST))
        return false;
    to->fkey = (uint64_t)fkey;
    to->actions = tree_text(&body, "actions");
    if (to->actions.len > ACTIONS_MOST)
        to->actions.len = 0;
    to->duration = limit_number(&body, "duration", duration_most, 0);
    to->volume = limit_number(&body, "volume", 8, 0.5);
    to->locked = tree_bool(&body, "locked", false);
    read_context(&body, arena, to);
    to->tempo = limit_number(&body, "tempo", 400, 0);
    to->has_tempo = tree_get(&body, "tempo") != NULL;
    to->beats = limit_number(&body, "beats", duration_most, 0);
    to->has_beats = tree_get(&body, "beats") != NULL;
    return true;
}

/* ---- writing ---- */

static struct tree context_tree(const struct loop_context *context, struct arena *arena)
{
    struct tree tree = { .type = TREE_OBJECT };

    tree_set(&tree, arena, "source_video_id", tree_of_id(context->source_video_id, arena));
    tree_set(&tree, arena, "start_frame", tree_of_whole(context->start_frame));
    tree_set(&tree, arena, "end_frame", tree_of_whole(context->end_frame));
    tree_set(&tree, arena, "rate", tree_of_real(context->rate));
    return tree;
}

static void set_optional(struct tree *body, struct arena *arena, const char *name, bool has, double value)
{
    if (has)
        tree_set(body, arena, name, tree_of_real(value));
    else
        tree_remove(body, text_of(name));
}

struct text loop_body_write(const struct loop *loop, struct text was, struct arena *arena)
{
    struct tree body;

    if (tree_read(was, arena, &body, NULL) != ERR_OK)
        body = (struct tree){ .type = TREE_OBJECT };
    tree_set(&body, arena, "fkey", tree_of_whole((int64_t)loop->fkey));
    tree_set(&body, arena, "actions", tree_of_text(loop->actions));
    tree_set(&body, arena, "duration", tree_of_real(loop->duration));
    tree_set(&body, arena, "volume", tree_of_real(loop->volume));
    tree_set(&body, arena, "locked", tree_of_bool(loop->locked));
    tree_set(&body, arena, "music_context",
             loop->has_music_context ? context_tree(&loop->music_context, arena) : (struct tree){ .type = TREE_NULL });
    set_optional(&body, arena, "tempo", loop->has_tempo, loop->tempo);
    set_optional(&body, arena, "beats", loop->has_beats, loop->beats);
    return tree_canonical(&body, arena);
}

/* ---- checking ---- */

static enum err refuse_key(const char *key, const char *wanted, struct fault *fault)
{
    fault_set(fault, ERR_BAD_REQUEST, "%s is missing or wrong: expected %s", key, wanted);
    return fault ? fault_field(fault, key) : ERR_BAD_REQUEST;
}

enum err loop_body_check(const struct tree *body, struct arena *arena, struct fault *fault)
{
    struct tree room;
    const struct tree *actions = tree_get(body, "actions"), *context = tree_get(body, "music_context");

    if (!tree_get(body, "fkey"))
        return refuse_key("fkey", "1073741882 (F1) to 1073741893 (F12)", fault);
    if (actions && (actions->type != TREE_TEXT || actions->text.len > ACTIONS_MOST))
        return refuse_key("actions", "a text of at most 65,536 bytes", fault);
    if (context && context->type != TREE_NULL && !(quoted_json_object(context, arena, &room) && is_context(&room)))
        return refuse_key("music_context",
                          "source_video_id (an id), start_frame, a later end_frame, and rate (frames a second)", fault);
    return ERR_OK;
}
