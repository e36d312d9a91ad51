/* state/sync.h: what is known of other clocks. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_SYNC_H
#define LOOPHOLE_AUDIO_RT_STATE_SYNC_H

#include <stdint.h>

enum { SYNC_TICKS_A_BEAT = 24 }; /* of MIDI clock */

struct sync {
    int64_t tick_frame;     /* of the last clock that came in */
    double interval_frames; /* frames between two */
    int64_t ticks;          /* the place of the last one, in clocks (6 a step) */
    uint32_t heard;         /* clocks in a row, at most 24 */
    uint32_t armed;         /* the next clock is the first one of the music */
    int64_t next_tick;      /* the next one that goes out */
    uint32_t playing;       /* others have received a start */
    uint32_t asked;         /* JACK was asked to roll with the transport */
    double tempo;           /* that was reported to JACK for this period; 0: none */
    int64_t jack_ahead;     /* frames of JACK's transport less those of the audio clock, when it was followed last */
};

#endif
