/* period.h: input and output of one period of JACK, and the block in it that is rendered. RT. */
#ifndef LOOPHOLE_AUDIO_RT_PERIOD_H
#define LOOPHOLE_AUDIO_RT_PERIOD_H

#include "common/rt/score.h"
#include "common/rt/state.h"
#include "services/audio/rt/bbt.h"

enum { ENGINE_FRAMES = 8192, ENGINE_MIDI = 256 };

/* A MIDI message of at most 3 bytes, at a frame of the period. */
struct engine_midi {
    uint32_t at;
    uint8_t length;
    uint8_t bytes[3];
    uint8_t port; /* midi_in or control_out 0, midi_in_2 or control_out_2 1, … below MIDI_PORTS */
};

enum engine_jack_state { JACK_STOPPED, JACK_ROLLING, JACK_STARTING };

struct engine_period {
    uint32_t frames; /* 1 … ENGINE_FRAMES */
    uint32_t rate;
    int64_t at;    /* clock_steady (µs) of the period's start as JACK sees it */
    int64_t frame; /* the server's frame clock at the period's start (jack_last_frame_time, made 64 bits) */
    const float *capture[2];
    uint64_t client;                 /* differs for each client that joined a server */
    uint32_t wired;                  /* bit 0, 1: capture[0], capture[1] is connected */
    uint32_t midi_wired;             /* connections of the MIDI output */
    const float *listen;             /* NULL: silence */
    const float *returns[CHAINS][2]; /* what comes back from each chain; NULL: silence */
    uint32_t chains;                 /* bits of the chains that are made; that of the preview has no meaning */
    bool awaits_chains;              /* not known yet: a new client makes the chains of its predecessor again */
    uint32_t latency_frames[CHAINS]; /* frames by which the sound of a made chain comes back later */
    float *main[2];
    float *preview[2];
    float *own[GROUPS][2];           /* of the channels; NULL: it has no such port */
    float *insert[2];                /* the master before its insert; NULL: there is no such port */
    float *pfl[2];                   /* NULL as well */
    float *output[SCORE_OUTPUTS][2]; /* of single pads; NULL as well */
    const struct engine_midi *midi_in;
    uint32_t midi_in_count;
    struct engine_midi *midi_out;    /* room for ENGINE_MIDI, ordered by `at` */
    uint32_t midi_out_count;         /* output */
    uint32_t control_wired;          /* connections of the ports control_out */
    struct engine_midi *control_out; /* room for ENGINE_MIDI; NULL: there is no such port */
    uint32_t control_out_count;      /* output */
    enum engine_jack_state jack_state;
    int64_t jack_frame;   /* of JACK's transport */
    double jack_tempo;    /* 0: JACK's transport names none */
    double jack_step;     /* JACK's bar, beat and tick in steps, with fraction; -1: none */
    double jack_slack;    /* steps that jack_step may be early because its ticks have no fraction */
    bool jack_joined;     /* the client's first period on this server */
    float load;           /* of the previous period: its duration / the period, as the caller measured it */
    int32_t jack_ask;     /* output: 1 roll, -1 stop, 0 nothing */
    int64_t jack_locate;  /* output: frame to locate to first; -1: none */
    struct bbt_lead lead; /* output */
    uint32_t aligned;     /* output as well: of `delay`, frames by which channels wait for the latest insert */
    uint32_t delay;       /* output, valid in a silent period too: frames that main is late */
};

/* The buffers of the block that is rendered.
 *
 *     streams, sounds  ──► group
 *     sounds of rows   ──► row ──► rows.c ──► group, acid, reverb, delay
 *     mixer            group ──► main, preview
 *
 * `one` and `level` belong to the function that fills them, until it returns. */
enum { CORE_BLOCK = 256 }; /* frames rendered at once, at most */

struct core_block {
    float group[GROUPS][2][CORE_BLOCK];
    float row[SCORE_ROWS][2][CORE_BLOCK]; /* sounds of the sequencer's rows */
    uint32_t row_frames[SCORE_ROWS];      /* valid frames in `row`; 0: none */
    float leaving[2][CORE_BLOCK];         /* a voice of a row that was replaced */
    float one[2][CORE_BLOCK];             /* a voice's */
    float level[CORE_BLOCK];
    float acid[2][CORE_BLOCK];
    float reverb[2][CORE_BLOCK], delay[2][CORE_BLOCK]; /* sends */
    float main[2][CORE_BLOCK], preview[2][CORE_BLOCK];
    float back[2][CORE_BLOCK]; /* from the return ports */
    float pfl[2][CORE_BLOCK];
    float output[SCORE_OUTPUTS][2][CORE_BLOCK]; /* of single pads */
    uint32_t outputs, has_pfl;                  /* bits of the valid ones of `output`; not 0: `pfl` is valid */
};

#endif
