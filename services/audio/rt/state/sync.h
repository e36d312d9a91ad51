/* state/sync.h: the state of the engine towards other clocks. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_SYNC_H
#define LOOPHOLE_AUDIO_RT_STATE_SYNC_H

#include <stdint.h>

enum { SYNC_TICKS_A_STEP = 6, SYNC_TICKS_A_BEAT = 24 }; /* of MIDI clock */
enum { MIDI_POSITION = 0xf2, MIDI_CLOCK = 0xf8, MIDI_START = 0xfa, MIDI_CONTINUE = 0xfb, MIDI_STOP = 0xfc };

struct sync {
    int64_t tick_frame;     /* of the last MIDI clock that arrived */
    double interval_frames; /* frames between two clocks */
    int64_t ticks;          /* place of the last clock, in clocks (6 a step) */
    uint32_t clocks;        /* number of consecutive clocks, at most 24 */
    uint32_t armed;         /* the next clock is the first one of the music */
    int64_t next_tick;      /* the next clock to send */
    double idle_tick;       /* frame of the next clock while the transport is stopped */
    uint32_t playing;       /* the music plays */
    uint32_t stops;         /* a stop is to be sent, before anything else */
    uint32_t starts;        /* a start is to be sent at start_frame, for start_place */
    int64_t start_frame;
    double start_place; /* steps */
    uint32_t asked;     /* JACK was asked to roll with the transport */
    uint32_t counted;   /* clocks of a gap that are in `ticks`, and may still come */
    double tempo;       /* BPM reported to JACK for this period; 0: none */
    int64_t jack_ahead; /* frames of JACK's transport minus those of the audio clock, when last followed */
};

#endif
