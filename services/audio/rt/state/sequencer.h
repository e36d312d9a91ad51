/* state/sequencer.h: rows, effects and the next step of the sequencer. Part of the survival state. RT. */
#ifndef LOOPHOLE_AUDIO_RT_STATE_SEQUENCER_H
#define LOOPHOLE_AUDIO_RT_STATE_SEQUENCER_H

#include "common/rt/score.h"
#include "services/audio/dsp/acid.h"
#include "services/audio/dsp/adsr.h"
#include "services/audio/dsp/click.h"
#include "services/audio/dsp/delay.h"
#include "services/audio/dsp/mix.h"
#include "services/audio/dsp/oscillator.h"
#include "services/audio/dsp/reverb.h"
#include "services/audio/dsp/svf.h"

/* Hits of one step of a row that are still to come. */
struct sequencer_hits {
    double place, apart; /* steps: of the next hit, and between two */
    float hz, velocity;
    float share;    /* of a step, which the gate is a part of */
    uint8_t left;   /* 0…SCORE_RATCHET */
    uint8_t accent; /* not 0: of an accent */
    uint8_t spare[2];
};

/* The note of a row that goes to the MIDI port. */
struct sequencer_midi {
    int64_t off;           /* frame of its end */
    uint8_t on;            /* not 0: its end was not sent yet */
    uint8_t open;          /* not 0: notes were sent since CC 64 = 0 was */
    uint8_t note, channel; /* of the last note */
    uint32_t spare;
};

enum { MIDI_CHANNELS = 16, MIDI_NOTES = 128 };

enum { HITS_NOW, HITS_EARLY, HITS };

struct sequencer_row {
    struct oscillator oscillator;
    struct rt_adsr adsr;
    struct svf filter;
    struct mix_strip strip;
    struct ramp reverb, delay; /* sends */
    float hz;
    float boost;                      /* Hz, the accent of the current note */
    uint32_t note;                    /* index of the next of the row's notes */
    uint32_t tail;                    /* frames until its filter has decayed */
    struct ramp velocity;             /* of the synth voice */
    struct sequencer_hits hits[HITS]; /* of the current step; of the next one, if it begins early */
    struct sequencer_midi midi;
    int64_t early; /* the step that hits[HITS_EARLY] belongs to; -1: none */
};

/* The row's synth voice is silent from now on. Also true in the frame before the envelope becomes idle. */
static inline bool sequencer_row_is_idle(const struct sequencer_row *row)
{
    bool falls = row->adsr.stage == ADSR_DECAY || row->adsr.stage == ADSR_RELEASE;

    return adsr_is_idle(&row->adsr) || (falls && row->adsr.left == 0 && !(row->adsr.target > 0));
}

/* Neither does its filter sound. */
static inline bool sequencer_row_is_silent(const struct sequencer_row *row)
{
    return sequencer_row_is_idle(row) && row->tail == 0;
}

/* The values that a row sounds with. */
struct row_sound {
    struct score_voice voice;
    float amp, pan, filter_freq;
    uint32_t is_heard;   /* not 0: it is used and not muted */
    uint32_t is_sampled; /* not 0: it plays a sound from memory */
};

/* The voice of a row that another pattern has replaced, until its end. */
struct row_leaving {
    struct row_sound sound;
    struct sequencer_row row;
};

struct rt_leaving {
    uint32_t count, spare;
    struct row_leaving each[SCORE_ROWS];
};

struct rt_sequencer {
    struct sequencer_row row[SCORE_ROWS];
    struct acid acid;
    struct reverb reverb;
    struct delay delay;
    struct click click;
    struct ramp acid_reverb, acid_delay;
    struct ramp closed;   /* 0; after a panic 1 until the period's end */
    uint32_t acid_tail;   /* frames */
    uint32_t quiet[2];    /* frames without input and output of the reverb, of the delay */
    uint32_t arrived;     /* serial of the `next` that plays already, until the score has it as `now` */
    uint32_t wipe;        /* floats of the lines to be cleared after a panic */
    uint32_t serial;      /* of the pattern that the hits to come belong to */
    uint64_t midi_client; /* whose port got the notes */
    uint32_t midi_wired;  /* connections of that port */
    uint32_t midi_ended;  /* ends that its new connection has got, of MIDI_CHANNELS * (MIDI_NOTES + 1) */
    uint64_t midi_played[MIDI_CHANNELS][MIDI_NOTES / 64]; /* bits of the notes that were ever sent */
    int64_t step;                                         /* the next step */
    int64_t origin;                                       /* the step at which the pattern began */
};

#endif
