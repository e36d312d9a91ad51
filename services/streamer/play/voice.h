/* voice.h: the 32 stream voices. Each voice pulls a file, converts its frames to the server's rate and feeds a ring.
 *
 *   voice_play ─► opening ─► filling ─(STREAM_START)─► playing ─(NOTE_STREAM_ENDED)─► free
 *                   └──── failed ────► free            └─ voice_stop ─► ending ──┘
 *
 * A seek starts a new generation in the same ring. An eighth of the ring stays free, so the new beginning has room
 * while the old generation still sounds. When the beginning is complete, the header names the new generation, and the
 * core fades over. The loop's thread. */
#ifndef LOOPHOLE_STREAMER_VOICE_H
#define LOOPHOLE_STREAMER_VOICE_H

#include "common/sound/resample.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/play/handover.h"
#include "services/streamer/play/reader.h"
#include "services/streamer/play/stretch.h"

/* In order: a voice is fed from VOICE_FILLING on, and in VOICE_ENDING if a slow fade needs more frames. */
enum voice_phase { VOICE_FREE, VOICE_OPENING, VOICE_FILLING, VOICE_PLAYING, VOICE_ENDING };

enum { VOICE_LOOP_LEAST = 256 }; /* frames of a loop, as loop_frames in the schema: each turn costs a pull */

/* The file to play, and how to play it. */
struct voice_plan {
    const char *path;     /* absolute */
    struct id media;      /* zero: none */
    struct id instead_of; /* the asked item, if another one of its content is played; zero: none */
    struct id request;
    enum score_group group;
    int64_t from;  /* frame of the file */
    int64_t until; /* the frame before which it ends, unless it repeats; 0: the file's end */
    int64_t at;    /* of the audio clock, or CUE_NOW */
    uint32_t grid; /* not 0: it starts at the next multiple of this number of 16th notes instead */
    bool loop, start_transport;
    int64_t loop_from, loop_end; /* frames of the file that a loop repeats; end 0: that of the file */
    double loop_length;          /* its exact length in frames of the file; 0: it has a whole number of them */
    uint32_t loop_key;           /* 1 to 12: it plays the loop of this F key; 0: none */
    struct id loop_project;      /* … of this project; zero: none */
    int64_t began;               /* frame of the audio clock at which its first turn began */
    int64_t edge;                /* frames of the fades of its cuts */
    struct loop_cut_list cuts;   /* of a loop of an exact length; valid during voice_play, as `hits` */
    struct loop_hit_list hits;
    float gain, pan;
    double tempo, semitones; /* 1 and 0: unchanged */
    bool is_drums;           /* it is stretched as drums are */
    double bpm;              /* of the file, if it follows the tempo; 0: it does not */
    struct treatment treatment;
};

struct voices;

/* Loops that begin on one frame (together.h). */
struct voice_together {
    struct ticket ticket; /* of the ask, until it is answered */
    usec_t until;         /* steady clock: it is answered then at the latest */
    usec_t since;         /* the first of its voices is filled; 0: none */
    uint32_t grid;        /* not 0: it begins at a multiple of this number of 16th notes */
    int64_t at, began;    /* as those of a plan */
    bool is_used, has_begun;
    struct fault fault; /* of the first voice that failed */
};

struct voice {
    struct voices *all;
    uint32_t index;
    enum voice_phase phase;
    struct stream_memory *memory;
    struct ring ring;
    struct handover_voice *handover;
    struct file_reader *reader, *following; /* the file that is pulled, and the following one */
    struct resample *resample;              /* NULL: the rates are equal */
    struct stretch *stretch;                /* NULL: unchanged */
    uint32_t generation;
    int64_t frame;    /* next frame of the file */
    int64_t ends;     /* the frame before which the file of a loop ended; -1: it has not ended yet */
    uint64_t turn;    /* of its loop, for which the next frame is written */
    uint64_t skip;    /* cells that a dead streamer wrote already */
    bool is_resuming; /* it continues at the place of a dead streamer */
    bool is_aiming;   /* the new generation is due at a moment, in place of a seek */
    bool is_seeking;  /* the ring gets `generation`, but the header still names the old one */
    bool is_made;     /* the ring contains its generation */
    bool is_ending;   /* the whole file was pulled */
    bool is_complete; /* all cells are written */
    bool is_cued;     /* a start cue was sent, for this generation or an earlier one */
    bool is_dry;
    bool is_heir;       /* it continues a stretched sound of a dead streamer, which still has cells; until realigned */
    bool was_dry;       /* its ring ran dry once: the cheaper stretcher feeds it from then on */
    bool follows_ready; /* `following` is open */
    bool is_ready;      /* it was filled, and may wait for others */
    bool is_next_copy;  /* the queued file is played in place of another file of its content */
    struct reader_format format, next_format;
    struct voice_plan plan;          /* path NULL: the pieces have the paths */
    int64_t due;                     /* frame of the audio clock at which the new generation is due; 0: at once */
    uint32_t looks;                  /* number of ticks in a row that found it out of step */
    int64_t begins;                  /* frame of the audio clock of the cue that starts it */
    usec_t since;                    /* start of the phase, steady clock */
    struct ticket ticket;            /* of the ask, until it starts */
    struct voice_together *together; /* it has not started, and begins with these; NULL: alone */
    /* The owner's functions, or NULL: then the voice itself answers the ticket. `prepare` is called before the start
     * cues, with the number of effects after them. */
    void (*prepare)(void *state, struct voice *voice, uint64_t effects);
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
    struct voice_together together[STREAMS];
    uint32_t fine_stretches;                         /* number of stretchers that have windows of full length */
    float *scratch;                                  /* one conversion's output */
    void (*ended)(void *state, struct voice *voice); /* called before the voice is free */
    void *state;
};

/* Takes over the voices of a predecessor, and settles what it did for asks. Call it before the first cue of this
 * process, which changes the count of cues. */
void voices_open(struct voices *voices);
/* Plays them on. Call it after the notes that the predecessor left, and before any other cue. */
void voices_resume(struct voices *voices);
void voices_close(struct voices *voices); /* a voice sounds until its ring is empty */
void voices_tick(struct voices *voices);
void voices_note(struct voices *voices, const struct note *note);
/* True if any voice is not free. */
bool voices_busy(const struct voices *voices);
struct voice *voices_find(struct voices *voices, struct id request); /* the voice that this ask started, or NULL */

/* Call it before the voices for which `is_one` is true are stopped: checks that all their cues have room, and prepares
 * the call's answer. Errors: busy. */
enum err voices_may_stop(struct voices *voices, struct call *call, bool (*is_one)(const struct voice *, const void *),
                         const void *state);

/* ---- voice_plan.c ---- */

/* A preview_grid as 16th notes; 0: at once. */
uint32_t voice_grid(int32_t grid);

/* The points of an ask, frames of the file; -1: not given. */
struct voice_points {
    int64_t from, until, loop_from, loop_frames;
};

/* Sets the part of the file that the plan plays, and the part that its loop repeats. The points of the ask give them;
 * if it has none, the item's trim. With points the plan has no fades, because fades belong to the trim. */
void voice_plan_part(struct voice_plan *plan, const struct voice_points *points, const struct treatment *treatment);

/* Makes it a loop of `length` frames of the file from plan->from on, with fades of `edge` frames at both ends of
 * a turn. */
void voice_plan_loop(struct voice_plan *plan, uint32_t key, double length, int64_t edge);

/* Checks the part of the file: it must end after its begin, and a loop must not be too short. Errors (explained):
 * bad_request. */
enum err voice_check_part(const struct voice_plan *plan, struct fault *fault);

/* ---- voice_turns.c: the turns of a loop of an exact length, which differ by a frame ---- */
int64_t voice_turns_end(const struct voice *voice);      /* the frame of the file at which this turn ends */
uint64_t voice_turns_at(double length, int64_t frames);  /* the turn that has begun after that many frames … */
int64_t voice_turns_begin(double length, uint64_t turn); /* … and the frames before a turn */
int64_t voice_turns_start(const struct voice *voice);    /* plan.at, or the same place of a turn that is to come */
int64_t voice_turns_passed(const struct voice *voice);   /* frames of the turn that are over at plan.at */

/* ---- voice_cuts.c: loops whose turns consist of parts ---- */
struct voice_pull {
    int64_t from; /* frame of the file; -1: silence */
    uint32_t frames;
};
struct voice_pull voice_cuts_next(const struct voice *voice, uint32_t frames, int64_t end); /* at most so many */
/* Fades and gain of frames of one part, from voice->frame on. */
void voice_cuts_shape(const struct voice *voice, const float *from, float *to, uint32_t frames);
enum err voice_cuts_check(const struct voice_plan *plan, struct fault *fault); /* errors: bad_request */
void voice_cuts_keep(struct handover_voice *handover, const struct voice_plan *plan);
void voice_cuts_mend(struct handover_voice *handover); /* leaves out what cannot be */

void voice_hits_tick(struct voice *voice);      /* voice_hits.c: sends the cues of its pads … */
void voice_hits_end(const struct voice *voice); /* … and releases its keys */

/* ---- voice_acts.c: what persons do, for captures; `deed` is a loop_deed ---- */
/* Of the current piece. A stop at CUE_NOW: it was played to its end. */
void voice_acts_add(struct voice *voice, int32_t deed, int64_t frame, double value);
void voice_acts_pause(struct voice *voice, const struct note *note);
void voice_acts_note(struct voices *voices, const struct note *note); /* of a pad */
void voice_acts_since(const struct voices *voices, int64_t since, struct arena *arena, struct loop_mark *to);

/* ---- voice_place.c ---- */
struct handover_piece *voice_piece(const struct voice *voice);
double voice_ahead(const struct voice *voice);    /* seconds in its ring */
bool voice_is_to_come(const struct voice *voice); /* the core keeps its start cue for a frame to come */
/* Returns the frame of the file at which the played or repeated part ends; 0: the end of the file. */
int64_t voice_part_end(const struct voice *voice);
/* Converts a frame of the current piece to a frame of the file. A piece that is a loop has no end. */
int64_t voice_place(const struct voice *voice, int64_t frame);
int64_t voice_frame_of_cell(const struct voice *voice,
                            int64_t cell);               /* of the generation, from 0: the frame of the file */
int64_t voice_sounding_frame(const struct voice *voice); /* the frame of the file that sounds */
void voice_end_at(struct voice *voice, uint64_t end);    /* the sound ends at that cell, unless it ends before */
void voice_forget_sought(struct voice *voice);           /* the piece of a seek */
void voice_stay(struct voice *voice);                    /* gives up a seek: the old generation plays to its end */
void voice_stall(struct voice *voice, bool dry);         /* reports that its ring ran dry, or no more */
/* Fills the schema's record; its paths point into shared memory. */
void voice_describe(const struct voice *voice, struct stream_voice *to);

/* ---- voice_cues.c ---- */
void voice_filled(struct voice *voice); /* the ring contains enough to start */
/* `fade`: seconds. */
void voice_stop(struct voice *voice, float fade);
void voice_stop_at(struct voice *voice, int64_t frame, float fade); /* a frame of the audio clock, or CUE_NOW */
bool voice_is_sounding(const struct voice *voice);                  /* voice_stop sends a cue */
void voice_set_phase(struct voice *voice, enum voice_phase phase);
void voice_fail(struct voice *voice, const struct fault *fault);
void voice_end(struct voice *voice, enum stream_end why, const char *failure); /* the voice is silent */

/* ---- voice.c ---- */

/* Begins to open the file. The voice reports its start or failure by its ticket, or by `started` and `failed`. Errors:
 * busy (all 32 voices play), offline (no audio core). */
enum err voice_play(struct voices *voices, const struct voice_plan *plan, struct voice **voice, struct fault *fault);
/* Continues at `frame` of the file. `request`: of the ask; zero: no ask. Errors: conflict (the voice does not play). */
enum err voice_seek(struct voice *voice, int64_t frame, struct id request, struct fault *fault);
enum err voice_may_seek(const struct voice *voice, struct fault *fault); /* errors: conflict */
/* `gain` is linear, `pan` -1 (left) … 1, `ramp` in seconds. Errors: busy (the core takes no more cues). */
enum err voice_gain(struct voice *voice, float gain, float pan, float ramp, struct fault *fault);
/* Pauses it, or lets it go on from where it is. Errors (explained): conflict (it does not play, has not begun, is
 * stretched, or plays a loop or a preview), busy. */
enum err voice_pause(struct voice *voice, bool on, struct fault *fault);
enum err voice_may_pause(const struct voice *voice, struct fault *fault);
void voice_pause_again(struct voice *voice); /* a predecessor's cue, which changes nothing if it was done */
/* Queue a file after the current one. Errors: conflict (the voice plays nothing that a file could follow). */
enum err voice_queue(struct voice *voice, const struct located *located, struct id request, struct fault *fault);
enum err voice_may_queue(const struct voice *voice, struct fault *fault);
void voice_move(struct voice *voice, struct id project); /* its loop is that of another project, a copy */

/* ---- voice_mark.c ---- */
/* The place of a voice for a capture. Errors (explained): not_found, conflict. */
enum err voice_mark(struct voices *voices, const struct streamer_mark_loop *ask, struct arena *arena,
                    struct loop_mark *to, struct fault *fault);
void voice_line(struct core_link *core, int32_t grid, struct loop_line *to);
uint32_t voice_steps_of(int32_t grid); /* a loop_grid as 16th notes; 0: now */
/* The first line of the grid at this frame or after it; the frame itself while the transport is stopped. */
int64_t voice_line_from(const struct core_link *core, uint32_t steps, int64_t frame);

/* ---- voice_follow.c ---- */
bool voice_follows(const struct voice *voice);      /* it follows the tempo of the transport */
bool voice_is_stretched(const struct voice *voice); /* its current piece */
bool voice_follow_look(struct voice *voice);        /* the tick: true if it must be realigned, to be in step */
/* Sets tempo, place and moment of the generation that begins. Its file is open. */
void voice_follow_aim(struct voice *voice);
int64_t voice_follow_late(const struct voice *voice);                           /* frames since it was due */
void voice_follow_next(struct voice *voice, const struct handover_piece *next); /* a queued file begins */
void voice_follow_restart(struct voice *voice); /* plan.from is its new beginning: it takes a new place */

/* ---- voice_feed.c ---- */
void voice_feed_begin(struct voice *voice); /* its file is open: starts a generation, or continues an old one */
void voice_feed(struct voice *voice);       /* pulls if the ring has room */
void voice_feed_drain(struct voice *voice); /* moves what the stretcher has made to the ring */
void voice_feed_came(void *voice, int64_t frame, const float *stereo, uint32_t frames, bool end);
void voice_feed_check(struct voice *voice);             /* starts the voice if its ring contains enough */
void voice_feed_follow(struct voice *voice);            /* the following file is open, or there is none */
struct id voice_feed_seeker(const struct voice *voice); /* the ask of a seek that has no piece yet; zero: none */
void voice_feed_seek(struct voice *voice);              /* the next cells belong to a new generation */
void voice_feed_inherit(struct voice *voice);           /* a predecessor's seek, and the current piece */
uint32_t voice_feed_scratch(void);                      /* floats that a conversion may need */

/* ---- voice.c, for voices.c ---- */
void voice_realign(struct voice *voice); /* begins a generation that is in step */
void voice_open(struct voice *voice);
void voice_open_next(struct voice *voice);

#endif
