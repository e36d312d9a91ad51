/* takes.h: recordings. A take is a media item from its first moment (persist: reserve), its file grows in the
 * recordings folder, a library of its own, and in the end it is reported to persist as final, or it is given up.
 *
 *   starting: latency, inputs, folder, library, item ──► making: its file ──► waiting: the sound core begins
 *       ──► going ──► stopping: the ring is drained ──► reporting to persist until it has acknowledged ──► free
 *                                                  └──► encoding: FLAC is made of its WAV, in a queue ──► reporting
 *
 * The file and the capture ring are all that a successor needs: it finds the pending items in the store, goes on with
 * the one that the sound core still captures, and finishes the others. The loop's; the disk is take_file's and
 * take_flac's. */
#ifndef LOOPHOLE_STREAMER_TAKES_H
#define LOOPHOLE_STREAMER_TAKES_H

#include "proto/service/service.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/base/locate.h"
#include "services/streamer/record/take_file.h"

enum { TAKES_LEFT = 256, TAKES_TICKETS = 16 };

struct takes;
struct take_flac;
struct task_list;
struct config;

enum take_phase {
    TAKE_FREE,
    TAKE_STARTING,
    TAKE_MAKING,
    TAKE_WAITING,
    TAKE_GOING,
    TAKE_STOPPING,
    TAKE_ENCODING,
    TAKE_REPORTING
};
enum take_wish { TAKE_WISH_NOTHING, TAKE_WISH_STOP, TAKE_WISH_CANCEL };

struct take {
    struct takes *takes;
    enum take_phase phase;
    enum take_wish wish;
    struct id item;
    struct wav_take facts;
    char name[256];
    char path[PATH_MAX]; /* of the file; while it starts, of the folder */
    char inputs[2][256];
    struct id folder;
    unsigned input, attempt;
    struct sender sender;   /* the ask that began it; digest 0: an id of our own */
    struct take_file *file; /* while its errand is away */
    struct take_flac *flac; /* the same; none while another take is encoded */
    struct take *next;      /* of those that are to be encoded */
    int32_t format;         /* enum take_format: what it is to be */
    bool is_flac;           /* it is: path, size and content are the FLAC's */
    bool is_recovery;       /* a predecessor left it, and `recover` has not noted it */
    struct ticket begun, ended;
    usec_t since, reported;
    bool is_ordered, is_asking, is_forgotten;
    int32_t result; /* enum lifecycle, once it has ended */
    uint64_t frames, size, lost;
    struct wav_gaps gaps;              /* where frames are missing, once it has ended … */
    struct take_gap lost_at[WAV_GAPS]; /* … as messages have it */
    usec_t mtime;
    uint8_t content[16];
    struct fault fault; /* why it ended before it was stopped */
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
    int32_t format; /* enum take_format, where an ask does not say */
    bool deletes_cancelled;
    bool skips_gaps;        /* where an ask does not say */
    int64_t latency_frames; /* frames; -1: as the sound core measures it */
    struct take recording, recovery, deleting;
    struct take *encoding; /* the queue; the first one is under way or is reported */
    struct id remarked;    /* the last take that stays a WAV, and why */
    char remark[256];
    struct id left[TAKES_LEFT]; /* pending items, still to be looked at */
    uint32_t left_count;
    struct id recovered[TAKES_LEFT];
    uint32_t recovered_count;
    struct id never_ran; /* the last item that was given up before its take ran: its ask may begin another */
    struct id ending;    /* which take `recording.ended` is about, while takes are recovered; zero: the one under way */
    bool has_looked;     /* at the store, since the start */
    bool was_silent;     /* no sound core ran when this service started: nothing goes on */
    usec_t looked, quieted;
    bool has_inputs; /* connections may be there that a take made for itself: true until it is known otherwise */
    bool is_freeing; /* an ask about them is under way */
    usec_t freed;
    struct ticket recovering[TAKES_TICKETS];
    uint32_t recovering_count;
    char alarm[256];
};

/* Errors: bad_request, a word that is none of those the setting takes. */
enum err takes_settings(struct takes *takes, struct config *config, const struct paths *paths, struct fault *fault);

/* `service`, `core` and `locator` are set. Errors: full, io. */
enum err takes_open(struct takes *takes, struct fault *fault);
void takes_close(struct takes *takes); /* a take under way is left to the successor, whole */
void takes_tick(struct takes *takes);
bool takes_busy(const struct takes *takes);

/* asks */
enum err takes_record(struct takes *takes, struct call *call, const struct streamer_record *ask);
/* True, and the answer filled: this very ask began the take, and the streamer of then died before it could answer. */
bool takes_is_under_way(const struct takes *takes, struct call *call, struct recording *answer);
enum err takes_end(struct takes *takes, struct call *call, enum take_wish wish, struct recording *answer);
enum err takes_one(struct takes *takes, struct call *call, struct id id, struct recording *answer);
enum err takes_list(struct takes *takes, struct call *call, struct recordings *answer);
enum err takes_delete(struct takes *takes, struct call *call, struct id id);
enum err takes_recover(struct takes *takes, struct call *call);

/* ---- among the files of takes ---- */

/* takes.c */
bool takes_are_recovering(const struct takes *takes); /* something that a predecessor left is not recovered yet */
enum err takes_describe(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                        struct fault *fault);

/* take_again.c: asks that are sent again after the death of a streamer. */

/* persist has an item of the ask that begins this take: fills `answer`. Errors: conflict, not_found (that take is
 * gone), those of locate_read. `is_again` is false when the take is to begin. */
enum err take_begun_again(struct takes *takes, struct call *call, struct recording *answer, bool *is_again);
/* The same, once takes were recovered: true when the ask is answered, and the take is free. */
bool take_answers_again(struct take *take);
/* A predecessor was to end a take: its ask waits, or is answered; false: it had not begun to. */
bool take_ends_again(struct takes *takes, struct call *call, struct recording *answer, enum err *error);
void take_answer_end(struct takes *takes, struct ticket ticket); /* of such an ask that waited */
/* A take was deleted for this very ask. Errors: conflict, those of locate_read. */
enum err take_deleted_again(struct takes *takes, struct call *call, bool *is_again);

/* take_begin.c: asks one service after the other, then starts the file. */
void take_begin(struct take *take);
void take_is_connected(struct take *take); /* the second half of it */

/* take_inputs.c: connects what it is to hear; then take_is_connected. */
void take_connect(struct take *take);
void take_connect_again(struct take *take); /* now and then while it starts: is it connected? */
void take_free_inputs(struct takes *takes); /* each tick: after a take, or a crash, what it connected is disconnected */

/* take.c */
void take_done(struct errand *errand, bool lost);             /* its file has ended */
void take_follow(struct take *take);                          /* one step, if there is one to take */
void take_fail(struct take *take, const struct fault *fault); /* before it runs; the item goes first, if there is one */
void take_leave(struct take *take, const struct fault *fault); /* the item stays pending: `recover` tries it again */
void take_describe(struct take *take, struct recording *to);
void take_publish(struct take *take, const char *event);
void take_note_gaps(struct take *take, const struct wav_gaps *gaps); /* what its file lacks */
void take_free(struct take *take);

/* encode_queue.c: a take whose WAV is whole goes into the queue, and `take` is free; take_end follows. */
void encode_queue_add(struct take *take);
void encode_queue_follow(struct takes *takes);
void encode_queue_list_tasks(const struct takes *takes, struct arena *arena, struct task_list *to);
enum err encode_queue_cancel(struct takes *takes, struct id item, struct fault *fault); /* not_found; it stays a WAV */

/* take_end.c: reports its end to persist, until persist has acknowledged it. */
void take_end(struct take *take);
void take_note_recovered(struct take *take); /* for `recover` */

/* take_find.c: reads the store. */
enum err take_find_all(struct takes *takes, struct arena *arena, struct recording_list *to, struct fault *fault);
enum err take_find_one(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                       struct fault *fault);

#endif
