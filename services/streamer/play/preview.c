#include "services/streamer/play/preview.h"

#include <string.h>

#include "common/musical_key.h"
#include "services/streamer/play/preview_chain.h"
#include "services/streamer/play/preview_voice.h"
#include "services/streamer/play/voice_plan.h"
#include "services/streamer/play/voices.h"

bool preview_is_begun(struct preview *preview, const struct call *call, struct preview_begun *answer)
{
    const struct voice *voice = recall_was_begun(call) ? voices_find(preview->voices, call_request(call)) : NULL;

    if (!voice)
        return false;
    *answer = preview_begun_of(voice, (double)voice->plan.gain);
    return true;
}

void preview_ended(struct preview *preview, const struct voice *voice)
{
    if (preview->voice == voice)
        preview->voice = NULL;
}

/* The item that was previewed last, also by a streamer that died since. */
static struct id last_of(const struct preview *preview)
{
    struct id id;

    memcpy(id.b, preview->voices->handover->previewed, sizeof(id.b));
    return id;
}

static void set_last(struct preview *preview, struct id id)
{
    memcpy(preview->voices->handover->previewed, id.b, sizeof(id.b));
}

static void choose_key(struct preview *preview)
{
    memcpy(preview->wanted, preview->key, sizeof(preview->wanted));
    if (preview->wish.in_context && !preview->key[0])
        locate_project_key(preview->locator, preview->wanted);
}

/* Starts at once if no chain is wanted or set; else after the chain was changed. */
static enum err begin_preview(struct preview *preview, struct call *call, const struct located *located)
{
    bool is_led = preview->chain[0] || preview->is_chained;
    enum err e;

    preview_stop(preview);
    choose_key(preview);
    preview->waiting = *located;
    set_last(preview, id_is_zero(located->instead_of) ? located->media : located->instead_of);
    preview->request = call_request(call);
    e = is_led ? ERR_OK : preview_play(preview, call_fault(call));
    if (e != ERR_OK)
        return e;
    preview->ticket = call_defer(call);
    if (is_led)
        preview_chain_set(preview);
    return ERR_OK;
}

static enum err note_wish(struct preview *preview, const struct streamer_preview *ask, struct fault *fault)
{
    char key[sizeof(preview->key)];
    struct voice_plan part = { 0 };
    int read;

    if (!text_copy(key, sizeof(key), ask->key) || (key[0] && !musical_key_read(ask->key, &read))) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a key: expected a note and a mode, as in Am or Fmaj",
                  TEXT_ARG(ask->key));
        return fault_field(fault, "key");
    }
    preview_plan_part(ask, &(struct treatment){ 0 }, &part);
    if (voice_check_part(&part, fault) != ERR_OK)
        return ERR_BAD_REQUEST;
    preview->wish = *ask;
    memcpy(preview->key, key, sizeof(key));
    (void)text_copy(preview->chain, sizeof(preview->chain), ask->chain);
    return ERR_OK;
}

enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask)
{
    struct fault *fault = call_fault(call);
    struct located located;
    enum err e = note_wish(preview, ask, fault);

    if (e == ERR_OK && ask->has_id)
        set_last(preview, ask->id);
    if (e == ERR_OK)
        e = locate_find(preview->locator, ask->has_id, ask->id, ask->path, &located, fault);
    if (e == ERR_OK)
        return begin_preview(preview, call, &located);
    if (e != ERR_BAD_REQUEST)
        preview_publish_failure(preview, located.path, fault);
    return e;
}

static enum err find_among(const struct id_list *among, struct id last, struct id *next, struct fault *fault)
{
    uint32_t at = 0;

    while (at < among->count && !id_equal(among->at[at], last))
        at++;
    if (at + 1 == among->count)
        return fault_set(fault, ERR_NOT_FOUND, "the last of %u item%s was previewed: search again, or preview a file",
                         among->count, text_plural(among->count));
    *next = among->at[at < among->count ? at + 1 : 0];
    return ERR_OK;
}

/* An item that cannot be played counts as previewed: the next ask continues after it. */
enum err preview_next(struct preview *preview, struct call *call, const struct streamer_preview_next *ask)
{
    struct fault *fault = call_fault(call);
    struct located located;
    struct id next;
    enum err e = ask->among.count ? find_among(&ask->among, last_of(preview), &next, fault)
                                  : locate_next(preview->locator, last_of(preview), &next, fault);

    if (e != ERR_OK)
        return e;
    set_last(preview, next);
    e = locate_find(preview->locator, true, next, (struct bytes){ 0 }, &located, fault);
    if (e != ERR_OK)
        return e;
    preview->wish.start_transport = false;
    preview->wish.has_from = preview->wish.has_until = false; /* of that item, like the next two */
    preview->wish.has_loop_from = preview->wish.has_loop_frames = false;
    return begin_preview(preview, call, &located);
}
