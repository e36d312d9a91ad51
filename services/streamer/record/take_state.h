/* take_state.h: the state of takes, which the files of this folder share. */
#ifndef LOOPHOLE_STREAMER_TAKE_STATE_H
#define LOOPHOLE_STREAMER_TAKE_STATE_H

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

#endif
