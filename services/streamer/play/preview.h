/* preview.h: the one sound that is tried out, on the preview ports. Changes nothing in store, score or transport, but
 * for the transport's start when it is asked for. The loop's. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_H
#define LOOPHOLE_STREAMER_PREVIEW_H

#include "services/streamer/base/locate.h"
#include "services/streamer/play/voice.h"

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
    struct voice *voice;          /* NULL: none */
    struct id media;              /* of the present one, or the last */
    struct streamer_preview wish; /* how; its texts below */
    char chain[256], key[17];
    struct ticket ticket; /* of the ask that waits for it to sound */
    double gain;

    /* preview_chain.c's */
    char chained[256]; /* what previews are led through; "": nothing */
    bool is_chained;   /* they may be: a predecessor's word is not known */
    uint64_t turn;     /* a number for each preview that waits for its chain */
    bool waits;        /* this one does, with … */
    struct located waiting;
    struct id request;
};

/* Answers `call` with a preview_begun, later. Errors: those of locate_find and voice_play; bad_request: no such key. */
/* A predecessor began this ask, and what it began sounds: fills the answer. */
bool preview_is_begun(struct preview *preview, const struct call *call, struct preview_begun *answer);
enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask);
enum err preview_next(struct preview *preview, struct call *call);
void preview_stop(struct preview *preview);
void preview_ended(struct preview *preview, const struct voice *voice); /* a voice is silent */

/* ---- preview_chain.c: previews are led through another JACK client and back ---- */

/* Listens for a chain that breaks: its preview is stopped. Not played on without it: what somebody hears through a
 * filter or a fader may be much louder without. */
void preview_chain_open(struct preview *preview);
/* Has the chain of the wish set, "" being none; then preview_play begins, or the ticket gets the error. */
void preview_chain_set(struct preview *preview);
void preview_chain_undo(struct preview *preview);

/* ---- preview.c, for that ---- */
enum err preview_play(struct preview *preview, struct fault *fault);                     /* what is `waiting` */
void preview_fail(struct preview *preview, const char *path, const struct fault *fault); /* it, and its ask */

#endif
