#include "services/project/loop/loop_parts.h"

#include <math.h>
#include <string.h>

#include "services/project/loop/loop_actions.h"

enum { CUTS_MOST = 128, HITS_MOST = 128 };

/* ---- actions become parts ---- */

struct cutting {
    struct loop_cut *cuts;
    struct loop_hit *hits;
    uint32_t cut_count, hit_count;
    bool is_full, sounds;
    int64_t position, since; /* the frame of the file that is heard at a frame of the turn */
    int64_t end;             /* of the file: the sound of a context ends there */
    double gain;
};

/* A part begins at a frame of the turn; of several at one frame the last counts. */
static void add_cut(struct cutting *c, int64_t at)
{
    const struct loop_cut cut = {
        .at = at, .has_from = c->sounds, .from = c->position + at - c->since, .gain = c->sounds ? c->gain : 1
    };

    if (c->cut_count > 0 && c->cuts[c->cut_count - 1].at >= at)
        c->cut_count--;
    if (c->cut_count == CUTS_MOST)
        c->is_full = true;
    else
        c->cuts[c->cut_count++] = cut;
}

static void add_hit(struct cutting *c, const struct loop_action *action)
{
    if (c->hit_count == HITS_MOST)
        c->is_full = true;
    else
        c->hits[c->hit_count++] = (struct loop_hit){ .at = (double)action->at / 1e9,
                                                     .pad = (uint64_t)action->pad,
                                                     .has_velocity = action->verb == LOOP_VERB_HIT,
                                                     .velocity = fmax(0, fmin(1, action->value)),
                                                     .has_key = action->has_key,
                                                     .key = (uint64_t)action->key };
}

static void move_to(struct cutting *c, int64_t at, int64_t position)
{
    c->position = position;
    c->since = at;
}

/* A play of another item than that of the loop is silent. `ratio`: frames of the file for one of the context. */
static void do_action(struct cutting *c, const struct loop *loop, const struct loop_action *action, int64_t at,
                      double ratio)
{
    const bool sounded = c->sounds;

    switch (action->verb) {
    case LOOP_VERB_PLAY:
        c->sounds = id_equal(action->item, loop->music_context.source_video_id);
        move_to(c, at, llround((double)action->frame * ratio));
        break;
    case LOOP_VERB_SEEK:
        move_to(c, at, llround((double)action->frame * ratio));
        break;
    case LOOP_VERB_VOLUME:
        c->gain = fmax(0, fmin(8, action->value));
        break;
    case LOOP_VERB_PAUSE:
    case LOOP_VERB_STOP:
        c->sounds = false;
        break;
    case LOOP_VERB_HIT:
    case LOOP_VERB_RELEASE:
        add_hit(c, action);
        return;
    case LOOP_VERB_UNKNOWN:
        return;
    }
    if (sounded || c->sounds)
        add_cut(c, at);
}

/* Silence follows a part that comes to the end of the context. */
static void end_sound(struct cutting *c, int64_t turn)
{
    for (uint32_t i = 0; i < c->cut_count; i++) {
        const struct loop_cut cut = c->cuts[i];
        const int64_t next = i + 1 < c->cut_count ? c->cuts[i + 1].at : turn, silent = cut.at + c->end - cut.from;
        if (!cut.has_from || cut.from >= c->end || silent >= next)
            continue;
        c->is_full = c->is_full || c->cut_count == CUTS_MOST;
        if (c->is_full)
            return;
        memmove(&c->cuts[i + 2], &c->cuts[i + 1], (c->cut_count++ - i - 1) * sizeof(cut));
        c->cuts[++i] = (struct loop_cut){ .at = silent, .gain = 1 };
    }
}

static bool has_play(const struct loop_action_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i].verb == LOOP_VERB_PLAY)
            return true;
    return false;
}

/* In the order of their times: lines may have any. */
static void sort_actions(struct loop_action_list *list)
{
    for (uint32_t i = 1; i < list->count; i++) {
        const struct loop_action action = list->at[i];
        uint32_t to = i;
        for (; to > 0 && list->at[to - 1].at > action.at; to--)
            list->at[to] = list->at[to - 1];
        list->at[to] = action;
    }
}

static bool is_plain(const struct cutting *c, int64_t start)
{
    return c->hit_count == 0 && c->cut_count == 1 && c->cuts[0].at == 0 && c->cuts[0].has_from &&
           c->cuts[0].from == start && !(fabs(c->cuts[0].gain - 1) > 0);
}

/* Lines that are skipped leave the list, so that sorting is bounded by what a voice plays. */
static bool keep_known(struct loop_action_list *list, double seconds)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++)
        if (list->at[i].verb != LOOP_VERB_UNKNOWN && (double)list->at[i].at / 1e9 < seconds)
            list->at[kept++] = list->at[i];
    list->count = kept;
    return kept <= 2 * (CUTS_MOST + HITS_MOST);
}

static enum err refuse_many(const struct loop *loop, struct fault *fault)
{
    fault_set(fault, ERR_CONFLICT, "loop F%u has more actions than a voice plays: %d of its sound, %d of pads",
              (unsigned)loop_number(loop->fkey) + 1, CUTS_MOST, HITS_MOST);
    return fault_hint(fault, "`loophole loop show F%u` lists them", (unsigned)loop_number(loop->fkey) + 1),
           ERR_CONFLICT;
}

enum err loop_parts_cut(const struct loop *loop, double rate, struct arena *arena, struct loop_start *to,
                        struct fault *fault)
{
    struct loop_action_list list = loop_actions_read(loop->actions, arena);
    const double ratio = rate / loop->music_context.rate;
    const int64_t start = llround((double)loop->music_context.start_frame * ratio);
    const int64_t turn = (int64_t)floor(loop->duration * rate);
    struct cutting c = { .cuts = arena_array(arena, CUTS_MOST, sizeof(*c.cuts)),
                         .hits = arena_array(arena, HITS_MOST, sizeof(*c.hits)),
                         .position = start,
                         .end = llround((double)loop->music_context.end_frame * ratio),
                         .gain = 1 };

    if (!keep_known(&list, loop->duration))
        return refuse_many(loop, fault);
    sort_actions(&list);
    c.sounds = !has_play(&list);
    add_cut(&c, 0);
    for (uint32_t i = 0; i < list.count; i++) {
        const int64_t at = llround((double)list.at[i].at / 1e9 * rate);
        if (at < turn)
            do_action(&c, loop, &list.at[i], at, ratio);
    }
    if (!has_play(&list))
        end_sound(&c, turn);
    if (c.is_full)
        return refuse_many(loop, fault);
    if (is_plain(&c, start))
        return ERR_OK;
    to->cuts = (struct loop_cut_list){ c.cut_count, c.cuts };
    to->hits = (struct loop_hit_list){ c.hit_count, c.hits };
    return ERR_OK;
}

/* ---- what was heard becomes actions ---- */

struct hearing {
    const struct loop_capture *begun;
    struct loop_action_list list;
    uint32_t room;
    bool sounds, has_begun, is_known;
    uint64_t voice;
    struct id item;
    double position; /* the frame of the file … */
    int64_t at;      /* … at this frame of the audio clock */
    int64_t until;   /* the frame of the clock at which the capture ends */
    double gain;
    struct loop_heard_part heard;
};

static void add_action(struct hearing *h, struct loop_action action, int64_t frame)
{
    const struct loop_line *line = &h->begun->mark.line;

    action.at = llround((double)(frame - line->frame) * 1e9 / (double)line->rate);
    if (h->list.count == h->room)
        h->is_known = false;
    else
        h->list.at[h->list.count++] = action;
}

static void add_play(struct hearing *h, int64_t frame)
{
    const struct loop_action action = { .verb = LOOP_VERB_PLAY, .item = h->item, .frame = llround(h->position) };

    if (id_is_zero(h->heard.item)) {
        h->heard.item = h->item;
        h->heard.from = action.frame;
    }
    add_action(h, action, frame);
}

static double frames_until(const struct hearing *h, int64_t frame)
{
    const struct loop_mark *mark = &h->begun->mark;

    return (double)(frame - h->at) * (double)mark->rate / (double)mark->line.rate;
}

/* Goes on to a frame of the clock. Where the voice repeats its file, it continues at the begin of what it repeats: from
 * the end of that too. */
static void hear_until(struct hearing *h, int64_t frame)
{
    const struct loop_mark *mark = &h->begun->mark;
    const bool repeats = mark->has_loop_end && h->voice == mark->voice && id_equal(h->item, mark->id);

    while (h->sounds && h->is_known && repeats && h->position <= (double)mark->loop_end &&
           h->position + frames_until(h, frame) >= (double)mark->loop_end) {
        const double left = (double)mark->loop_end - h->position;
        const int64_t turns = h->at + llround(left * (double)mark->line.rate / (double)mark->rate);
        if (mark->loop_end - mark->loop_from < 256) /* no voice plays that */
            h->is_known = false;
        h->position = (double)mark->loop_from;
        h->at = turns;
        if (h->has_begun && turns < frame)
            add_action(h, (struct loop_action){ .verb = LOOP_VERB_SEEK, .frame = mark->loop_from }, turns);
    }
    if (h->sounds)
        h->position += frames_until(h, frame);
    h->at = frame;
}

static void hear_volume(struct hearing *h, double gain, int64_t frame)
{
    if (h->has_begun && fabs(gain - h->gain) > 0)
        add_action(h, (struct loop_action){ .verb = LOOP_VERB_VOLUME, .value = gain }, frame);
    h->gain = gain;
}

/* A voice begins, or goes on elsewhere in its file after a seek. Another voice counts once the one before is silent. */
static void hear_play(struct hearing *h, const struct loop_act *act)
{
    const bool is_sought = h->sounds && id_equal(h->item, act->id);
    const bool goes_on = is_sought && fabs(h->position - (double)act->position) <= 1;

    if ((h->sounds && act->voice != h->voice) || id_is_zero(act->id) || goes_on)
        return;
    h->sounds = true;
    h->voice = act->voice;
    h->item = act->id;
    h->position = (double)act->position;
    if (h->has_begun && is_sought)
        add_action(h, (struct loop_action){ .verb = LOOP_VERB_SEEK, .frame = act->position }, act->frame);
    else if (h->has_begun)
        add_play(h, act->frame);
    hear_volume(h, act->has_value ? act->value : h->gain, act->frame);
}

/* A file that ends by itself does so at its last frame, and is reported with the period. */
static int64_t frame_of_end(const struct hearing *h, const struct loop_act *act)
{
    const struct loop_mark *mark = &h->begun->mark;
    const double left = ((double)act->position - h->position) * (double)mark->line.rate / (double)mark->rate;

    return act->has_position && fabs(left) < (double)mark->line.rate ? act->frame + llround(left) : act->frame;
}

static void hear_stop(struct hearing *h, const struct loop_act *act)
{
    const int64_t end = frame_of_end(h, act);

    h->sounds = false;
    if (h->has_begun && end > h->begun->mark.line.frame && end < h->until)
        add_action(h, (struct loop_action){ .verb = LOOP_VERB_STOP }, end);
}

static void hear_act(struct hearing *h, const struct loop_act *act)
{
    const bool is_voice = act->has_voice && act->voice == h->voice;

    hear_until(h, act->frame);
    if (act->deed.value == LOOP_DEED_PLAY) {
        hear_play(h, act);
    } else if (act->deed.value == LOOP_DEED_VOLUME && is_voice) {
        hear_volume(h, act->value, act->frame);
    } else if (act->deed.value == LOOP_DEED_STOP && is_voice && h->sounds) {
        hear_stop(h, act);
    } else if (act->deed.value == LOOP_DEED_PAUSE && is_voice && h->sounds) {
        h->sounds = false;
        if (h->has_begun)
            add_action(h, (struct loop_action){ .verb = LOOP_VERB_PAUSE }, act->frame);
    } else if (act->has_pad && h->has_begun) {
        const bool hits = act->deed.value == LOOP_DEED_HIT;
        add_action(h,
                   (struct loop_action){ .verb = hits ? LOOP_VERB_HIT : LOOP_VERB_RELEASE,
                                         .pad = (int64_t)act->pad,
                                         .has_key = act->has_key,
                                         .key = (int64_t)act->key,
                                         .value = act->value },
                   act->frame);
    }
}

static bool is_released(const struct hearing *h, uint32_t hit)
{
    for (uint32_t i = hit + 1; i < h->list.count; i++)
        if (h->list.at[i].verb == LOOP_VERB_RELEASE && h->list.at[i].pad == h->list.at[hit].pad &&
            h->list.at[i].has_key && h->list.at[i].key == h->list.at[hit].key)
            return true;
    return false;
}

/* Keys that are down at the end are released there, because each turn begins without them. */
static void release_keys(struct hearing *h)
{
    for (uint32_t i = 0; i < h->list.count; i++) {
        struct loop_action action = h->list.at[i];
        action.verb = LOOP_VERB_RELEASE;
        if (h->list.at[i].verb == LOOP_VERB_HIT && action.has_key && !is_released(h, i))
            add_action(h, action, h->until - 1);
    }
}

/* The capture begins: what sounds now is its first action. */
static void hear_begin(struct hearing *h)
{
    const int64_t frame = h->begun->mark.line.frame;
    const double gain = h->gain;

    hear_until(h, frame);
    h->has_begun = true;
    h->gain = 1;
    if (h->sounds)
        add_play(h, frame);
    else
        add_action(h, (struct loop_action){ .verb = LOOP_VERB_STOP }, frame);
    hear_volume(h, gain, frame);
}

static void sort_acts(struct loop_act_list *acts)
{
    for (uint32_t i = 1; i < acts->count; i++) {
        const struct loop_act act = acts->at[i];
        uint32_t to = i;
        for (; to > 0 && acts->at[to - 1].frame > act.frame; to--)
            acts->at[to] = acts->at[to - 1];
        acts->at[to] = act;
    }
}

/* The end of a file counts in the period of the press too: it came before its report. */
static bool is_before(const struct loop_act *act, int64_t until)
{
    return act->frame < until || (act->frame == until && act->deed.value == LOOP_DEED_STOP && act->has_position);
}

bool loop_parts_hear(const struct loop_capture *begun, const struct loop_mark *to, struct arena *arena,
                     struct loop_heard_part *heard)
{
    const struct loop_mark *from = &begun->mark;
    struct loop_act_list acts = to->acts;
    struct hearing h = { .begun = begun,
                         .room = CUTS_MOST + HITS_MOST,
                         .sounds = true,
                         .is_known = !to->lost,
                         .voice = from->voice,
                         .item = from->id,
                         .position = (double)from->position,
                         .at = from->line.frame,
                         .until = to->line.frame,
                         .gain = from->gain };

    h.list.at = arena_array(arena, h.room, sizeof(*h.list.at));
    sort_acts(&acts);
    for (uint32_t i = 0; i < acts.count; i++) {
        if (!is_before(&acts.at[i], h.until))
            continue;
        if (!h.has_begun && acts.at[i].frame >= from->line.frame + !acts.at[i].has_pad) /* the mark has the voice */
            hear_begin(&h);
        hear_act(&h, &acts.at[i]);
    }
    if (!h.has_begun)
        hear_begin(&h);
    hear_until(&h, to->line.frame);
    if (h.sounds && !to->silent && to->voice == h.voice && !id_equal(to->id, h.item))
        h.is_known = false; /* a queued file */
    release_keys(&h);
    *heard = h.heard;
    if (id_is_zero(heard->item)) {
        heard->item = from->id;
        heard->from = from->position;
    }
    heard->actions = loop_actions_write(&h.list, arena);
    return h.is_known && (h.list.count > 1 || !id_is_zero(h.heard.item));
}
