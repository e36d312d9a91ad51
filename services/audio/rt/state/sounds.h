/* state/sounds.h: voices that play sounds from memory. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_SOUNDS_H
#define LOOPHOLE_AUDIO_RT_STATE_SOUNDS_H

#include "common/rt/midi_moves.h"
#include "common/rt/score.h"
#include "common/rt/state.h"
#include "services/audio/dsp/edges.h"
#include "services/audio/dsp/fade.h"
#include "services/audio/dsp/interpolate.h"
#include "services/audio/dsp/oscillator.h"
#include "services/audio/dsp/svf.h"

enum {
    SOUNDS_LEAVING = 16, /* voices that fade out in addition to the 64 */
    SOUNDS_VOICES = SOUND_VOICES + SOUNDS_LEAVING,
    SOUNDS_RELEASES = 256,
    SOUNDS_NOBODY = UINT32_MAX, /* no producer, row, pad */
};

/* Bits of `held`. */
enum {
    SOUND_HELD = 1,
    SOUND_BY_KEYBOARD = 2, /* then the bits 8…14 are the key, and 16…19 the channel */
    SOUND_BY_PEDAL = 4,    /* the key is up, but the pedal is down */
    SOUND_BY_LOOP = 8, /* the loop of a stream plays a key, without SOUND_HELD: bits 8…14 the key, 16…21 the stream */
    SOUND_BY_CONTROL =
        32, /* a control hit a gate: bits 8…21 its number, 22…25 the channel, 26…28 its kind, 29 and 30 its port */
};
enum { MIDI_CHANNELS_IN = 16 };

enum { WIDE_HELD = 16 };

/* The controls of a port's devices: what decides whether a message presses one. All zeros at first. */
struct sounds_midi {
    uint32_t high[MIDI_CHANNELS_IN][4]; /* a bit for each controller: its last value was in the upper half */
    uint32_t pressed;                   /* a bit for each channel: its last pressure was in the upper half */
    struct {
        uint32_t control; /* its kind, channel and number, as in `held`; 0: none */
        uint32_t value;
    } wide[WIDE_HELD]; /* the last controls of 14 bits in their upper half, the newest first */
};

enum sounds_state { SOUND_SILENT, SOUND_PLAYS, SOUND_STOPS };

struct sounds_voice {
    uint32_t state; /* enum sounds_state */
    uint32_t slot, generation;
    uint32_t frames, channels, rate; /* of the sound */
    uint64_t offset;                 /* of its first sample */
    uint32_t from, length;           /* the part to play */
    uint32_t loop_start, loop_end;   /* in the part, in playback order; 0, 0: none */
    uint32_t reverse;
    float ratio;
    struct interpolate play;
    struct fade fade;
    struct ramp envelope; /* attack and release, or a slow stop */
    struct ramp left, right;
    float gain, pan;         /* as the cue says */
    float sustain;           /* the level after the decay */
    uint32_t decay;          /* frames of the decay, which follows the attack; 0: none, or begun */
    float cutoff, resonance; /* of the filter; cutoff 0: none */
    float reverb, send;      /* to the reverb and the delay */
    struct svf filter;
    uint32_t gate;    /* frames until the release; UINT32_MAX: never */
    uint32_t release; /* frames of the release */
    uint32_t group, row, pad, producer, tag, choke;
    uint32_t held;   /* 0, or SOUND_HELD: a MIDI message will release the voice; with the bits above */
    uint32_t output; /* 0: its group; 1…SCORE_OUTPUTS: ports of its own */
    uint32_t wave;   /* not 0: an oscillator of enum score_wave + 1 in place of a sound … */
    float hz;        /* … and its pitch at ratio 1 */
    uint32_t spare;
    struct edges edges; /* of the part */
    struct oscillator oscillator;
    uint64_t age; /* the number of its start */
};

struct sounds_release {
    uint32_t slot, generation, producer, tag;
};

_Static_assert(SCORE_LAYERS <= 32, "a bit for each layer");

struct rt_sounds {
    struct sounds_voice voice[SOUND_VOICES + SOUNDS_LEAVING];
    uint64_t started;
    uint32_t sounded[SCORE_PADS]; /* a bit for each layer that has had its turn, until all of its velocity have */
    uint32_t releases;
    uint32_t pedals;                /* a bit for each MIDI channel whose sustain pedal is down */
    int16_t bend[MIDI_CHANNELS_IN]; /* of the pitch wheels, -8192…8191 */
    struct sounds_midi midi[MIDI_PORTS];
    struct midi_memory memory[MIDI_PORTS];
    struct sounds_release release[SOUNDS_RELEASES];
};

#endif
