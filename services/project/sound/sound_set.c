#include "services/project/sound/sound_set.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "proto/wire/codec.h"
#include "store/catalogue.h"

enum {
    PADS = 128,
    SOUNDS_AT_ONCE = 512 /* as in audio.set_pads */,
    ASKS_MOST = 4 * PADS,
    BUDGET_MS = 20000,
    AGAIN_US = 1000000,
    TRIES_MOST = 6
};

struct sound_setting {
    struct project *p;
    struct arena *arena;
    struct sounding want, now;
    bool is_again; /* pads that were set since `now` was read stay */
    uint32_t count, next;
    struct {
        const char *name;
        const void *request;
    } asks[ASKS_MOST];
    struct sound_away *away;
    void (*done)(void *state, bool is_set);
    void *state;
};

/* ---- the asks ---- */

static void add_ask(struct sound_setting *s, const char *name, const void *request, size_t size)
{
    void *own = arena_alloc(s->arena, size);

    memcpy(own, request, size);
    if (s->count == ASKS_MOST)
        return;
    s->asks[s->count].name = name;
    s->asks[s->count++].request = own;
}
#define ADD_ASK(s, type, ...)                                                                                          \
    do {                                                                                                               \
        const struct audio_##type own_ask = { __VA_ARGS__ };                                                           \
        add_ask(s, "audio." #type, &own_ask, sizeof(own_ask));                                                         \
    } while (0)

static bool is_different(double a, double b)
{
    return a < b || a > b;
}

static void add_tempo(struct sound_setting *s)
{
    const struct sounding *want = &s->want, *now = &s->now;

    if (is_different(want->bpm, now->bpm))
        ADD_ASK(s, set_tempo, .bpm = want->bpm);
    if (is_different(want->swing, now->swing))
        ADD_ASK(s, set_swing, .swing = want->swing);
    if (want->has_sync &&
        (want->sync.value != now->sync.value || want->clock_out != now->clock_out ||
         want->clock_stopped != now->clock_stopped || is_different(want->clock_offset, now->clock_offset)))
        ADD_ASK(s, set_sync, .source = want->sync, .has_clock_out = true, .clock_out = want->clock_out,
                .has_clock_stopped = true, .clock_stopped = want->clock_stopped, .has_clock_offset = true,
                .clock_offset = want->has_clock_offset ? want->clock_offset : 0);
    if (want->has_metronome && want->metronome != now->metronome)
        ADD_ASK(s, set_metronome, .on = want->metronome);
    if (want->has_metronome && want->quantise != now->quantise) /* a project from before it has none */
        ADD_ASK(s, set_quantise, .lines = want->quantise);
}

/* What the project does not have is not set, so that nothing of another project stays. */
static struct mixer_strip whole_strip(const struct mixer_strip *from)
{
    struct mixer_strip all = *from;

    all.has_apart = all.has_pfl = all.has_reverb_send = all.has_delay_send = true;
    return all;
}

static void add_mixer(struct sound_setting *s)
{
    const struct mixer *want = &s->want.mixer, *now = &s->now.mixer;

    if (!s->want.has_mixer)
        return;
    for (uint32_t i = 0; i < want->strips.count; i++)
        ADD_ASK(s, set_strip, .strip = whole_strip(&want->strips.at[i]));
    if (is_different(want->ceiling, now->ceiling) || want->limiter.value != now->limiter.value)
        ADD_ASK(s, set_limiter, .has_ceiling = true, .ceiling = want->ceiling, .has_kind = want->has_limiter,
                .kind = want->limiter);
    if (want->preview_apart != now->preview_apart)
        ADD_ASK(s, set_preview, .apart = want->preview_apart);
}

static struct text insert_of(const struct sounding *sounding, int32_t channel)
{
    for (uint32_t i = 0; i < sounding->inserts.count; i++)
        if (sounding->inserts.at[i].channel.value == channel)
            return sounding->inserts.at[i].to;
    return TEXT("");
}

/* An insert whose client is away waits for it. */
static void add_inserts(struct sound_setting *s)
{
    for (int32_t channel = CHANNEL_STREAMS; channel <= CHANNEL_MASTER; channel++) {
        struct text to = insert_of(&s->want, channel);
        if (!text_equal(to, insert_of(&s->now, channel)))
            ADD_ASK(s, insert, .channel.value = channel, .to = to, .has_waits = true, .waits = true);
    }
}

/* True if the core has this pad or pattern already. Whether it has the sounds too is asked after (sound_return.h). */
static bool is_same(struct sound_setting *s, const struct shape *shape, const void *want, const void *now)
{
    struct buffer wanted = { 0 }, is = { 0 };
    const bool same = codec_encode(shape, want, &wanted, NULL) == ERR_OK &&
                      codec_encode(shape, now, &is, NULL) == ERR_OK &&
                      bytes_equal(buffer_bytes(&wanted), buffer_bytes(&is));

    buffer_free(&wanted);
    buffer_free(&is);
    s->away->is_known = s->away->is_known && !same;
    return same;
}

/* NULL: none has the number. */
static const struct pad *find_pad(const struct pad_list *pads, uint64_t number)
{
    for (uint32_t i = 0; i < pads->count; i++)
        if (pads->at[i].pad == number)
            return &pads->at[i];
    return NULL;
}

static uint32_t count_sounds(const struct pad *pad)
{
    uint32_t count = pad->has_id;

    for (uint32_t i = 0; i < pad->layers.count; i++)
        count += pad->layers.at[i].has_id;
    return count;
}

static void add_pads_ask(struct sound_setting *s, struct pad *at, uint32_t count)
{
    ADD_ASK(s, set_pads, .each = { count, at }, .has_of_keeper = true, .of_keeper = true, .has_made_from = s->is_again,
            .made_from = s->now.sets);
}

/* Sets as many pads at once as one ask may name sounds: a kit mostly changes at one frame. */
static void add_pads(struct sound_setting *s, const struct pad_list *pads)
{
    uint32_t first = 0, sounds = 0;

    for (uint32_t i = 0; i < pads->count; i++) {
        const uint32_t more = count_sounds(&pads->at[i]);
        if (sounds + more > SOUNDS_AT_ONCE) {
            add_pads_ask(s, pads->at + first, i - first);
            first = i;
            sounds = 0;
        }
        sounds += more;
    }
    if (first < pads->count)
        add_pads_ask(s, pads->at + first, pads->count - first);
}

/* The pads that differ. With `is_whole`, those that the project does not have become empty. */
static void add_changed_pads(struct sound_setting *s, bool is_whole)
{
    struct pad_list pads = { 0, arena_array(s->arena, PADS + s->want.pads.count, sizeof(*pads.at)) };

    for (uint32_t i = 0; is_whole && i < PADS; i++)
        if (!find_pad(&s->want.pads, i))
            pads.at[pads.count++] = (struct pad){ .pad = i, .mode.value = PAD_MODE_ONE_SHOT };
    for (uint32_t i = 0; i < s->want.pads.count; i++) {
        const struct pad *pad = &s->want.pads.at[i], *now = find_pad(&s->now.pads, pad->pad);
        if (!now || !is_same(s, &pad_shape, pad, now))
            pads.at[pads.count++] = *pad;
    }
    add_pads(s, &pads);
}

/* One bad pad of a foreign project must not keep the others silent. */
static void add_one_by_one(struct sound_setting *s, const struct audio_set_pads *failed)
{
    for (uint32_t i = 0; failed->each.count > 1 && i < failed->each.count; i++)
        add_pads_ask(s, failed->each.at + i, 1);
}

/* The tempo is the project's own; the transport stays where it is. */
static struct pattern without_tempo(const struct pattern *from)
{
    struct pattern to = *from;
    struct sequencer *sequencer = &to.sequencer;

    sequencer->has_bpm = sequencer->has_swing = sequencer->has_running = sequencer->has_global_step = false;
    return to;
}

static void add_pattern(struct sound_setting *s)
{
    ADD_ASK(s, set_pattern, .pattern = without_tempo(&s->want.pattern));
}

static bool has_own_tempo(const struct sounding *now)
{
    return is_different(now->bpm, 120) || is_different(now->swing, 0) || now->sync.value != SYNC_SOURCE_NONE ||
           now->clock_out || now->clock_stopped || is_different(now->clock_offset, 0) || now->metronome ||
           now->quantise;
}

static bool has_own_mixer(const struct mixer *now)
{
    bool own = now->preview_apart;

    for (uint32_t i = 0; i < now->strips.count; i++) {
        const struct mixer_strip *strip = &now->strips.at[i];
        own |= is_different(strip->gain, 1) || is_different(strip->pan, 0) || strip->mute || strip->solo ||
               strip->apart || strip->pfl || strip->reverb_send > 0 || strip->delay_send > 0;
    }
    return own;
}

/* A pattern that plays already goes on where it is. */
static bool is_pattern_due(struct sound_setting *s, bool only_untouched, bool is_whole)
{
    const struct pattern want = without_tempo(&s->want.pattern), now = without_tempo(&s->now.pattern);

    if (!s->want.has_pattern)
        return is_whole && s->now.has_pattern;
    if (only_untouched)
        return !s->now.has_pattern;
    return !s->now.has_pattern || !is_same(s, &pattern_shape, &want, &now);
}

/* Adds all values to be set. This service writes a mixer into each part; a part without one has only a tempo. */
static void add_all(struct sound_setting *s, bool only_untouched)
{
    const bool is_whole = s->want.has_mixer && !only_untouched;

    if (!only_untouched || !has_own_tempo(&s->now))
        add_tempo(s);
    if (!only_untouched || !has_own_mixer(&s->now.mixer)) {
        add_mixer(s);
        add_inserts(s);
    }
    if (!only_untouched || s->now.pads.count == 0)
        add_changed_pads(s, is_whole);
    if (is_pattern_due(s, only_untouched, is_whole))
        add_pattern(s);
}

struct sounding sound_set_expect(const struct sounding *want, const struct sounding *now)
{
    struct sounding all = *now;

    all.bpm = want->bpm;
    all.swing = want->swing;
    all.sync = want->has_sync ? want->sync : now->sync;
    all.clock_out = want->has_sync ? want->clock_out : now->clock_out;
    all.clock_stopped = want->has_sync ? want->clock_stopped : now->clock_stopped;
    all.clock_offset = want->has_sync ? want->clock_offset : now->clock_offset;
    all.metronome = want->has_metronome ? want->metronome : now->metronome;
    all.has_quantise = true;
    all.quantise = want->has_metronome ? want->quantise : now->quantise;
    all.mixer = want->has_mixer ? want->mixer : now->mixer;
    all.inserts = want->inserts;
    all.pads = want->has_mixer || want->pads.count ? want->pads : now->pads;
    all.has_pattern = want->has_pattern || (now->has_pattern && !want->has_mixer);
    all.pattern = want->has_pattern ? want->pattern : now->pattern;
    return all;
}

/* ---- one after the other ---- */

static void send_next(struct sound_setting *s);

static void note_silent(struct sound_setting *s, const struct silent_sound_list *silent)
{
    bool any = false;
    struct media media;
    struct txn *txn;

    if (silent->count == 0 || project_read(s->p, &txn, NULL) != ERR_OK)
        return;
    for (uint32_t i = 0; i < silent->count && s->away->count < AWAY_MOST; i++)
        if (catalogue_media(txn, s->arena, silent->at[i].id, &media) == ERR_OK) {
            s->away->at[s->away->count++] = (struct away_item){ .id = silent->at[i].id,
                                                                .revision = media.revision,
                                                                .is_momentary = silent->at[i].again };
            any |= silent->at[i].again;
        }
    txn_end(txn);
    if (any)
        s->away->again = clock_steady() + ((usec_t)AGAIN_US << s->away->tries);
    s->away->tries += any && s->away->tries < TRIES_MOST;
}

static void take_silent(struct sound_setting *s, const char *name, const void *answer)
{
    if (strcmp(name, "audio.set_pads") == 0)
        note_silent(s, &((const struct pads *)answer)->silent);
    else if (strcmp(name, "audio.set_pattern") == 0)
        note_silent(s, &((const struct queued *)answer)->silent);
}

static void take_set(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct sound_setting *s = state;

    if (error == ERR_TIMEOUT || error == ERR_OFFLINE || error == ERR_BUSY) {
        s->done(s->state, false);
        free(s);
        return;
    }
    if (error != ERR_OK && strcmp(s->asks[s->next].name, "audio.set_pads") == 0)
        add_one_by_one(s, s->asks[s->next].request);
    if (error == ERR_CONFLICT)
        log_info("%s: %s", s->asks[s->next].name, fault->what);
    else if (error != ERR_OK)
        log_warn("%s failed, so the audio core lacks a part of the project's sound: %s", s->asks[s->next].name,
                 fault->what);
    else
        take_silent(s, s->asks[s->next].name, answer);
    s->next++;
    send_next(s);
}

static void send_next(struct sound_setting *s)
{
    struct fault fault = { 0 };

    if (s->next == s->count) {
        s->done(s->state, true);
        free(s);
    } else if (service_ask(s->p->service, s->asks[s->next].name, s->asks[s->next].request, BUDGET_MS, NULL, take_set, s,
                           &fault) != ERR_OK) {
        s->done(s->state, false);
        free(s);
    }
}

void sound_set(struct project *p, struct arena *arena, const struct sounding *want, const struct sounding *now,
               bool only_untouched, struct sound_away *away, void (*done)(void *state, bool is_set), void *state)
{
    struct sound_setting *s = alloc_zeroed(1, sizeof(*s));

    *s = (struct sound_setting){
        .p = p, .arena = arena, .want = *want, .now = *now, .away = away, .done = done, .state = state
    };
    add_all(s, only_untouched);
    send_next(s);
}

void sound_set_again(struct project *p, struct arena *arena, const struct sounding *want, const struct sounding *now,
                     struct sound_away *away, void (*done)(void *state, bool is_set), void *state)
{
    struct sound_setting *s = alloc_zeroed(1, sizeof(*s));

    *s = (struct sound_setting){
        .p = p, .arena = arena, .want = *want, .now = *now, .away = away, .is_again = true, .done = done, .state = state
    };
    add_pads(s, &s->want.pads);
    if (want->has_pattern)
        ADD_ASK(s, set_pattern, .pattern = without_tempo(&s->want.pattern), .has_made_from = true,
                .made_from = now->newest, .has_of_keeper = true, .of_keeper = true);
    send_next(s);
}
