#include "services/audio/control/report.h"

#include <math.h>

#include "services/audio/control/core.h"
#include "services/audio/dsp/lookahead.h"
#include "services/audio/jack/engine_open.h"

/* Shared memory may contain any value; a message must satisfy its schema. */
static double clamp_to(double value, double min, double max)
{
    return isfinite(value) ? fmin(fmax(value, min), max) : min;
}

bool audio_moment(const struct audio *audio, const struct state *state, struct moment *moment)
{
    double rate = state_is_rate(state->rate) ? state->rate : 48000;

    *moment = (struct moment){
        .frame = state->frame > state->period ? state->frame - state->period : 0,
        .jack_frame = (uint32_t)state->jack_frame,
        .at = state->at,
        .rate = clamp_to(state->clock_rate, rate * 0.99, rate * 1.01),
        .has_delay = state->delay > 0,
        .delay = state->delay,
    };
    return core_sounds(audio);
}

/* A float differs from the number in the ask. Rounded to a microsecond it is that number again. */
double audio_clock_offset(const struct audio *audio)
{
    return clamp_to(round((double)audio->score.midi_clock_offset * 1e6) / 1e6, -0.1, 0.1);
}

static struct transport_state transport_of(const struct audio *audio, const struct state *state)
{
    static const int32_t sources[] = {
        [SYNC_NONE] = SYNC_SOURCE_NONE,
        [SYNC_FOLLOW_JACK] = SYNC_SOURCE_JACK,
        [SYNC_LEAD_JACK] = SYNC_SOURCE_LEAD,
        [SYNC_FOLLOW_MIDI] = SYNC_SOURCE_MIDI,
    };
    int64_t step = state->step > 0 ? state->step : 0;
    uint32_t song = core_song_entry(audio, state);

    return (struct transport_state){
        .running = state->running != 0 && core_sounds(audio),
        .counting_in = state->count_in,
        .bar = step / SCORE_BAR,
        .step = step % SCORE_BAR,
        .phase = clamp_to(state->step_phase, 0, 1),
        .bpm = clamp_to(state->tempo > 0 ? state->tempo : audio->score.tempo, 0, 400),
        .swing = clamp_to(state->swing, 0, 1),
        .has_set_bpm = true,
        .set_bpm = clamp_to(audio->score.tempo, 20, 400),
        .has_set_swing = true,
        .set_swing = clamp_to(audio->score.swing, 0, 0.999),
        .sync.value = sources[audio->score.sync <= SYNC_FOLLOW_MIDI ? audio->score.sync : SYNC_NONE],
        .metronome = audio->score.metronome != 0,
        .has_quantise = audio->score.quantise > 0,
        .quantise = audio->score.quantise <= 64 ? audio->score.quantise : 64,
        .clock_out = audio->score.midi_clock_out != 0,
        .has_clock_stopped = true,
        .clock_stopped = audio->score.midi_clock_stopped != 0,
        .has_clock_offset = audio_clock_offset(audio) != 0,
        .clock_offset = audio_clock_offset(audio),
        .pattern = state->pattern,
        .has_queued_bar = score_has_next(&audio->score),
        .queued_bar = score_has_next(&audio->score) ? audio->score.next_bar : 0,
        .has_song = song > 0,
        .song = song,
        .frame = state->frame,
    };
}

static struct transport_state describe_transport(const struct audio *audio, const struct state *state)
{
    struct transport_state now = transport_of(audio, state);

    now.has_moment = audio_moment(audio, state, &now.moment);
    return now;
}

struct transport_state audio_next_transport(const struct audio *audio, const struct state *state)
{
    const struct score *score = &audio->score;
    const bool leads = score->sync == SYNC_NONE || score->sync == SYNC_LEAD_JACK;
    struct transport_state now = describe_transport(audio, state);

    if (core_plays_next(score, state)) /* its tempo and swing are not in the score yet */
        return now;
    now.pattern = score->now.serial;
    now.bpm = leads ? now.set_bpm : now.bpm;
    now.swing = now.set_swing;
    return now;
}

void audio_report_changed(struct audio *audio, const struct transport_state *now)
{
    struct audio_changed event = { .transport = *now };

    service_publish(audio->service, "changed", &event);
}

enum err audio_ask_transport(struct audio *audio, struct call *call, const struct audio_transport *ask,
                             struct transport_state *answer)
{
    struct state state;

    (void)call, (void)ask;
    (void)core_state(audio, &state);
    *answer = describe_transport(audio, &state);
    return ERR_OK;
}

/* ---- mixer and meters: groups in the order of `enum channel`, then the master ---- */

static const char *const names[] = {
    [GROUP_STREAMS] = "streams",     [GROUP_SOUNDS] = "sounds",   [GROUP_PADS] = "pads",
    [GROUP_SEQUENCER] = "sequencer", [GROUP_PREVIEW] = "preview", [GROUP_METRONOME] = "metronome",
};

static struct mixer_strip describe_strip(int32_t channel, const struct score_strip *from)
{
    return (struct mixer_strip){
        .bus.value = channel,
        .has_gain = true,
        .gain = (double)from->gain,
        .has_pan = true,
        .pan = (double)from->pan,
        .has_mute = true,
        .mute = from->mute != 0,
        .has_solo = true,
        .solo = from->solo != 0,
        .has_apart = from->apart != 0, /* projects that do not know these have the defaults */
        .apart = from->apart != 0,
        .has_pfl = from->pfl != 0,
        .pfl = from->pfl != 0,
        .has_reverb_send = from->reverb > 0,
        .reverb_send = (double)from->reverb,
        .has_delay_send = from->delay > 0,
        .delay_send = (double)from->delay,
    };
}

enum err audio_ask_mixer(struct audio *audio, struct call *call, const struct audio_mixer *ask, struct mixer *answer)
{
    struct mixer_strip *strips = arena_array(call_arena(call), GROUPS + 1, sizeof(*strips));

    (void)ask;
    for (uint32_t i = 0; i < GROUPS; i++)
        strips[i] = describe_strip(choice_value(&channel_table, text_of(names[i])), &audio->score.groups[i]);
    strips[GROUPS] = describe_strip(CHANNEL_MASTER, &audio->score.master);
    answer->strips = (struct mixer_strip_list){ GROUPS + 1, strips };
    answer->preview_apart = audio->score.preview_apart != 0;
    answer->has_limiter = answer->has_delay = true;
    answer->limiter.value = (int32_t)audio->score.limiter + LIMITER_KIND_INSTANT;
    answer->delay = audio->score.limiter ? lookahead_delay(audio->rate ? audio->rate : 48000) : 0;
    answer->ceiling = clamp_to((double)audio->score.limiter_ceiling, 0.1, 1);
    return ERR_OK;
}

static struct meter describe_meter(const char *channel, const struct state_meter *from)
{
    return (struct meter){
        .bus = text_of(channel),
        .peak_left = clamp_to((double)from->peak[0], 0, 1e9),
        .peak_right = clamp_to((double)from->peak[1], 0, 1e9),
        .rms_left = clamp_to((double)from->rms[0], 0, 1e9),
        .rms_right = clamp_to((double)from->rms[1], 0, 1e9),
        .clips = from->clips,
    };
}

static void put_peaks(struct meter *meter, const float peak[2])
{
    meter->peak_left = clamp_to((double)peak[0], 0, 1e9);
    meter->peak_right = clamp_to((double)peak[1], 0, 1e9);
}

double audio_meters(const struct audio *audio, const struct state *state, const int64_t *since,
                    struct meter to[AUDIO_METERS])
{
    struct peaks peaks = { .cut = state->cut };

    for (uint32_t i = 0; i < GROUPS; i++)
        to[i] = describe_meter(names[i], &state->groups[i]);
    to[PEAKS_MASTER] = describe_meter("master", &state->master);
    to[PEAKS_INPUTS] = describe_meter("inputs", &state->inputs);
    if (since) {
        engine_peaks(audio->engine, *since, state->frame, state->rate, &peaks);
        for (uint32_t i = 0; i < AUDIO_METERS; i++)
            put_peaks(&to[i], peaks.peak[i]);
    }
    return -20 * log10(1 - clamp_to((double)peaks.cut, 0, 0.99999));
}

double audio_lufs(double loudness)
{
    return clamp_to(loudness, -100, 100);
}

static uint32_t count_sounding(const struct state_voice *voices, uint32_t count)
{
    uint32_t sounds = 0;

    for (uint32_t i = 0; i < count; i++)
        sounds += voices[i].generation != 0;
    return sounds;
}

enum err audio_ask_meters(struct audio *audio, struct call *call, const struct audio_meters *ask, struct meters *answer)
{
    struct meter *all = arena_array(call_arena(call), AUDIO_METERS, sizeof(*all));
    struct state state;

    (void)core_state(audio, &state);
    *answer = (struct meters){
        .reduction = audio_meters(audio, &state, ask->has_since ? &ask->since : NULL, all),
        .momentary = audio_lufs(state.momentary),
        .short_term = audio_lufs(state.short_term),
        .meters = { AUDIO_METERS, all },
        .streams = count_sounding(state.streams, STREAMS),
        .sounds = count_sounding(state.sounds, SOUND_VOICES),
        .load = clamp_to((double)state.load, 0, 1e9),
        .worst_load = clamp_to((double)state.worst_load, 0, 1e9),
        .xruns = state.xruns,
        .underruns = state.underruns,
        .lost = state.lost,
        .transport = describe_transport(audio, &state),
    };
    return ERR_OK;
}

void audio_report_status(void *state, struct arena *arena, struct service_status *to)
{
    struct audio *audio = state;
    struct link_facts facts;

    if (audio->damage.code != ERR_OK)
        to->alarm = arena_text(arena, text_of(audio->damage.what));
    link_report(audio->link, &facts);
    if (facts.is_connected)
        return;
    to->waits_for = TEXT("a JACK server");
    to->alarm = arena_printf(arena, "no sound: %s; the audio core keeps trying",
                             *facts.trouble ? facts.trouble : "no JACK server yet");
}
