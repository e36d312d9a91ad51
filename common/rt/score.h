/* score.h: what the audio core plays: a snapshot that the control thread of the audio service publishes for the audio
 * thread. It contains plain numbers, and the audio thread clamps each one to its range. The parameters have the ranges
 * and defaults of patterns (docs/protocol.md, record pattern). */
#ifndef LOOPHOLE_COMMON_RT_SCORE_H
#define LOOPHOLE_COMMON_RT_SCORE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SCORE_ROWS = 32,
    SCORE_STEPS = 64, /* 16, 32, 48 or 64 are used; a bar is 16 */
    SCORE_BAR = 16,
    SCORE_NOTES = 64,
    SCORE_RATCHET = 8,
    SCORE_NAME = 64, /* bytes of a row's name */
    SCORE_PADS = 128,
    SCORE_LAYERS = 32, /* of a pad */
    SCORE_OUTPUTS = 4, /* pairs of ports for single pads */
    SCORE_SONG = 256,  /* entries of a song */
    SCORE_CONTROLS = 256,
    SCORE_NO_SOUND = UINT32_MAX,
};

/* The channels that voices are mixed to, before the master. */
enum score_group { GROUP_STREAMS, GROUP_SOUNDS, GROUP_PADS, GROUP_SEQUENCER, GROUP_PREVIEW, GROUP_METRONOME, GROUPS };

/* The ways of sound through another JACK client and back: one of each group, and that of the master. */
enum { CHAIN_PREVIEW = GROUP_PREVIEW, CHAIN_MASTER = GROUPS, CHAINS };
enum { CHAIN_LATEST = 8192 /* frames: the latency of an insert that the other channels wait for, at most */ };

enum score_step { STEP_REST, STEP_NORMAL, STEP_ACCENT };
/* Each but the first looks ahead, which delays all output by 1.5 ms. */
enum score_limiter { LIMIT_AT_ONCE, LIMIT_AHEAD, LIMIT_TRUE_PEAKS };
enum score_wave { WAVE_SINE, WAVE_SAW, WAVE_SQUARE, WAVE_TRIANGLE, WAVE_NOISE, WAVES };

/* The parameters of a synthesised voice. */
struct score_voice {
    float freq;                            /* Hz; used if the row has no notes */
    float amp;                             /* 0…1 */
    float filter_freq;                     /* Hz */
    float filter_q;                        /* 0.5…20 */
    float attack, decay, sustain, release; /* s, s, 0…1, s */
    float reverb_send, delay_send;         /* 0…1 */
    uint32_t wave;                         /* enum score_wave */
    uint32_t acid;                         /* not 0: uses the acid filter */
};

/* A row of the step sequencer. */
struct score_row {
    uint32_t used;
    uint32_t sound;      /* slot of `sounds`; SCORE_NO_SOUND: the synthesised voice */
    uint32_t generation; /* of that slot */
    uint32_t mute;       /* not 0: the row is silent; `muted`, `solo` and `soundless` have the reason */
    struct score_voice voice;
    float amp;          /* 0…1: base_amp */
    float filter_freq;  /* Hz, while it sounds; 0: the voice's; both 0: no filter */
    float accent_boost; /* Hz: raises the filter on accented steps; without a filter, these are 3 dB louder */
    float gate;         /* fraction of a step, 0.01…1; with 1 a sound plays to its end */
    float pan;
    uint32_t note_count;        /* 0: each step plays voice.freq; else each sounding step plays the next note */
    float notes[SCORE_NOTES];   /* Hz; a sound plays at its own pitch for voice.freq */
    float ratio;                /* of pitch, for a sound */
    uint32_t choke;             /* of a sound, as for a pad; 0: only the row itself */
    uint8_t steps[SCORE_STEPS]; /* enum score_step */
    uint32_t midi;              /* MIDI channel + 1: midi_out sends its notes, and it has no sound; 0: none */
    uint32_t length;            /* the row repeats after this number of steps; 0: after all */
    /* One value a step. The steps after these have the value in parentheses. */
    uint32_t velocity_count, probability_count, timing_count, ratchet_count;
    float velocity[SCORE_STEPS];    /* 0…1 (1) */
    float probability[SCORE_STEPS]; /* 0…1 (1) */
    float timing[SCORE_STEPS];      /* -0.5…0.5 (0): step.h */
    uint8_t ratchet[SCORE_STEPS];   /* 1…8 (1) */
    /* Only the control thread uses the rest: the reasons from which it computes `mute`, and the name. */
    uint32_t muted, solo;  /* not 0: a person has set it */
    uint32_t soundless;    /* not 0: the streamer could not load its media item */
    char name[SCORE_NAME]; /* no zero ends a name of SCORE_NAME bytes */
};

struct score_pattern {
    uint32_t serial; /* 0: no pattern; a new number is a new pattern */
    uint32_t steps;  /* 16, 32, 48, 64 */
    uint32_t seed;   /* of the probabilities */
    uint32_t song;   /* number of the song's entry, from 1; 0: none. Only the control thread uses these three */
    uint32_t bars;   /* length of that entry */
    int64_t began;   /* the bar at which it began */
    float reverb_mix, reverb_room, reverb_damp;
    float delay_time, delay_feedback, delay_mix, delay_lowcut, delay_highcut;
    float acid_cutoff, acid_res, acid_env, acid_decay, acid_drive, acid_mix, acid_comp;
    struct score_row rows[SCORE_ROWS];
};

struct score_strip {
    float gain; /* linear, 0…4 */
    float pan;
    uint32_t mute, solo;
    uint32_t apart;      /* not 0: the channel goes only to its own ports, not to main */
    uint32_t pfl;        /* not 0: pfl_left and pfl_right have its signal before gain, mute and solo */
    float reverb, delay; /* sends after its gain, 0…1 */
};

/* A layer of a pad: its sound for hits of low <= velocity < high. */
struct score_layer {
    uint32_t sound, generation;
    float low, high;      /* 0…1; a high of 1 includes velocity 1 */
    float gain, ratio;    /* times those of the pad */
    uint32_t from, until; /* frames of the sound; until 0: its end; both 0: the pad's */
};

/* What a hit of a pad starts. */
struct score_pad {
    uint32_t sound, generation; /* SCORE_NO_SOUND: nothing */
    float gain, pan, ratio;
    uint32_t from, until; /* frames of the sound; until 0: its end */
    uint32_t mode;        /* enum score_pad_mode */
    uint32_t choke;       /* pads and rows with the same number silence each other; 0: none */
    uint32_t reverse;
    uint8_t note, channel; /* MIDI: 0…127, 0…15; 255: any channel; note 255: none */
    uint8_t keys_from,
        keys_until;        /* MIDI notes that play it at their pitch; `note` is then the root. keys_until 0: none */
    float attack, release; /* s */
    float curve;           /* velocity to gain: gain·v^curve */
    float decay, sustain;  /* s, 0…1; as in struct cue_shape */
    float cutoff, resonance;
    float reverb, delay;
    float bend;                     /* semitones of the pitch wheel, with keys */
    uint32_t wave;                  /* not 0: enum score_wave + 1: an oscillator replaces the sound */
    float hz;                       /* of the oscillator at `note`; 0: the usual frequency of that note */
    uint32_t output;                /* 0: the channel of pads; 1…SCORE_OUTPUTS: ports of its own */
    uint32_t loop_from, loop_until; /* frames of the sound; loop_until 0: the end */
    uint32_t layer_count;           /* 0: `sound` for every velocity */
    struct score_layer layers[SCORE_LAYERS];
};
enum score_pad_mode { PAD_ONE_SHOT, PAD_GATE, PAD_LOOP };

enum score_time { AT_NEXT_STEP, AT_NEXT_BAR };

/* A MIDI control that hits a pad: docs/midi.md. */
struct score_control {
    uint8_t kind;  /* enum midi_control_kind + 1; 0: none */
    uint8_t place; /* bits 0…3 the channel, 4 and 5 the port */
    uint8_t pad, unused;
    uint32_t number;
    float from, until; /* the velocity at its lowest and highest position, 0…1 */
};

/* The next_bar of a withdrawn pattern. If the audio thread began the pattern just before, it continues to play. */
#define SCORE_NEVER INT64_MAX

enum score_sync { SYNC_NONE, SYNC_FOLLOW_JACK, SYNC_LEAD_JACK, SYNC_FOLLOW_MIDI };

struct score {
    uint64_t serial;
    double tempo;                  /* BPM, 20…400 */
    double swing;                  /* 0 ≤ s < 1: every odd step starts s/2 steps late */
    int64_t next_bar;              /* `next` begins at this bar (from 0); -1: none; SCORE_NEVER: withdrawn */
    double next_tempo, next_swing; /* from next_bar on; 0 and -1: unchanged */
    uint32_t sync;                 /* enum score_sync */
    uint32_t midi_clock_out;       /* not 0: sends a clock on the MIDI port */
    uint32_t midi_clock_stopped;   /* not 0: also while the transport is stopped */
    float midi_clock_offset;       /* s: later than the music, or earlier; -0.1…0.1 */
    uint32_t metronome;            /* not 0: the metronome sounds while the transport runs */
    uint32_t preview_apart;        /* not 0: the preview group goes only to its own ports; 0: also to main */
    uint32_t preview_chained;      /* not 0: main gets the preview only from the return ports */
    uint32_t monitor;              /* not 0: main also contains the inputs */
    float limiter_ceiling;         /* linear, 0.1…1 */
    uint32_t limiter;              /* enum score_limiter */
    uint32_t tempo_locked;         /* not 0: setting a pattern changes neither tempo nor swing */
    uint8_t project[16];           /* id of the project that stores this state; zeros: none */
    uint64_t kept_revision;        /* of its part */
    uint64_t kept_serial;          /* the project has stored all changes up to this serial */
    struct score_strip master;
    struct score_strip groups[GROUPS];
    struct score_pad pads[SCORE_PADS];
    uint32_t pads_set; /* number of the change of pads that waits; until it begins `earlier_pads` are hit; 0: none */
    uint32_t pads_at;  /* enum score_time: when it begins; at once while the transport is stopped */
    uint32_t pads_replaced; /* number of the first change that it replaces; 0: none. Once that one, or one after it, has
                             * begun, it begins at once */
    uint32_t quantise;      /* lines of a bar: a hit of a person just before one waits for it; 0: none does */
    struct score_pad earlier_pads[SCORE_PADS];
    uint32_t has_controls; /* not 0: `controls` is the list of the open project, which may be empty */
    uint32_t control_count;
    uint32_t controls_wait; /* not 0: a client learns a control; meanwhile no control hits a pad */
    struct score_control controls[SCORE_CONTROLS];
    struct score_pattern now, next;
};

static inline bool score_has_next(const struct score *score)
{
    return score->next_bar >= 0 && score->next_bar != SCORE_NEVER;
}

#endif
