/* voice.h: the 32 stream voices: each pulls a file, makes its frames the server's rate and feeds a ring.
 *
 *   voice_play ─► opening ─► filling ─(STREAM_START)─► playing ─(NOTE_STREAM_ENDED)─► free
 *                   └──── failed ────► free            └─ voice_stop ─► ending ──┘
 *
 * A seek is a new generation in the same ring: RESERVE cells are kept free, so that there is room for its beginning
 * while the old one still sounds. The header turns to it when that beginning is there: the core then crosses over. The
 * loop's. */
#ifndef LOOPHOLE_STREAMER_VOICE_H
#define LOOPHOLE_STREAMER_VOICE_H

#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/play/handover.h"
#include "services/streamer/play/reader.h"
#include "services/streamer/play/resample.h"
#include "services/streamer/play/stretch.h"

/* In their order: from VOICE_FILLING on it is fed, in VOICE_ENDING as long as a slow stop needs more. */
enum voice_phase { VOICE_FREE, VOICE_OPENING, VOICE_FILLING, VOICE_PLAYING, VOICE_ENDING };

/* What is to be played, and how. */
struct voice_plan {
    const char *path; /* absolute */
    struct id media;  /* zero: none */
    struct id request;
    enum score_group group;
    int64_t from;  /* frame of the file */
    int64_t at;    /* of the audio clock, or ORDER_NOW */
    uint32_t grid; /* not 0: at the next multiple of so many 16th notes instead */
    bool loop, start_transport;
    float gain, pan;
    double tempo, semitones; /* 1 and 0: as it is */
};

struct voices;

struct voice {
    struct voices *all;
    uint32_t index;
    enum voice_phase phase;
    struct stream_memory *memory;
    struct ring ring;
    struct handover_voice *handover;
    struct file_reader *reader, *following; /* the file that is pulled, and the one after it */
    struct resample *resample;              /* NULL: the rates are equal */
    struct stretch *stretch;                /* NULL: as it is */
    uint32_t generation;
    int64_t frame;    /* of the file: comes next */
    uint64_t skip;    /* cells that a predecessor has written already */
    bool is_resuming; /* goes on where a predecessor was */
    bool is_seeking;  /* `generation` is written after what sounds, and the header has still the one before */
    bool is_made;     /* its generation is: what is in the ring is what it is to play */
    bool is_ending;   /* all of the file was pulled */
    bool is_complete; /* all cells are written */
    bool is_heard;    /* an order to start was sent, of this generation or one before */
    bool is_dry;
    bool follows_ready; /* `following` is open */
    struct reader_format format, next_format;
    struct voice_plan plan; /* path and media: as kept */
    int64_t begins;         /* frame of the audio clock that the start was ordered for */
    usec_t since;           /* the phase */
    struct ticket ticket;   /* of the ask that waits for it to start */
    /* Before the orders that start it, when there will be `effects` of them; when it starts, or does not. NULL: the
     * ticket is answered by the voice. */
    void (*foretell)(void *state, struct voice *voice, uint64_t effects);
    void (*started)(void *state, struct voice *voice);
    void (*failed)(void *state, struct voice *voice, const struct fault *fault);
    void *state;
};

struct voices {
    struct service *service;
    struct core_link *core;
    struct file_readers *readers;
    struct handover *handover;
    struct resampler *resampler;
    struct voice each[STREAMS];
    float *scratch;                                  /* one conversion's output */
    void (*ended)(void *state, struct voice *voice); /* before it is free */
    void *state;
};

/* Takes up what a predecessor played. */
void voices_open(struct voices *voices);
void voices_close(struct voices *voices); /* what sounds goes on for as long as its ring lasts */
void voices_tick(struct voices *voices);
void voices_note(struct voices *voices, const struct note *note);
bool voices_busy(const struct voices *voices);
struct voice *voices_find(struct voices *voices, struct id request); /* one that this ask has started, or NULL */

/* Before the voices of `group` (or all others, with `but`) are stopped: all of their orders find room, and the call's
 * answer is foretold. Errors: busy. */
enum err voices_may_stop(struct voices *voices, struct call *call, bool (*is_one)(const struct voice *, const void *),
                         const void *state);

/* Begins to open the file. `voice` is told of by its ticket or by `started` and `failed`. Errors: busy (32 play), full,
 * offline (no sound core). */
enum err voice_play(struct voices *voices, const struct voice_plan *plan, struct voice **voice, struct fault *fault);
void voice_stop(struct voice *voice, float fade);
/* `request`: of the ask; zero: no ask wants it. Errors: conflict (the voice does not play), full. */
enum err voice_seek(struct voice *voice, int64_t frame, struct id request, struct fault *fault);
enum err voice_may_seek(const struct voice *voice, struct fault *fault); /* conflict */
enum err voice_gain(struct voice *voice, float gain, float pan, float ramp, struct fault *fault);
/* Errors of both: conflict (it plays nothing that another file could follow); of the first also full. */
enum err voice_queue(struct voice *voice, const char *path, struct id media, struct id request, struct fault *fault);
enum err voice_may_queue(const struct voice *voice, struct fault *fault);
bool voice_is_sounding(const struct voice *voice); /* voice_stop sends an order */

/* As the schema has it; paths point into shared memory. */
void voice_describe(const struct voice *voice, struct stream_voice *to);

struct handover_piece *voice_piece(const struct voice *voice);
int64_t voice_position(const struct voice *voice); /* frame of the file that sounds */

/* ---- voice_feed.c ---- */
void voice_feed_begin(struct voice *voice); /* its file is open: makes a generation, or goes on with an old one */
void voice_feed(struct voice *voice);       /* pulls, if there is room */
void voice_feed_came(void *voice, int64_t frame, const float *stereo, uint32_t frames, bool end);
double voice_feed_ahead(const struct voice *voice);     /* seconds in its ring */
void voice_feed_check(struct voice *voice);             /* starts it, if there is enough in its ring */
void voice_feed_follow(struct voice *voice);            /* the following file is open, or there is none after all */
struct id voice_feed_seeker(const struct voice *voice); /* of the ask whose seek has no piece yet; zero: none */
void voice_feed_seek(struct voice *voice);              /* what is written next is another generation */
void voice_feed_inherit(struct voice *voice);           /* a predecessor's seek, and which piece is the present one */
void voice_feed_cut(struct voice *voice, uint64_t end); /* what sounds ends at that cell, unless it has an end */
void voice_feed_stay(struct voice *voice); /* a seek is given up: what sounds, sounds on to where it was written */
uint32_t voice_feed_scratch(void);         /* floats that a conversion may need */

/* ---- voice.c, for the other two ---- */
void voice_filled(struct voice *voice); /* enough is in the ring to start */
void voice_fail(struct voice *voice, const struct fault *fault);
void voice_end(struct voice *voice, enum stream_end why, const char *failure); /* it is silent */
void voice_open(struct voice *voice);
void voice_open_next(struct voice *voice);

#endif
