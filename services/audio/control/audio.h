/* audio.h: the state of the audio service. Its control thread, the loop, answers asks. It is the only writer of the
 * score, sends cues, and reads notes and state. It never waits for the audio thread or for JACK.
 *
 * From the bottom to the top; no file calls one that is below it in this list:
 *   held_answers.c    answers that wait until the project keeps the change
 *   late_cues.c       cues that wait while the core runs no periods
 *   silent_pads.c     pads whose sounds could not be loaded
 *   pad.c, pattern.c  a pad and a pattern of a message, for the score
 *   core.c            what the core does now
 *   score.c           publishes the score, also with a queued pattern that was replaced just when it began
 *   change.c          the end of an ask that changed the sound
 *   named_sounds.c    slots and media items that rows and pads name
 *   asked.c           patterns and pads as they were set
 *   report.c          answers: transport, meters, mixer
 *   song.c            which entry of a song plays, and when the next one begins
 *   send_cues.c       sends cues to the audio thread
 *   note_events.c     makes events of notes
 *   transport_asks.c  start, stop, locate, tempo, swing, metronome, clock
 *   set_pattern.c     loads the sounds of a pattern, begins it, keeps what was set, takes what a project noted
 *   rows.c            mute and solo of the rows of the pattern that plays
 *   pads.c            pads and their hits
 *   set_mixer.c       strips, limiter, routing of the preview
 *   sound_asks.c      single sounds, and a panic
 *   ports.c           the JACK server, connections, the preview's chain
 *   sounding.c        reports the whole sound to the project
 *   asks.c            the table of the asks
 *   run.c             begin, end, and the tick
 * Elsewhere:
 *   link.c          the thread that connects to a JACK server; patch.c and loop.c connect, jack.c calls JACK
 *   rt_jack.c       JACK's callbacks on the audio thread
 *   rt/             the rest of the audio thread */
#ifndef LOOPHOLE_AUDIO_AUDIO_H
#define LOOPHOLE_AUDIO_AUDIO_H

#include "proto/service/service.h"
#include "schema_audio.h"
#include "schema_service.h"
#include "services/audio/control/held_answers.h"
#include "services/audio/control/late_cues.h"
#include "services/audio/control/silent_pads.h"
#include "services/audio/jack/link.h"

enum { AUDIO_TAPS = 4, AUDIO_METERS = PEAKS_STRIPS, AUDIO_HITS = 64 };
enum { AUDIO_TIMED_MOST = 192 }; /* of the waiting cues, those that clients may have; the streamer has the others */
enum { AUDIO_TIMED = 1 };        /* the tag of a transport cue that has a frame of its own */
enum audio_readiness { AUDIO_STARTS, AUDIO_WAITS, AUDIO_READY };

/* A pattern as an ask set it, or as the project service noted it after a restart. audio.pattern returns it. It does not
 * survive the process. */
struct kept_pattern {
    uint32_t number; /* 0: none */
    bool is_edit;    /* of the pattern that plays, or of an edit of it that was queued before */
    struct arena arena;
    struct pattern pattern;
};

/* A queued pattern that another one replaced. It may have begun just before: the note about that comes later. */
struct replaced_pattern {
    struct score_pattern pattern; /* serial 0: none */
    double tempo, swing;          /* as next_tempo and next_swing of the score */
    struct kept_pattern kept;
    uint64_t gone; /* serial of the first score without it: a core that has this score does not begin the pattern */
};

/* A slot of the memory of sounds. */
struct slot_use {
    uint64_t used;   /* `sets` when a pad or row was last seen to use the sound */
    uint32_t seen;   /* generation of the sound at the last look; 0: none */
    uint32_t leaves; /* generation of which a release was asked; 0: none */
};

/* The loads of media items, and what is known of the memory of sounds (named_sounds.h). */
struct named_loads {
    struct loads *open; /* the newest first */
    struct slot_use each[SOUNDS];
    uint64_t freed; /* sounds that were seen, and were gone at a later look */
    bool is_due;    /* the score has changed, or a load has ended, since the last look */
};

/* What sent cues do to the transport. Each value counts until the core's count of periods is the one beside it. */
struct expected {
    uint64_t running_by, place_by;
    bool running;
    uint32_t count_in; /* as in the state */
    int64_t step;
};

struct audio {
    struct service *service;
    struct studio *studio;
    struct engine *engine;
    struct link *link;
    struct mailbox *mailbox; /* returns the link's requests */
    uint32_t instance;       /* 0; 1: the standby */
    bool is_locked;          /* all memory is locked */
    uint32_t limiter;        /* [audio] limiter, for a fresh score: enum score_limiter */
    enum audio_readiness readiness;
    usec_t began; /* start of the search for a server */

    struct score score; /* as last published */
    uint64_t changed;   /* serial of the last change that a project stores */
    struct snapshot published;
    struct late_cues late;
    struct held_answers held;
    int64_t timed[AUDIO_TIMED_MOST]; /* frames of the waiting cues that this process knows */
    uint32_t timed_count;
    struct expected expected;
    uint64_t sets; /* number of the last ask for patterns or pads; of a later core it is higher */
    uint64_t pattern_set, pad_set[SCORE_PADS]; /* the ask that set each; an edit does not count */
    struct named_loads named;
    struct silent_pads silent;     /* since this process started */
    uint32_t rows_again;           /* bits of the rows of `pattern_asked` whose sounds a later try may load */
    uint32_t pattern_highest;      /* of the numbers that patterns were given */
    struct kept_pattern now, next; /* as they were set */
    struct replaced_pattern replaced;
    struct ring cues, notes;
    struct slots state;

    /* the last pattern that was set or noted, and the last pads that were set, encoded (sounding.c); empty: none since
     * this process started, or an unknown pattern of its predecessor plays */
    struct buffer pattern_asked, pad_asked[SCORE_PADS];
    uint64_t sounding_reported; /* the last change that an event sounding_changed reported */
    usec_t sounding_reported_at;
    bool sounding_is_open;      /* the project service has not answered it (sounding_kept) */
    usec_t lacks_pattern_until; /* until then a started process reports that it does not know the playing pattern; 0: it
                                 * has not begun */

    usec_t taps[AUDIO_TAPS];     /* newest first; 0: none */
    struct link_facts last_link; /* by the last event server_changed */
    uint64_t xruns, lost;        /* as last published by xrun */
    usec_t xrun_reported;
    struct meter levels[AUDIO_METERS]; /* as last published, with their fall */
    double reduction;
    int64_t levels_frame; /* end of the interval that `levels` covers */
    usec_t levels_reported;
    bool levels_any;
    uint32_t hit_count; /* since the last event hits */
    struct sound_hit hits[AUDIO_HITS];
    usec_t server_restarted; /* time of the last ask for another JACK server */
    usec_t server_patience;  /* the time that a new server has to answer before the next ask; doubles with each */
    usec_t checked;          /* time of the last check of the shared memory */
    struct fault damage;     /* of the shared memory; code 0: none */
    uint32_t rate;           /* the server's rate that the studio has recorded */
};

/* asks.c: the table of the asks. */
extern const struct audio_handlers audio_handlers;

#endif
