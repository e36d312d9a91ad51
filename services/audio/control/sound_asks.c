#include "services/audio/control/sound_asks.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_streamer.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/send_cues.h"
#include "services/audio/control/set_mixer.h"

static const float FLAT_Q = 0.7071067812F, DECAY_LEAST = 0.001F;

/* A tag is random, so a successor of this process repeats none. */
static uint32_t new_tag(void)
{
    uint32_t tag;

    do {
        struct id id = id_new();
        memcpy(&tag, id.b + sizeof(id.b) - sizeof(tag), sizeof(tag));
    } while (tag == 0);
    return tag;
}

static struct cue cue_start(const struct audio_start_sound *ask, uint32_t tag)
{
    uint64_t loop = ask->loop_from > ask->from ? ask->loop_from : ask->from;

    return (struct cue){ .frame = ask->has_at ? ask->at : CUE_NOW,
                         .verb = CUE_SOUND_START,
                         .voice = CUE_ANY_VOICE,
                         .generation = (uint32_t)ask->generation,
                         .sound = (uint32_t)ask->sound,
                         .tag = tag,
                         .group = GROUP_SOUNDS,
                         .flags = (uint16_t)((ask->loop ? CUE_LOOP : 0) | (ask->reverse ? CUE_REVERSE : 0)),
                         .value = ask->has_gain ? (float)ask->gain : 1,
                         .pan = (float)ask->pan,
                         .ratio = ask->has_ratio ? (float)ask->ratio : 1,
                         .from = (uint32_t)ask->from,
                         .until = (uint32_t)ask->until,
                         .loop_from = (uint32_t)loop,
                         .choke = (uint32_t)ask->choke };
}

/* Without a decay, the sustain level is reached at once. */
static struct cue cue_shape(const struct audio_start_sound *ask, uint32_t tag)
{
    float sustain = ask->has_sustain ? (float)ask->sustain : 1;
    float decay = (float)ask->decay;

    return (struct cue){ .frame = ask->has_at ? ask->at : CUE_NOW,
                         .verb = CUE_SOUND_SHAPE,
                         .tag = tag,
                         .loop_until = (uint32_t)ask->loop_until,
                         .shape = { .attack = (float)ask->attack,
                                    .decay = sustain < 1 && decay < DECAY_LEAST ? DECAY_LEAST : decay,
                                    .release = (float)ask->release,
                                    .sustain = sustain,
                                    .cutoff = ask->has_filter_freq ? (float)ask->filter_freq : 0,
                                    .resonance = ask->has_filter_q ? (float)ask->filter_q : FLAT_Q,
                                    .reverb = (float)ask->reverb_send,
                                    .delay = (float)ask->delay_send } };
}

/* Both cues have one frame, so the shape comes before the sound's first frame. */
static enum err start_sound(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent,
                            void *answer)
{
    struct audio_start_sound *ask = own;
    struct sound_started *started = answer;
    const uint32_t tag = new_tag();

    if (silent.count > 0)
        return refuse(call, ERR_NOT_FOUND, "the sound cannot be loaded: %.*s", TEXT_ARG(silent.at[0].why));
    struct cue cues[] = { cue_start(ask, tag), cue_shape(ask, tag) };
    *started = (struct sound_started){ .tag = tag, .sound = ask->sound, .generation = ask->generation };
    return audio_cues(audio, call, cues, 2, started);
}

static enum err check_part(struct call *call, const struct audio_start_sound *ask)
{
    if (ask->until && ask->until <= ask->from)
        return refuse(call, ERR_BAD_REQUEST, "the sound would end at frame %llu, before it begins at %llu",
                      (unsigned long long)ask->until, (unsigned long long)ask->from);
    if (ask->loop_until && ask->loop_until <= ask->loop_from)
        return refuse(call, ERR_BAD_REQUEST, "the loop would end at frame %llu, before it begins at %llu",
                      (unsigned long long)ask->loop_until, (unsigned long long)ask->loop_from);
    return ERR_OK;
}

enum err audio_ask_start_sound(struct audio *audio, struct call *call, const struct audio_start_sound *ask,
                               struct sound_started *answer)
{
    struct audio_start_sound *own = arena_alloc(call_arena(call), sizeof(*own));
    enum err e = check_part(call, ask);

    *own = *ask; /* it contains no text */
    if (e != ERR_OK)
        return e;
    if (own->has_id) {
        struct named_sound item = {
            .id = own->id,
            .has_sound = &own->has_sound,
            .sound = &own->sound,
            .generation = &own->generation,
            .is_held = true,
        };
        return named_load(audio, call, &item, 1, start_sound, own);
    }
    if (!own->has_sound) {
        (void)refuse(call, ERR_BAD_REQUEST, "no sound is named");
        return fault_hint(call_fault(call), "expected `sound`, a slot, or `id`, a media item");
    }
    if (named_slot(audio, own->sound, &own->generation, call_fault(call)) != ERR_OK)
        return fault_field(call_fault(call), "sound");
    return start_sound(audio, call, own, (struct silent_sound_list){ 0 }, answer);
}

enum err audio_ask_set_sound(struct audio *audio, struct call *call, const struct audio_set_sound *ask,
                             struct nothing *answer)
{
    uint32_t keeps =
        (ask->has_gain ? 0 : CUE_KEEP_GAIN) | (ask->has_pan ? 0 : CUE_KEEP_PAN) | (ask->has_ratio ? 0 : CUE_KEEP_RATIO);

    (void)answer;
    return audio_cue(audio, call,
                     (struct cue){ .verb = CUE_SOUND_GAIN,
                                   .tag = (uint32_t)ask->tag,
                                   .flags = (uint16_t)keeps,
                                   .value = (float)ask->gain,
                                   .pan = (float)ask->pan,
                                   .ratio = (float)ask->ratio,
                                   .seconds = (float)ask->ramp },
                     NULL);
}

enum err audio_ask_stop_sound(struct audio *audio, struct call *call, const struct audio_stop_sound *ask,
                              struct nothing *answer)
{
    (void)answer;
    return audio_cue(audio, call,
                     (struct cue){ .verb = CUE_SOUND_STOP,
                                   .tag = (uint32_t)ask->tag,
                                   .flags = ask->has_fade ? 0 : CUE_RELEASE,
                                   .seconds = (float)ask->fade },
                     NULL);
}

enum err audio_ask_send_midi(struct audio *audio, struct call *call, const struct audio_send_midi *ask,
                             struct nothing *answer)
{
    struct cue *cues = arena_array(call_arena(call), ask->messages.count, sizeof(*cues));
    uint32_t count = 0;

    (void)answer;
    for (uint32_t i = 0; i < ask->messages.count; i++) {
        const uint8_t *bytes = ask->messages.at[i].at;
        struct cue cue = { .frame = CUE_NOW, .verb = CUE_CONTROL_SEND, .voice = ask->messages.at[i].len };

        cue.generation = ask->has_ports && i < ask->ports.count ? (uint32_t)ask->ports.at[i] : 0;
        for (uint32_t b = 0; b < cue.voice; b++)
            cue.from |= (uint32_t)bytes[b] << 8 * b;
        if (cue.voice == 0 || bytes[0] < 0x80)
            return refuse(call, ERR_BAD_REQUEST, "message %u does not begin with a status byte (0x80 to 0xff)", i);
        cues[count++] = cue;
    }
    return count ? audio_cues_now(audio, call, cues, count, NULL) : ERR_OK;
}

/* ---- panic: it silences the sound, and what the streamer still reads. A voice that the streamer has not begun has no
 * generation yet that the core could refuse. So the streamer stops it, and the panic is answered after that: a sound
 * that is asked for later is not stopped ---- */

enum { STOP_BUDGET_MS = 500 };

struct panic {
    struct service *service;
    struct ticket ticket; /* none: the call is not answered from here */
    uint32_t open;        /* asks that the streamer has not answered */
};

static void end_stop(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct panic *panic = state;

    (void)answer;
    if (error != ERR_OK)
        log_fault("the streamer has not stopped its voices", fault);
    if (--panic->open > 0)
        return;
    ticket_answer(panic->service, panic->ticket, &(struct nothing){ 0 });
    free(panic);
}

static void ask_stop(struct panic *panic, const char *name, const void *request)
{
    struct fault fault = { 0 };
    enum err e;

    panic->open++;
    e = service_ask(panic->service, name, request, STOP_BUDGET_MS, NULL, end_stop, panic, &fault);
    if (e != ERR_OK)
        end_stop(panic, e, NULL, &fault);
}

static void stop_streamer(struct service *service, struct ticket ticket)
{
    struct panic *panic = alloc_bytes(sizeof(*panic));
    const struct streamer_stop stop = { .fade = 0.005 };

    *panic = (struct panic){ service, ticket, 1 };
    ask_stop(panic, "streamer.stop", &stop);
    ask_stop(panic, "streamer.preview_stop", NULL);
    end_stop(panic, ERR_OK, NULL, NULL);
}

enum err audio_ask_panic(struct audio *audio, struct call *call, const struct audio_panic *ask, struct nothing *answer)
{
    uint32_t late = audio->late.count;
    struct ticket ticket = { 0 };

    (void)ask;
    audio_end_monitoring(audio);
    enum err e = audio_cue(audio, call, (struct cue){ .verb = CUE_PANIC }, answer);
    if (e != ERR_OK)
        return e;
    if (audio->late.count == late)
        ticket = call_defer(call);
    stop_streamer(audio->service, ticket);
    return ERR_OK;
}
