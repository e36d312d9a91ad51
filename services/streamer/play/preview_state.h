/* preview_state.h: the one previewed sound, and what its files share. */
#ifndef LOOPHOLE_STREAMER_PREVIEW_STATE_H
#define LOOPHOLE_STREAMER_PREVIEW_STATE_H

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

#endif
