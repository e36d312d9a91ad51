#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "schema_audio.h"
#include "services/streamer/preview.h"

enum { BUDGET_MS = 2000 };

static void done(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state;
    (void)answer;
    if (error != ERR_OK)
        log_fault("routing the preview", fault);
}

/* What goes through another client would be heard beside itself. */
static void ask_apart(struct preview *preview, bool apart)
{
    struct audio_set_preview request = { .apart = apart };
    struct fault fault = { 0 };

    if (service_ask(preview->service, "audio.set_preview", &request, BUDGET_MS, NULL, done, preview, &fault) != ERR_OK)
        log_fault("routing the preview", &fault);
}

static void ask_audio(struct preview *preview, const char *name, const char *port, const char *to)
{
    struct audio_connect request = { .port = text_of(port), .to = text_of(to) };
    struct fault fault = { 0 };

    if (service_ask(preview->service, name, &request, BUDGET_MS, NULL, done, preview, &fault) != ERR_OK)
        log_fault("routing the preview", &fault);
}

/* "CLIENT:LEFT,RIGHT" leads to CLIENT:LEFT and CLIENT:RIGHT, "CLIENT:PORT" both sides to one. */
static void ask_both(struct preview *preview, const char *name, const char *chain)
{
    const char *colon = strrchr(chain, ':'), *comma = strrchr(chain, ',');
    char left[256], right[512];

    snprintf(left, sizeof(left), "%.*s", comma ? (int)(comma - chain) : 255, chain);
    if (comma && colon && comma > colon)
        snprintf(right, sizeof(right), "%.*s:%s", (int)(colon - chain), chain, comma + 1);
    else
        snprintf(right, sizeof(right), "%s", left);
    ask_audio(preview, name, "preview_left", left);
    ask_audio(preview, name, "preview_right", right);
}

void preview_chain(struct preview *preview, const char *to)
{
    if (strcmp(preview->chained, to) == 0)
        return;
    if (!preview->chained[0] != !to[0])
        ask_apart(preview, to[0] != 0);
    if (preview->chained[0])
        ask_both(preview, "audio.disconnect", preview->chained);
    if (to[0])
        ask_both(preview, "audio.connect", to);
    snprintf(preview->chained, sizeof(preview->chained), "%s", to);
}
