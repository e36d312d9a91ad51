/* client_life.h: what shows that the audio thread lives. The link owns it, so it outlives each client. Any thread. */
#ifndef LOOPHOLE_AUDIO_CLIENT_LIFE_H
#define LOOPHOLE_AUDIO_CLIENT_LIFE_H

#include <stdatomic.h>
#include <stdint.h>

/* Written by the audio thread of the current client, and zeroed at its end. */
struct client_life {
    _Atomic uint64_t entered, left; /* periods begun and ended */
    _Atomic int32_t task;           /* id of the thread; 0: it has not run yet */
};

#endif
