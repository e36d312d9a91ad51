/* client_life.h: what shows that the audio thread lives. The link owns it, so it outlives each client. Any thread. */
#ifndef LOOPHOLE_AUDIO_CLIENT_LIFE_H
#define LOOPHOLE_AUDIO_CLIENT_LIFE_H

#include <stdatomic.h>
#include <stdint.h>

/* Of the current client; zeroed at its end. The audio thread writes the periods. */
struct client_life {
    _Atomic uint64_t entered, left; /* periods begun and ended */
    _Atomic int32_t task;           /* id of the audio thread, by the link's; 0: not known */
};

#endif
