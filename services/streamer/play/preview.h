/* preview.h: the one sound that a person previews, on the preview ports. It changes nothing in store, score or
 * transport, except that it starts the transport if the ask wants that. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_H
#define LOOPHOLE_STREAMER_PREVIEW_H

#include "services/streamer/base/locate.h"
#include "services/streamer/play/voice_state.h"

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
    struct streamer_preview wish; /* the ask; its texts lie below */
    char chain[256], key[17];
    char wanted[17];      /* the key that it is shifted to: that of the ask, or of the project; "": none */
    struct ticket ticket; /* of the ask, until the sound starts */
    double gain;

    /* the members of preview_chain.c */
    char chained[256]; /* the chain of previews; "": none */
    bool is_chained;   /* true too while a predecessor's chain is unknown */
    uint64_t turn;     /* number of the last preview that waited for its chain */
    bool waits;        /* the current one waits, with … */
    struct located waiting;
    struct id request;
};

/* True when a predecessor began this ask and its preview sounds: fills the answer. */
bool preview_is_begun(struct preview *preview, const struct call *call, struct preview_begun *answer);
/* Answers `call` later with a preview_begun. Errors: those of locate_find and voice_play; bad_request (unknown key). */
enum err preview_begin(struct preview *preview, struct call *call, const struct streamer_preview *ask);
/* Previews the following item in the same way. Errors: those of locate_next and locate_find; not_found (the last one
 * was the last of the list). */
enum err preview_next(struct preview *preview, struct call *call, const struct streamer_preview_next *ask);
void preview_stop(struct preview *preview);
void preview_ended(struct preview *preview, const struct voice *voice); /* call it when a voice is silent */

/* ---- preview_chain.c: previews that pass through another JACK client ---- */

/* Subscribes to chains that break. Their preview stops, because without a filter or a fader it might be much louder. */
void preview_chain_open(struct preview *preview);
/* Asks for the chain of `wish` ("": none). Then preview_play begins, or the ticket gets the error. */
void preview_chain_set(struct preview *preview);
void preview_chain_undo(struct preview *preview);

/* ---- preview_voice.c, for the two others ---- */
enum err preview_play(struct preview *preview, struct fault *fault); /* plays `waiting` */
/* Fails the preview and its ask. */
void preview_fail(struct preview *preview, const char *path, const struct fault *fault);
void preview_publish_failure(struct preview *preview, const char *path, const struct fault *fault);
/* Puts the part of the sound that the ask wants into the plan; a treatment counts unless the ask wants the whole. */
void preview_plan_part(const struct streamer_preview *wish, const struct treatment *treatment, struct voice_plan *plan);
struct preview_begun preview_begun_of(const struct voice *voice, double gain);

#endif
