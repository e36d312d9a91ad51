#include "services/audio/control/set_mixer.h"

#include "services/audio/control/change.h"
#include "services/audio/control/report.h"
#include "services/audio/control/score.h"

/* NULL: unknown channel. */
static struct score_strip *strip_of(struct score *score, int32_t channel)
{
    static const uint32_t groups[] = {
        [CHANNEL_STREAMS] = GROUP_STREAMS,     [CHANNEL_SOUNDS] = GROUP_SOUNDS,   [CHANNEL_PADS] = GROUP_PADS,
        [CHANNEL_SEQUENCER] = GROUP_SEQUENCER, [CHANNEL_PREVIEW] = GROUP_PREVIEW, [CHANNEL_METRONOME] = GROUP_METRONOME,
    };

    if (channel == CHANNEL_MASTER)
        return &score->master;
    return channel > 0 && channel < CHANNEL_MASTER ? &score->groups[groups[channel]] : NULL;
}

/* False and 0 are accepted everywhere: a project sets all. */
static enum err check_outputs(struct call *call, const struct mixer_strip *strip)
{
    const int32_t channel = strip->bus.value;
    const bool has_ports = channel != CHANNEL_PREVIEW && channel != CHANNEL_MASTER;
    const bool can_send = channel == CHANNEL_STREAMS || channel == CHANNEL_SOUNDS || channel == CHANNEL_PADS;
    const char *name = choice_word(&channel_table, channel);

    if (!has_ports && ((strip->has_apart && strip->apart) || (strip->has_pfl && strip->pfl)))
        return refuse(call, ERR_BAD_REQUEST, "the channel %s has no ports of its own and no PFL", name);
    if (!can_send &&
        ((strip->has_reverb_send && strip->reverb_send > 0) || (strip->has_delay_send && strip->delay_send > 0)))
        return refuse(call, ERR_BAD_REQUEST, "the channel %s has no sends: streams, sounds and pads have them", name);
    return ERR_OK;
}

static void set_outputs(struct score_strip *strip, const struct mixer_strip *from)
{
    strip->apart = from->has_apart ? from->apart : strip->apart;
    strip->pfl = from->has_pfl ? from->pfl : strip->pfl;
    strip->reverb = from->has_reverb_send ? (float)from->reverb_send : strip->reverb;
    strip->delay = from->has_delay_send ? (float)from->delay_send : strip->delay;
}

enum err audio_ask_set_strip(struct audio *audio, struct call *call, const struct audio_set_strip *ask,
                             struct mixer *answer)
{
    const struct mixer_strip *from = &ask->strip;
    struct score_strip *strip = strip_of(&audio->score, from->bus.value);

    if (!strip) {
        (void)refuse(call, ERR_BAD_REQUEST, "the mixer has no channel \"%.*s\"", TEXT_ARG(from->bus.word));
        return fault_field(call_fault(call), "strip.bus");
    }
    if (check_outputs(call, from) != ERR_OK)
        return ERR_BAD_REQUEST;
    strip->gain = from->has_gain ? (float)from->gain : strip->gain;
    strip->pan = from->has_pan ? (float)from->pan : strip->pan;
    strip->mute = from->has_mute ? from->mute : strip->mute;
    strip->solo = from->has_solo ? from->solo : strip->solo;
    set_outputs(strip, from);
    audio_score_publish(audio);
    return change_end(audio, call, audio_ask_mixer(audio, call, NULL, answer), answer);
}

enum err audio_ask_set_limiter(struct audio *audio, struct call *call, const struct audio_set_limiter *ask,
                               struct mixer *answer)
{
    if (ask->has_kind && ask->kind.value == 0) {
        (void)refuse(call, ERR_BAD_REQUEST,
                     "limiter kind \"%.*s\" is unknown: expected instant, lookahead or true_peak",
                     TEXT_ARG(ask->kind.word));
        return fault_field(call_fault(call), "kind");
    }
    if (ask->has_ceiling)
        audio->score.limiter_ceiling = (float)ask->ceiling;
    if (ask->has_kind)
        audio->score.limiter = (uint32_t)(ask->kind.value - LIMITER_KIND_INSTANT);
    audio_score_publish(audio);
    return change_end(audio, call, audio_ask_mixer(audio, call, NULL, answer), answer);
}

enum err audio_ask_set_preview(struct audio *audio, struct call *call, const struct audio_set_preview *ask,
                               struct mixer *answer)
{
    audio->score.preview_apart = ask->apart;
    audio_score_publish(audio);
    return change_end(audio, call, audio_ask_mixer(audio, call, NULL, answer), answer);
}

/* ---- monitoring: not part of a project ---- */

/* Channels wait for the latest insert (rt/outputs.h), the inputs do not. */
static uint32_t wait_of_channels(const struct link_facts *facts)
{
    uint32_t latest = 0;

    for (uint32_t i = 0; i < GROUPS; i++)
        if (i != CHAIN_PREVIEW && facts->chain[i].latency_frames > latest)
            latest = facts->chain[i].latency_frames;
    return latest < CHAIN_LATEST ? latest : CHAIN_LATEST;
}

enum err audio_ask_monitoring(struct audio *audio, struct call *call, const struct audio_monitoring *ask,
                              struct monitoring *answer)
{
    struct link_facts *facts = arena_alloc(call_arena(call), sizeof(*facts));

    (void)ask;
    link_report(audio->link, facts);
    const uint32_t latency_frames = facts->client.latency_in + facts->client.latency_out,
                   wait = wait_of_channels(facts);
    *answer = (struct monitoring){ .on = audio->score.monitor != 0,
                                   .latency = latency_frames > wait ? latency_frames - wait : 0,
                                   .rate = facts->client.rate };
    return ERR_OK;
}

enum err audio_ask_set_monitoring(struct audio *audio, struct call *call, const struct audio_set_monitoring *ask,
                                  struct monitoring *answer)
{
    audio->score.monitor = ask->on;
    audio_score_publish_apart(audio);
    return audio_ask_monitoring(audio, call, NULL, answer);
}

void audio_end_monitoring(struct audio *audio)
{
    if (!audio->score.monitor)
        return;
    audio->score.monitor = 0;
    audio_score_publish_apart(audio);
}
