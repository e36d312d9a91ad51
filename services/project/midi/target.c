#include "services/project/midi/target.h"

#include <math.h>
#include <string.h>

#include "proto/wire/json.h"
#include "schema_audio.h"
#include "schema_project.h"
#include "store/pattern/message.h"

enum { BUDGET_MS = 2000, PROJECT_MS = 10000 /* it may load sounds first */ };

struct target_row {
    const char *before, *after; /* of the word in its name; `after` NULL: the name is `before` alone */
    enum midi_target_kind kind;
    const char *ask;
    const struct shape *shape;
    const char *word, *value; /* fields of the ask; NULL: it has none */
    double from, until;
    bool is_gain; /* its value grows with the square of the position, as a fader's does */
    const char *look;
    bool (*read)(const struct midi_target *target, const void *answer, double *to);
    const char *fixed; /* FIELD=VALUE of the ask, or NULL */
};

/* ---- present values ---- */

static const struct mixer_strip *find_strip(const struct midi_target *target, const struct mixer *mixer)
{
    for (uint32_t i = 0; i < mixer->strips.count; i++)
        if (text_is(target->word, choice_word(&channel_table, mixer->strips.at[i].bus.value)))
            return &mixer->strips.at[i];
    return NULL;
}

static bool read_gain(const struct midi_target *target, const void *answer, double *to)
{
    const struct mixer_strip *strip = find_strip(target, answer);

    *to = strip ? strip->gain : 0;
    return strip != NULL;
}

static bool read_pan(const struct midi_target *target, const void *answer, double *to)
{
    const struct mixer_strip *strip = find_strip(target, answer);

    *to = strip ? strip->pan : 0;
    return strip != NULL;
}

static bool read_mute(const struct midi_target *target, const void *answer, double *to)
{
    const struct mixer_strip *strip = find_strip(target, answer);

    *to = strip && strip->mute;
    return strip != NULL;
}

static bool read_solo(const struct midi_target *target, const void *answer, double *to)
{
    const struct mixer_strip *strip = find_strip(target, answer);

    *to = strip && strip->solo;
    return strip != NULL;
}

static const struct row_state *find_row(const struct midi_target *target, const struct pattern_rows *rows)
{
    for (uint32_t i = 0; i < rows->each.count; i++)
        if (text_equal(target->word, rows->each.at[i].name))
            return &rows->each.at[i];
    return NULL;
}

static bool read_row_mute(const struct midi_target *target, const void *answer, double *to)
{
    const struct row_state *row = find_row(target, answer);

    *to = row && row->mute;
    return row != NULL;
}

static bool read_row_solo(const struct midi_target *target, const void *answer, double *to)
{
    const struct row_state *row = find_row(target, answer);

    *to = row && row->solo;
    return row != NULL;
}

static bool read_tempo(const struct midi_target *target, const void *answer, double *to)
{
    (void)target;
    *to = ((const struct transport_state *)answer)->set_bpm; /* bpm is that of the last period */
    return true;
}

static bool read_swing(const struct midi_target *target, const void *answer, double *to)
{
    (void)target;
    *to = ((const struct transport_state *)answer)->set_swing;
    return true;
}

static bool read_running(const struct midi_target *target, const void *answer, double *to)
{
    (void)target;
    *to = ((const struct transport_state *)answer)->running;
    return true;
}

static bool read_metronome(const struct midi_target *target, const void *answer, double *to)
{
    (void)target;
    *to = ((const struct transport_state *)answer)->metronome;
    return true;
}

/* ---- the table ---- */

#define STRIP(after, kind, field, from, until, is_gain, read)                                                          \
    { "mixer/",      after, kind, "audio.set_strip", &audio_set_strip_shape, "strip.bus", field, from, until, is_gain, \
      "audio.mixer", read,  NULL }
#define ROW(after, field, read)                                                                                        \
    { "rows/",      after, MIDI_SWITCH, "audio.set_row", &audio_set_row_shape, "name", field, 0, 1, false,             \
      "audio.rows", read,  NULL }
#define TRANSPORT(name, kind, ask, value, from, until, read)                                                           \
    { "transport/" name, NULL, kind, "audio." #ask, &audio_##ask##_shape, NULL, value, from, until, false,             \
      "audio.transport", read, NULL }
/* A target whose word is a number or a name. */
#define NUMBERED(before, after, ask, shape, word, value, fixed)                                                        \
    { before, after, MIDI_TRIGGER, ask, shape, word, value, 0, 1, false, NULL, NULL, fixed }
/* A target without a word. */
#define TRIGGER(name, ask, shape, fixed) NUMBERED(name, NULL, ask, shape, NULL, NULL, fixed)

/* A slot of the kit takes another sound. */
#define SWAP(to) NUMBERED("kit/swap/", "/" to, "project.swap_kit", &project_swap_kit_shape, "slot", NULL, "to=" to)
#define LOOP(name, key)                                                                                                \
    TRIGGER("loop/capture/" name, "project.loop_capture", &project_loop_capture_shape, "fkey=" key),                   \
        TRIGGER("loop/play/" name, "project.loop_play", &project_loop_play_shape, "fkeys=[" key "]"),                  \
        TRIGGER("loop/stop/" name, "project.loop_stop", &project_loop_stop_shape, "fkeys=[" key "]")
#define REGION(digit, key) TRIGGER("region/play/" digit, "project.region_play", &project_region_play_shape, "key=" key)

static const struct target_row rows[] = {
    REGION("0", "48"),
    REGION("1", "49"),
    REGION("2", "50"),
    REGION("3", "51"),
    REGION("4", "52"),
    REGION("5", "53"),
    REGION("6", "54"),
    REGION("7", "55"),
    REGION("8", "56"),
    REGION("9", "57"),
    LOOP("F1", "1073741882"),
    LOOP("F2", "1073741883"),
    LOOP("F3", "1073741884"),
    LOOP("F4", "1073741885"),
    LOOP("F5", "1073741886"),
    LOOP("F6", "1073741887"),
    LOOP("F7", "1073741888"),
    LOOP("F8", "1073741889"),
    LOOP("F9", "1073741890"),
    LOOP("F10", "1073741891"),
    LOOP("F11", "1073741892"),
    LOOP("F12", "1073741893"),
    TRIGGER("loop/play", "project.loop_play", &project_loop_play_shape, NULL),
    TRIGGER("loop/stop", "project.loop_stop", &project_loop_stop_shape, NULL),
    STRIP("/gain", MIDI_LEVEL, "strip.gain", 0, 1, true, read_gain),
    STRIP("/pan", MIDI_LEVEL, "strip.pan", -1, 1, false, read_pan),
    STRIP("/mute", MIDI_SWITCH, "strip.mute", 0, 1, false, read_mute),
    STRIP("/solo", MIDI_SWITCH, "strip.solo", 0, 1, false, read_solo),
    ROW("/mute", "mute", read_row_mute),
    ROW("/solo", "solo", read_row_solo),
    TRANSPORT("tempo", MIDI_LEVEL, set_tempo, "bpm", 60, 180, read_tempo),
    TRANSPORT("swing", MIDI_LEVEL, set_swing, "swing", 0, 0.75, read_swing),
    TRANSPORT("metronome", MIDI_SWITCH, set_metronome, "on", 0, 1, read_metronome),
    TRANSPORT("start", MIDI_TRIGGER, start, NULL, 0, 1, read_running),
    TRIGGER("transport/stop", "audio.stop", &audio_stop_shape, NULL),
    TRANSPORT("toggle", MIDI_TRIGGER, toggle, NULL, 0, 1, read_running),
    TRIGGER("transport/tap", "audio.tap", NULL, NULL),
    TRIGGER("panic", "audio.panic", NULL, NULL),
    NUMBERED("pads/", "", "audio.hit", &audio_hit_shape, "pad", "velocity", NULL),
    NUMBERED("pattern/load/", "", "project.load_pattern", &project_load_pattern_shape, "slot", NULL, NULL),
    NUMBERED("pattern/bank/", "", "project.bank", &project_bank_shape, "bank", NULL, NULL),
    TRIGGER("song/play", "project.play_song", &project_play_song_shape, NULL),
    TRIGGER("song/stop", "project.stop_song", NULL, NULL),
    SWAP("next"),
    SWAP("previous"),
    SWAP("random"),
    SWAP("back"),
    TRIGGER("kit/randomise", "project.randomise_kit", &project_randomise_kit_shape, "spread=0.5"),
    NUMBERED("kit/randomise/", "", "project.randomise_kit", &project_randomise_kit_shape, "slots", NULL, "spread=0.5"),
    NUMBERED("kit/load/", "", "project.load_kit", &project_load_kit_shape, "kit", NULL, NULL),
    /* The bars that were heard last, to a track of this name. */
    NUMBERED("kit/commit/", "", "project.commit_kit", &project_commit_kit_shape, "bars", NULL, "track=Pads"),
};

/* The word of a name of this row; false: the name is not of this row. */
static bool match_row(const struct target_row *row, struct text typed, struct text *word)
{
    const struct text before = text_of(row->before), after = text_of(row->after);

    *word = (struct text){ 0 };
    if (!row->after)
        return text_equal(typed, before);
    if (!text_starts(typed, before) || !text_ends(typed, after) || typed.len <= before.len + after.len)
        return false;
    *word = (struct text){ typed.len - before.len - after.len, typed.at + before.len };
    return true;
}

enum err target_read(struct text typed, struct midi_target *to, struct fault *fault)
{
    struct text word;

    for (size_t i = 0; typed.len <= MIDI_TARGET_MOST && i < sizeof(rows) / sizeof(*rows); i++) {
        const struct target_row *row = &rows[i];
        if (!match_row(row, typed, &word))
            continue;
        *to = (struct midi_target){ row, row->kind, word, row->from, row->until, row->look };
        return ERR_OK;
    }
    fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a target of MIDI controls",
              typed.len < MIDI_TARGET_MOST ? (int)typed.len : MIDI_TARGET_MOST, typed.at ? typed.at : "");
    (void)fault_hint(fault,
                     "expected mixer/CHANNEL/gain, transport/toggle, pads/PAD, kit/swap/SLOT/next, …: docs/midi.md");
    return fault_field(fault, "target");
}

/* ---- asks ---- */

static enum err assign_field(const struct target_row *row, const char *field, struct text value, struct arena *arena,
                             void *request, struct fault *fault)
{
    struct text typed = arena_printf(arena, "%s=%.*s", field, TEXT_ARG(value));

    return field ? json_assign(row->shape, typed, arena, request, fault) : ERR_OK;
}

static struct text write_value(const struct midi_target *target, double value, struct arena *arena)
{
    if (target->kind == MIDI_SWITCH)
        return value > 0 ? TEXT("true") : TEXT("false");
    return arena_printf(arena, "%.9g", value);
}

static bool is_of_project(const struct target_row *row)
{
    return text_starts(text_of(row->ask), TEXT("project."));
}

enum err target_set(const struct midi_target *target, double value, struct arena *arena, struct target_ask *to,
                    struct fault *fault)
{
    const struct target_row *row = target->row;
    const size_t size = row->shape ? row->shape->size : 1;
    void *request = memset(arena_alloc(arena, size), 0, size);
    enum err e;

    *to = (struct target_ask){ row->ask, request, is_of_project(row) ? PROJECT_MS : BUDGET_MS };
    e = row->fixed ? json_assign(row->shape, text_of(row->fixed), arena, request, fault) : ERR_OK;
    if (e == ERR_OK && row->word)
        e = assign_field(row, row->word, target->word, arena, request, fault);
    if (e == ERR_OK && row->value)
        e = assign_field(row, row->value, write_value(target, value, arena), arena, request, fault);
    return e;
}

enum err target_check(const struct midi_target *target, struct arena *arena, struct fault *fault)
{
    struct target_ask unused;
    uint32_t slot;
    enum err e = target_set(target, target->from, arena, &unused, fault);

    if (e == ERR_OK && target->row->shape == &project_load_pattern_shape)
        e = message_read_slot(target->word, &slot, fault);
    return e == ERR_OK ? e : fault_field(fault, "target");
}

bool target_pad(const struct midi_target *target, uint64_t *pad)
{
    struct arena arena = { 0 };
    struct target_ask ask;
    struct fault fault = { 0 };
    const bool is_pad = target->row->shape == &audio_hit_shape && target_set(target, 1, &arena, &ask, &fault) == ERR_OK;

    if (is_pad)
        *pad = ((const struct audio_hit *)ask.request)->pad;
    arena_free(&arena);
    return is_pad;
}

/* A pad that is gated ends with its key. */
bool target_release(const struct midi_target *target, struct arena *arena, struct target_ask *to)
{
    struct audio_release *request = arena_alloc(arena, sizeof(*request));
    struct fault fault = { 0 };
    struct text typed = arena_printf(arena, "pad=%.*s", TEXT_ARG(target->word));

    *request = (struct audio_release){ 0 };
    *to = (struct target_ask){ "audio.release", request, BUDGET_MS };
    return target->row->shape == &audio_hit_shape &&
           json_assign(&audio_release_shape, typed, arena, request, &fault) == ERR_OK;
}

bool target_value(const struct midi_target *target, const void *answer, double *to)
{
    return target->row->read && target->row->read(target, answer, to);
}

/* ---- positions ---- */

double target_at(const struct midi_target *target, double from, double until, double position)
{
    const double part = target->row->is_gain ? position * position : position;

    return from + part * (until - from);
}

double target_position(const struct midi_target *target, double from, double until, double value)
{
    const double part = until != from ? fmin(fmax((value - from) / (until - from), 0), 1) : 0;

    return target->row->is_gain ? sqrt(part) : part;
}
