#include "services/streamer/play/preview_chain.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_audio.h"
#include "services/streamer/play/preview_voice.h"
#include "services/streamer/play/voice_place.h"

enum { BUDGET_MS = 2000 };

struct chain_asked {
    struct preview *preview;
    uint64_t turn;
};

static void end_chaining(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct chain_asked *asked = state;
    struct preview *preview = asked->preview;
    bool is_waited_for = preview->waits && preview->turn == asked->turn;
    struct fault why = { 0 };

    (void)answer;
    free(asked);
    if (error != ERR_OK) {
        log_fault("cannot route the preview through its chain", fault);
        preview->is_chained = true;
    }
    if (!is_waited_for)
        return;
    preview->waits = false;
    if (error != ERR_OK)
        preview_fail(preview, preview->waiting.path, fault);
    else if (preview_play(preview, &why) != ERR_OK)
        preview_fail(preview, preview->waiting.path, &why);
}

static enum err ask_chain(struct preview *preview, const char *to, struct fault *fault)
{
    struct audio_chain request = { .to = text_of(to) };
    struct chain_asked *asked = alloc_bytes(sizeof(*asked));

    *asked = (struct chain_asked){ preview, preview->turn };
    snprintf(preview->chained, sizeof(preview->chained), "%s", to);
    preview->is_chained = to[0];
    enum err e = service_ask(preview->service, "audio.chain", &request, BUDGET_MS, NULL, end_chaining, asked, fault);
    if (e != ERR_OK)
        free(asked);
    return e;
}

void preview_chain_set(struct preview *preview)
{
    struct fault fault = { 0 };

    preview->turn++;
    preview->waits = true;
    if (ask_chain(preview, preview->chain, &fault) == ERR_OK)
        return;
    preview->waits = false;
    preview_fail(preview, preview->waiting.path, &fault);
}

void preview_chain_undo(struct preview *preview)
{
    struct fault fault = { 0 };

    if (preview->is_chained && ask_chain(preview, "", &fault) != ERR_OK)
        log_fault("cannot route the preview through its chain", &fault);
}

/* The sounding preview, a predecessor's too; NULL: none. */
static struct voice *find_sounding(const struct preview *preview)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct voice *voice = &preview->voices->each[i];
        if (voice->plan.group == GROUP_PREVIEW && voice->phase == VOICE_PLAYING)
            return voice;
    }
    return NULL;
}

static void take_change(void *state, const void *body, bool gap)
{
    const struct audio_chain_changed *changed = body;
    struct preview *preview = state;
    const struct voice *voice = find_sounding(preview);
    struct fault fault = { 0 };

    (void)gap;
    if (changed->chain.made || changed->chain.to.len == 0 || !preview->is_chained || !voice)
        return;
    fault_set(&fault, ERR_OFFLINE, "its chain is gone: %.*s", TEXT_ARG(changed->chain.why));
    preview_fail(preview, voice_piece(voice)->path, &fault);
    preview_stop(preview);
}

void preview_chain_open(struct preview *preview)
{
    preview->is_chained = true;
    if (service_subscribe(preview->service, "audio.chain_changed", take_change, preview) != ERR_OK)
        log_warn("cannot subscribe to events of audio: a preview whose chain is gone would stay silent");
}
