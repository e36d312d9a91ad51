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
    uint64_t sets;                             /* number of asks for patterns and pads so far */
    uint64_t pattern_set, pad_set[SCORE_PADS]; /* the ask that set each */
    struct silent_pads silent;                 /* since this process started */
    struct kept_pattern now, next;             /* as they were set */
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

/* Maps the shared memory, locks and touches the audio thread's memory, adopts the published score, and starts to look
 * for a JACK server. Errors: offline (the supervisor has not made the shared memory), full, version, bad_request. */
enum err audio_open(struct audio *audio, struct service *service, bool stands_by, struct fault *fault);
void audio_close(struct audio *audio);

/* True if the arguments contain --standby; removes it. */
bool audio_stands_by(int *argc, char **argv);

bool audio_is_alive(void *audio); /* for the heartbeat */
void audio_tick(void *audio);     /* every 10 ms: notes, readiness, the link */

/* ---- score.c ---- */
void audio_score_begin(struct audio *audio); /* adopts a predecessor's score, or makes a fresh one */
/* A queued pattern has begun: its tempo and swing, as next_tempo and next_swing of the score, apply now. */
void audio_take_tempo(struct score *score, double tempo, double swing);
void audio_score_publish(struct audio *audio); /* with the next serial, which is a change for the project */
/* The same for a value that no project stores: what the project has stored stays stored. */
void audio_score_publish_apart(struct audio *audio);

/* ---- send_cues.c ---- */
/* Sends all of `count` cues at their frames, or none. If they are the ask's only effect, `answer` is the call's answer.
 * NULL: recall_prepare was called for all effects, or the ask may be repeated. While the core runs no periods,
 * audio_cues and audio_cue defer cues with an answer, and their ask, for some seconds (late_cues.h). A transport ask
 * that moves to a bar at once moves the song too, when its cues are sent (song_move). Errors: busy, offline. */
enum err audio_cues_now(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer);
enum err audio_cues(struct audio *audio, struct call *call, struct cue *cues, uint32_t count, const void *answer);
enum err audio_cue(struct audio *audio, struct call *call, struct cue cue, const void *answer);
bool audio_is_of_transport(const struct call *call); /* the ask's answer is the transport, so its cues are all of it */
void audio_send_late(struct audio *audio);           /* sends and answers the deferred cues that are due */
/* As audio_cue, at the frame `at` if the ask has one. */
enum err audio_cue_at(struct audio *audio, struct call *call, struct cue cue, bool has_at, int64_t at,
                      const void *answer);
/* Refuses now what audio_cues_now would refuse for so many cues, before the ask has changed the score. */
enum err audio_may_cue(const struct audio *audio, struct call *call, uint32_t count, const void *answer);
/* Changes the core's last state to that of the next period, by the cues that were sent. */
void audio_expect(const struct audio *audio, struct state *state);
uint64_t audio_effects(const struct audio *audio); /* rises with each cue and each score; survives the process */

/* ---- score.c: a replaced pattern ---- */
void audio_replace_next(struct audio *audio);    /* call it before another pattern is queued */
void audio_forget_replaced(struct audio *audio); /* no earlier pattern is to sound */
/* True if the replaced pattern has begun: the score plays it now, with its tempo and swing. */
bool audio_restore_replaced(struct audio *audio, uint32_t serial, int64_t bar);

/* ---- report.c, ports.c ---- */
/* The clocks at the start of that period; false: no recent period. */
bool audio_moment(const struct audio *audio, const struct state *state, struct moment *moment);
struct transport_state audio_transport(const struct audio *audio, const struct state *state);
/* With the pattern, tempo and swing of the published score, which the core takes in its next period. */
struct transport_state audio_next_transport(const struct audio *audio, const struct state *state);
void audio_report_inserts(struct audio *audio, struct call *call, struct strip_insert_list *to);        /* fills `to` */
void audio_report_server(struct audio *audio, struct server_state *to, const struct link_facts *facts); /* fills `to` */
/* Publish the events chain_changed or insert_changed, and changed. */
void audio_report_chain(struct audio *audio, uint32_t number, const struct patch_chain *chain);
void audio_report_changed(struct audio *audio, const struct transport_state *now);

void audio_report_status(void *audio, struct arena *arena, struct service_status *to);

/* ---- note_events.c ---- */
void audio_take_notes(struct audio *audio);
/* If the queued pattern already plays, its note is taken now, so that an ask changes the pattern and the tempo that the
 * person hears. The core publishes the note before that state. */
void audio_take_begun(struct audio *audio);

/* ---- asks in other files; asks.c has the table ---- */
extern const struct audio_handlers audio_handlers;

/* set_pattern.c */
enum err audio_ask_pattern(struct audio *audio, struct call *call, const struct audio_pattern *ask,
                           struct pattern_now *answer);
enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer);

/* rows.c */
enum err audio_ask_rows(struct audio *audio, struct call *call, const struct audio_rows *ask,
                        struct pattern_rows *answer);
enum err audio_ask_set_row(struct audio *audio, struct call *call, const struct audio_set_row *ask,
                           struct pattern_rows *answer);

/* sounding.c */
enum err audio_ask_sounding(struct audio *audio, struct call *call, const struct audio_sounding *ask,
                            struct sounding *answer);
enum err audio_ask_set_pad_controls(struct audio *audio, struct call *call, const struct audio_set_pad_controls *ask,
                                    struct pad_controls_taken *answer);
enum err audio_ask_note_pattern(struct audio *audio, struct call *call, const struct audio_note_pattern *ask,
                                struct nothing *answer);
enum err audio_ask_sounding_kept(struct audio *audio, struct call *call, const struct audio_sounding_kept *ask,
                                 struct nothing *answer);

/* set_mixer.c */
enum err audio_ask_set_strip(struct audio *audio, struct call *call, const struct audio_set_strip *ask,
                             struct mixer *answer);
enum err audio_ask_set_limiter(struct audio *audio, struct call *call, const struct audio_set_limiter *ask,
                               struct mixer *answer);
enum err audio_ask_set_preview(struct audio *audio, struct call *call, const struct audio_set_preview *ask,
                               struct mixer *answer);
enum err audio_ask_monitoring(struct audio *audio, struct call *call, const struct audio_monitoring *ask,
                              struct monitoring *answer);
enum err audio_ask_set_monitoring(struct audio *audio, struct call *call, const struct audio_set_monitoring *ask,
                                  struct monitoring *answer);
void audio_end_monitoring(struct audio *audio);

/* sound_asks.c */
enum err audio_ask_panic(struct audio *audio, struct call *call, const struct audio_panic *ask, struct nothing *answer);

/* pads.c */
void audio_end_wait_of_pads(struct audio *audio); /* a change of pads that waited has begun: the score says so */
enum err audio_ask_pads(struct audio *audio, struct call *call, const struct audio_pads *ask, struct pads *answer);
enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer);
enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer);
enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer);

/* sound_asks.c */
enum err audio_ask_start_sound(struct audio *audio, struct call *call, const struct audio_start_sound *ask,
                               struct sound_started *answer);
enum err audio_ask_set_sound(struct audio *audio, struct call *call, const struct audio_set_sound *ask,
                             struct nothing *answer);
enum err audio_ask_stop_sound(struct audio *audio, struct call *call, const struct audio_stop_sound *ask,
                              struct nothing *answer);

enum err audio_ask_send_midi(struct audio *audio, struct call *call, const struct audio_send_midi *ask,
                             struct nothing *answer);

/* report.c */
enum err audio_ask_transport(struct audio *audio, struct call *call, const struct audio_transport *ask,
                             struct transport_state *answer);
enum err audio_ask_mixer(struct audio *audio, struct call *call, const struct audio_mixer *ask, struct mixer *answer);

double audio_clock_offset(const struct audio *audio); /* s, of the MIDI clock */
/* Fills `to` with all meters and the peaks after `since` (NULL: of the last period). Returns the limiter's reduction in
 * dB. */
double audio_meters(const struct audio *audio, const struct state *state, const int64_t *since,
                    struct meter to[AUDIO_METERS]);
double audio_lufs(double loudness); /* LUFS, limited to -100..100 */
enum err audio_ask_meters(struct audio *audio, struct call *call, const struct audio_meters *ask,
                          struct meters *answer);

/* ports.c */
enum err audio_ask_server(struct audio *audio, struct call *call, const struct audio_server *ask,
                          struct server_state *answer);
enum err audio_ask_foreign_ports(struct audio *audio, struct call *call, const struct audio_foreign_ports *ask,
                                 struct foreign_ports *answer);
enum err audio_ask_ports(struct audio *audio, struct call *call, const struct audio_ports *ask,
                         struct connections *answer);
enum err audio_ask_connect(struct audio *audio, struct call *call, const struct audio_connect *ask,
                           struct connections *answer);
enum err audio_ask_disconnect(struct audio *audio, struct call *call, const struct audio_disconnect *ask,
                              struct connections *answer);
enum err audio_ask_chain(struct audio *audio, struct call *call, const struct audio_chain *ask,
                         struct chain_state *answer);
enum err audio_ask_insert(struct audio *audio, struct call *call, const struct audio_insert *ask,
                          struct chain_state *answer);
enum err audio_ask_inserts(struct audio *audio, struct call *call, const struct audio_inserts *ask,
                           struct chain_states *answer);

#endif
