/* preview.h: the one sound that is tried out, on the preview ports. Changes nothing in store, score or transport, but
 * for the transport's start when it is asked for. The loop's. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_H
#define LOOPHOLE_STREAMER_PREVIEW_H

#include "services/streamer/locate.h"
#include "services/streamer/voice.h"

struct preview_settings {
    double volume; /* linear */
    bool match;
    double loudness; /* LUFS */
};

struct preview {
    struct service *service;
    struct voices *voices;
    struct locator *locator;
    struct preview_settings settings;
    struct voice *voice; /* NULL: none */
    struct id media;     /* of the present one, or the last */
    struct streamer_preview wish; /* how; its texts below */
    char chain[256], key[17];
    char chained[256]; /* what the ports are routed through now; "": nothing */
    struct ticket ticket; /* of who waits for it to be heard */
    double gain;
};

/* Answers `call` with a preview_begun, later. Errors: those of locate_find and voice_play; bad_request: no such key. */
enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask);
enum err preview_next(struct preview *preview, struct call *call);
void preview_stop(struct preview *preview);
void preview_ended(struct preview *preview, const struct voice *voice); /* a voice is silent */

/* preview_chain.c: the preview ports lead to `to` ("CLIENT:PORT", for both sides "CLIENT:LEFT,RIGHT"), or where they
 * led before (""). */
void preview_chain(struct preview *preview, const char *to);

#endif
