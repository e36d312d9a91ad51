/* transport_asks.h: the asks that move the transport, and those for its tempo, swing, metronome and clock. The control
 * thread. */
#ifndef LOOPHOLE_AUDIO_TRANSPORT_ASKS_H
#define LOOPHOLE_AUDIO_TRANSPORT_ASKS_H

#include "services/audio/control/audio.h"

struct transport_state audio_transport_soon(const struct audio *audio); /* as of the next period */

/* Restores the saved position, and whether the transport ran. Errors: bad_request, busy, offline. */
enum err audio_take_position(struct audio *audio, struct call *call, const struct sequencer *from);

enum err audio_ask_start(struct audio *audio, struct call *call, const struct audio_start *ask,
                         struct transport_state *answer);
enum err audio_ask_stop(struct audio *audio, struct call *call, const struct audio_stop *ask,
                        struct transport_state *answer);
enum err audio_ask_toggle(struct audio *audio, struct call *call, const struct audio_toggle *ask,
                          struct transport_state *answer);
enum err audio_ask_locate(struct audio *audio, struct call *call, const struct audio_locate *ask,
                          struct transport_state *answer);
enum err audio_ask_set_tempo(struct audio *audio, struct call *call, const struct audio_set_tempo *ask,
                             struct transport_state *answer);
enum err audio_ask_set_swing(struct audio *audio, struct call *call, const struct audio_set_swing *ask,
                             struct transport_state *answer);
enum err audio_ask_tap(struct audio *audio, struct call *call, const struct audio_tap *ask,
                       struct transport_state *answer);
/* Errors (explained): bad_request (no such grid). */
enum err audio_ask_set_quantise(struct audio *audio, struct call *call, const struct audio_set_quantise *ask,
                                struct transport_state *answer);
enum err audio_ask_set_metronome(struct audio *audio, struct call *call, const struct audio_set_metronome *ask,
                                 struct transport_state *answer);
enum err audio_ask_set_sync(struct audio *audio, struct call *call, const struct audio_set_sync *ask,
                            struct transport_state *answer);
enum err audio_ask_reset_meters(struct audio *audio, struct call *call, const struct audio_reset_meters *ask,
                                struct nothing *answer);

#endif
