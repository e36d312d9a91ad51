/* takes.h: recordings. A take is a media item from the start (persist.reserve). Its file lies in the folder Media/Audio
 * of the open project, or in the recordings folder. At its end the streamer reports the take to persist, as final or
 * abandoned.
 *
 *   starting: latency, inputs, folder, library, item ──► (bars: until its bar is near) ──► making: its file
 *       ──► waiting: the audio core begins ──► going ──► stopping: the ring is drained
 *       ──► reporting to persist until it has acknowledged ──► free
 *                                                  └──► encoding: FLAC is made of its WAV, in a queue ──► reporting
 *
 * After a death, the next streamer needs only the file and the capture ring. It finds the pending items in the store,
 * continues the take that the audio core still captures, and finishes the others. The loop's thread; take_file and
 * take_flac touch the disk. */
#ifndef LOOPHOLE_STREAMER_TAKES_H
#define LOOPHOLE_STREAMER_TAKES_H

#include "proto/service/service.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/base/locate.h"
#include "services/streamer/record/take_file.h"

enum { TAKES_LEFT = 256, TAKES_TICKETS = 16, TAKE_INPUTS = 16, TAKE_BARS_KNOWN = 64 };

struct takes;
struct config;

enum take_phase {
    TAKE_FREE,
    TAKE_STARTING,
    TAKE_BARS,
    TAKE_MAKING,
    TAKE_WAITING,
    TAKE_GOING,
    TAKE_STOPPING,
    TAKE_ENCODING,
    TAKE_REPORTING
};
enum take_due { TAKE_DUE_NOTHING, TAKE_DUE_ITEM, TAKE_DUE_FILE };
enum take_wish { TAKE_WISH_NOTHING, TAKE_WISH_STOP, TAKE_WISH_CANCEL };
enum take_late { TAKE_NOT_LATE, TAKE_LATE_DISK, TAKE_LATE_BUSY };

/* The time of every step in one tempo, as in struct state; step_frames 0: unknown. */
struct take_line {
    int64_t begins;
    double place, step_frames;
};

/* The newest bars of the running transport: take_music.c. */
struct take_music {
    struct take_line line;
    int64_t bar;
    uint32_t known;                 /* the current bar and those before it whose begin is known; 0: it does not run */
    int64_t began[TAKE_BARS_KNOWN]; /* [bar % TAKE_BARS_KNOWN]: frame of the audio clock */
};

/* Where in the music a take begins, and its length: take_bars.c. */
struct take_bars {
    bool waits;            /* it begins at a bar; else at once */
    bool is_next;          /* that is the next bar; else the bar at step `step` */
    uint64_t bars;         /* its length; 0: not given in bars */
    uint64_t count_in;     /* bars; 0: none */
    bool has_started;      /* the transport, for the count-in */
    double step, end;      /* `end`, with `bars`: where it ends */
    struct take_line line; /* for which its length in frames was computed */
};

/* A take of sound that was captured before the ask: take_keep.c. */
struct take_kept {
    bool is_kept;
    int64_t from;   /* frame of the audio clock at which its first bar sounded */
    uint64_t begin; /* index of its first cell in the capture ring */
};

/* The next take of a loop, which begins at the end of the last one. */
struct take_pass {
    bool is_due;
    unsigned number;                                     /* of the last take */
    char name[TAKE_NAME_SIZE], inputs[TAKE_INPUTS][256]; /* the name of the first take */
    int32_t format, source;
    bool is_for_flac, is_filled;
    int64_t from;  /* frame of the audio clock, as in take_kept */
    uint64_t most; /* frames of the last take */
    uint64_t bars; /* as in take_bars … */
    double end;    /* … of the last take */
};

struct take {
    struct takes *takes;
    enum take_phase phase;
    enum take_wish wish;
    enum take_due due; /* the next step of its begin, which take_go_on does */
    struct id item;
    struct wav_take facts;
    char name[TAKE_NAME_SIZE]; /* as the person gave it; the name of its file is the portable form */
    char path[PATH_MAX];       /* of the file; while it starts, of the folder */
    char inputs[TAKE_INPUTS][256];
    struct id folder;
    struct id project; /* its file lies in this project's Media; zero: in the recordings folder */
    struct id volume;  /* of `folder` */
    unsigned below;    /* while it starts: offset in `path` of the folders that the catalogue may not have yet */
    struct take_bars bars;
    struct take_kept kept;
    bool loops;     /* another take follows it */
    int32_t source; /* enum take_source */
    unsigned pass;  /* its number in the loop, from 0 */
    unsigned input, attempt;
    struct sender sender;   /* of the ask that began it; digest 0: this service made the request id */
    struct take_file *file; /* while its errand runs */
    struct take_flac *flac; /* likewise; NULL while another take is encoded */
    struct take *next;      /* in the queue for encoding */
    int32_t format;         /* enum take_format: the wanted format */
    bool is_flac;           /* path, size and content are the FLAC's */
    bool is_recovery;       /* a dead streamer left it, and no `recover` has listed it yet */
    struct ticket begun, ended;
    usec_t begin_by;  /* the client of `begun` soon waits no longer; 0: there is none */
    usec_t late_at;   /* from then on `ended` fails if its disk does not answer … */
    usec_t answer_by; /* … and then in any case, because its client waits no longer */
    usec_t since, reported;
    uint64_t connected; /* the audio core's count of periods when its inputs were connected */
    bool is_cued, is_asking, is_forgotten;
    int32_t result; /* enum lifecycle, after its end */
    uint64_t frames, size, lost;
    struct wav_gaps gaps;              /* where frames are missing, after its end … */
    struct take_gap lost_at[WAV_GAPS]; /* … in the form of messages */
    usec_t mtime;
    uint8_t content[16];
    struct fault fault; /* why it ended without an ask */
    struct wav_cut cut; /* … and where, after its end */
    char remark[256];   /* why it stays a WAV */
};

struct takes {
    struct service *service;
    struct core_link *core;
    struct locator *locator;
    struct capture_memory *memory;
    struct ring ring;
    struct mailbox *mailbox;
    struct errands *errands;
    char folder[PATH_MAX];
    int32_t format; /* enum take_format, if an ask names none */
    bool deletes_cancelled;
    bool skips_gaps;        /* the default, for an ask that does not decide it */
    int64_t latency_frames; /* of the hardware; -1: as JACK reports it */
    bool looks_back;        /* the core captures the inputs also while no take runs */
    struct take recording, recovery, deleting;
    struct take_pass pass;
    struct take_music music;
    struct take *encoding; /* the queue; its first take is being encoded or reported */
    struct id remarked;    /* the last take that stayed a WAV */
    char remark[256];
    struct id left[TAKES_LEFT]; /* pending items that no errand has recovered yet */
    uint32_t left_count;
    struct id recovered[TAKES_LEFT];
    uint32_t recovered_count;
    struct id never_ran;    /* abandoned before its take ran; a repetition of its ask may begin another take */
    struct id ended_itself; /* the last take, if no ask ended it: record_stop answers with it; zero: none */
    struct id ending;       /* during recovery: the take of the ticket recording.ended; zero: the current take */
    bool has_looked;        /* it has read the store since the start */
    bool was_silent;        /* no audio core ran when this service started, so no take continues */
    usec_t looked, quieted;
    bool has_inputs; /* connections of a take may exist; false only if the core has none */
    bool is_freeing; /* an ask about them is in progress */
    usec_t freed;
    struct ticket recovering[TAKES_TICKETS];
    uint32_t recovering_count;
    char alarm[256];
};

/* Reads [recording]; `config` notes values that do not fit. */
void takes_settings(struct takes *takes, struct config *config, const struct paths *paths);

/* The caller sets `service`, `core` and `locator` before. Errors: full, io. */
enum err takes_open(struct takes *takes, struct fault *fault);
void takes_close(struct takes *takes); /* leaves a running take to the successor */
void takes_tick(struct takes *takes);
void takes_turn(struct takes *takes); /* at the end of each turn of the loop */
bool takes_busy(const struct takes *takes);

/* ---- asks ---- */

/* Begins a take; answers later with it. Errors: bad_request, busy (another take runs), offline (no audio core), those
 * of locate_read. */
enum err takes_record(struct takes *takes, struct call *call, const struct streamer_record *ask);
/* True, with a filled answer, if this same ask began the current take: the streamer died before it answered. */
bool takes_is_under_way(const struct takes *takes, struct call *call, struct recording *answer);
/* Stops or cancels the current take (`wish`), and answers at its end. An earlier ask to end the take fails with
 * conflict. If the last take has ended by itself, a stop answers with that take. Errors: not_found (no take
 * runs), busy (a repeated ask means another take). */
enum err takes_end(struct takes *takes, struct call *call, enum take_wish wish, struct recording *answer);
/* Errors: not_found (not a take), those of locate_read. */
enum err takes_one(struct takes *takes, struct call *call, struct id id, struct recording *answer);
/* The pending, abandoned and cut takes. Errors: full, those of locate_read. */
enum err takes_list(struct takes *takes, struct call *call, struct recordings *answer);
/* Deletes an abandoned take with its file; answers later. Errors: not_found, conflict (not abandoned), offline (its
 * disk is away), busy, those of locate_read. */
enum err takes_delete(struct takes *takes, struct call *call, struct id id);
/* Recovers the takes of predecessors; answers later with them. Errors: busy (too many clients wait), full, io. */
enum err takes_recover(struct takes *takes, struct call *call);

/* ---- shared by the files of takes: each calls only those listed before it ---- */

/* take_report.c */
void take_cut_tell(const struct take_cut *cut, struct recording *to); /* `to` refers to `cut` */
void take_describe(struct take *take, struct recording *to);
void take_publish(struct take *take, const char *event);
void take_publish_progress(struct take *take);                       /* with its waveform, while it is recorded */
void take_note_gaps(struct take *take, const struct wav_gaps *gaps); /* frames that are missing in its file */
/* Makes the struct empty; it stays in its queue. */
void take_free(struct take *take);

/* take_end.c: reports the end to persist until it acknowledges it. */
void take_end(struct take *take);
void take_end_again(struct take *take); /* each tick: repeats a report that was not acknowledged */
/* Before it runs; first removes its item, if there is one. */
void take_fail(struct take *take, const struct fault *fault);
void take_leave(struct take *take, const struct fault *fault); /* leaves its item pending; `recover` tries again */
void take_note_recovered(struct take *take);                   /* for `recover` */
void take_answer_late(struct take *take); /* each tick: an ask to end it does not wait for a disk that hangs */
/* Why an ask to end the take fails now, although the take goes on to its end. `silent`: how long its disk has not
 * answered. */
enum take_late take_why_late(const struct take *take, usec_t now, usec_t silent);
/* Adds what the store lacks, if `to` is the last take that stayed a WAV. */
void take_recall_remark(const struct takes *takes, struct recording *to);

/* take_find.c: reads the store, and finds takes that are under way. */
enum err take_find_all(struct takes *takes, struct arena *arena, struct recording_list *to, struct fault *fault);
struct take_place take_find_place(struct takes *takes, struct id item); /* has no volume if that is unknown */
enum err take_find_one(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                       struct fault *fault);
struct take *take_find_live(struct takes *takes, struct id id); /* NULL: none is under way */
bool take_is_recovering(const struct takes *takes);             /* some takes of a predecessor are not recovered yet */
enum err take_describe_any(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                           struct fault *fault);

/* take_again.c: asks that are repeated after the death of a streamer. */

/* persist has an item of the ask that begins this take: fills `answer`. `is_again` is false if the take must begin.
 * Errors: conflict, not_found (that take is gone), those of locate_read. */
enum err take_begun_again(struct takes *takes, struct call *call, struct recording *answer, bool *is_again);
/* The same after the recovery of takes: true when the ask is answered, and the take is free. */
bool take_answers_again(struct take *take);
/* For an ask to end a take that the dead streamer got. True: the ask is answered, or fails with `error`. False: the end
 * of the take had not begun, or the ask waits. */
bool take_ends_again(struct takes *takes, struct call *call, struct recording *answer, enum err *error);
void take_answer_end(struct takes *takes, struct ticket ticket); /* for such an ask that waited */
/* A take was deleted for this same ask. Errors: conflict, those of locate_read. */
enum err take_deleted_again(struct takes *takes, struct call *call, bool *is_again);

/* take_music.c */
void take_music_follow(struct takes *takes); /* each tick */
/* The frame of the audio clock at that step, in the newest known tempo. */
int64_t take_music_frame(const struct takes *takes, double step);
/* The frame at which the bar `ago` bars before the current one began. Unknown bars have the current length; the present
 * one is known. */
int64_t take_music_began(const struct takes *takes, uint64_t ago);

/* take_bars.c */
/* Errors: conflict (the bar has passed, or a count-in while the transport runs). */
enum err take_bars_read(struct take *take, struct call *call, const struct streamer_record *ask);
void take_bars_wait(struct take *take);   /* answers, and waits for its bar */
void take_bars_follow(struct take *take); /* each tick in TAKE_BARS; near its bar, the file is due */
/* Returns the frame at which its capture begins; -1 until that frame is near. */
int64_t take_bars_frame(struct take *take);
void take_bars_follow_end(struct take *take); /* each tick while it runs: its end follows the tempo */
void take_bars_pass(struct take *take, const struct take_pass *pass); /* the bars and the length of the next pass */

/* take_keep.c: takes of sound that was captured before the ask. */

uint32_t take_new_generation(const struct takes *takes); /* for a capture */
/* Errors: bad_request (the ask also says when to record), conflict (the inputs are not captured that long). */
enum err take_keep_read(struct take *take, struct call *call, const struct streamer_record *ask);
/* Its first cell, once the latency is known. Errors: conflict (not captured any more). */
enum err take_keep_find(struct take *take, struct fault *fault);
bool take_has_bus(const struct take *take); /* it records a channel of the mixer, and not the inputs */
void take_keep_cue(const struct take *take, struct cue *cue); /* the cue to begin begins at that cell */
/* Call it when `take` has its full length: if it loops, the next take is due. */
void take_keep_pass(const struct take *take);
/* Each tick: true if `takes->recording` is now the take that was due, which the caller begins. */
bool take_keep_begins(struct takes *takes);
/* Each tick: while no take needs the capture, the inputs are captured, and the ring keeps the newest frames. */
void take_keep_listen(struct takes *takes);

/* take_folder.c: the folder of a take whose inputs are connected; then its item is due. */
void take_is_connected(struct take *take);

/* take_inputs.c: connects the take's inputs; then take_is_connected. */
void take_connect(struct take *take);
void take_connect_again(struct take *take); /* checks the connections */

/* False while new connections of the take may carry no sound yet: each of the two begins some periods after it was
 * made. */
bool take_is_audible(const struct take *take);
void take_free_inputs(struct takes *takes); /* each tick: disconnects the inputs after a take or a crash */

/* take_begin.c: asks one service after the other; then the file is due, or the take waits for its bar. */
void take_begin(struct take *take);
/* Regularly while it starts: repeats the ask that found no server, or the check. */
void take_begin_again(struct take *take);
void take_reserve(struct take *take); /* its item in `folder` */

/* encode_queue.c: queues a take whose WAV is complete, and frees `take`; take_end follows. */
void encode_queue_add(struct take *take);
void encode_queue_follow(struct takes *takes);
void encode_queue_list_tasks(const struct takes *takes, struct arena *arena, struct task_list *to);
/* Cancels the encoding: the take stays a WAV. Errors: not_found. */
enum err encode_queue_cancel(struct takes *takes, struct id item);

/* take.c */
void take_done(struct errand *errand, bool lost); /* its file is finished */
void take_follow(struct take *take);              /* does the next step, if one is due */
void take_go_on(struct take *take);               /* the same for a step of its begin that is due */

#endif
