/* audio.h: the audio service's state. Its control thread, which is the loop's, answers asks: it writes the score, the
 * one writer, and sends orders; it reads notes and state. It never waits for the audio thread, nor for JACK.
 *
 *   control.c   transport, mixer, patterns: into the score, and orders
 *   set_pattern.c  the sounds of a pattern, before it begins
 *   late_orders.c  orders for a core that runs no periods
 *   named_sounds.c slots and media items that rows and pads name
 *   pads.c      pads and their hits
 *   tell.c      answers: transport, meters, mixer
 *   ports.c     the JACK server, connections, the preview's chain
 *   news.c      what happened: notes into events
 *   link.c      the thread that keeps us on a JACK server; patch.c and loop.c what it
 *               connects; jack.c the door to it
 *   rt_jack.c   JACK's callbacks on the audio thread
 *   rt/         all else that the audio thread runs */
#ifndef LOOPHOLE_AUDIO_AUDIO_H
#define LOOPHOLE_AUDIO_AUDIO_H

#include "proto/service/service.h"
#include "schema_audio.h"
#include "schema_service.h"
#include "services/audio/control/late_orders.h"
#include "services/audio/jack/link.h"

enum { AUDIO_TAPS = 4, AUDIO_METERS = PEAKS_STRIPS };
enum audio_readiness { AUDIO_STARTS, AUDIO_WAITS, AUDIO_READY };

struct audio {
    struct service *service;
    struct studio *studio;
    struct engine *engine;
    struct link *link;
    struct mailbox *mailbox; /* its wishes come home */
    uint32_t instance;       /* 0; 1: the standby */
    bool is_locked;          /* all memory */
    bool looks_ahead;        /* the limiter of a fresh score, by [audio] limiter */
    enum audio_readiness readiness;
    usec_t began; /* to look for a server */

    struct score score; /* as it was published last */
    struct snapshot published;
    struct late_orders late;
    uint64_t sets;                             /* asks for patterns and pads that have come … */
    uint64_t pattern_set, pad_set[SCORE_PADS]; /* … and the number of the ask that each is of */
    struct ring orders, notes;
    struct slots state;

    usec_t taps[AUDIO_TAPS]; /* newest first; 0: none */
    struct link_facts told;  /* when server_changed was last published */
    uint64_t xruns, lost;    /* when xrun was */
    usec_t xrun_told;
    struct meter levels[AUDIO_METERS]; /* as they were published last, with their fall */
    double reduction;
    int64_t levels_frame; /* up to which */
    usec_t levels_told;
    bool levels_any;
    usec_t checked;      /* when the shared memory last was */
    struct fault damage; /* of it; code 0: none */
    uint32_t rate;       /* of the server, as it is noted for the studio */
};

/* Maps the shared memory, locks and touches what the audio thread needs, takes the score up where it was, and begins
 * to look for a JACK server. Errors: offline (the supervisor makes the shared memory), full, version. */
enum err audio_open(struct audio *audio, struct service *service, bool stands_by, struct fault *fault);
void audio_close(struct audio *audio);

/* True when the arguments hold --standby, which is taken out of them. */
bool audio_stands_by(int *argc, char **argv);

bool audio_is_alive(void *audio); /* for the beat */
void audio_tick(void *audio);     /* every 10 ms: notes, readiness, the link */

/* ---- control.c ---- */
void audio_score_begin(struct audio *audio);   /* what a predecessor published, or a fresh one */
void audio_score_publish(struct audio *audio); /* the next serial */
/* `answer` is what the call, whose one effect the order is, will be answered; NULL: recall_foretell was called for all
 * of its effects, or its ask may be done twice. While the core runs no periods for some seconds, audio_order defers an
 * order with an answer (late_orders.h), and the ask with it. Errors: busy, offline. */
enum err audio_order_now(struct audio *audio, struct call *call, struct order order, const void *answer);
enum err audio_order(struct audio *audio, struct call *call, struct order order, const void *answer);
uint64_t audio_effects(const struct audio *audio); /* rises with each order and each score; outlives the process */

/* The next bar's pattern, or the present one at once. The answer's list of silent rows is the caller's. */
enum err audio_begin_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                             struct queued *answer);

/* ---- tell.c, ports.c ---- */
bool audio_state(const struct audio *audio, struct state *state); /* false: nothing sounded yet; zeroed then */
bool audio_sounds(const struct audio *audio);                     /* some core runs periods now */
bool audio_sounded(const struct audio *audio, usec_t of_late);    /* … or did, so long ago at most */
/* What the clocks said at the beginning of that period; false: none of late. */
bool audio_moment(const struct audio *audio, const struct state *state, struct moment *moment);
struct transport_state audio_transport(const struct audio *audio, const struct state *state);
void audio_tell_server(struct audio *audio, struct server_state *to, const struct link_facts *facts);
void audio_tell_chain(struct audio *audio, const struct patch_chain *chain); /* as an event */
void audio_tell_changed(struct audio *audio, const struct transport_state *now);
void audio_tell_status(void *audio, struct arena *arena, struct service_status *to);

/* ---- news.c ---- */
void audio_take_notes(struct audio *audio);

/* ---- asks of other files than control.c, which has the table of all ---- */
extern const struct audio_handlers audio_handlers;

/* set_pattern.c */
enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer);

/* pads.c */
enum err audio_ask_pads(struct audio *audio, struct call *call, const struct audio_pads *ask, struct pads *answer);
enum err audio_ask_set_pads(struct audio *audio, struct call *call, const struct audio_set_pads *ask,
                            struct pads *answer);
enum err audio_ask_hit(struct audio *audio, struct call *call, const struct audio_hit *ask, struct nothing *answer);
enum err audio_ask_release(struct audio *audio, struct call *call, const struct audio_release *ask,
                           struct nothing *answer);

/* tell.c */
enum err audio_ask_transport(struct audio *audio, struct call *call, const struct audio_transport *ask,
                             struct transport_state *answer);
enum err audio_ask_mixer(struct audio *audio, struct call *call, const struct audio_mixer *ask, struct mixer *answer);
/* All meters into `to`, with the peaks after `since` (NULL: of the last period). The answer: dB the limiter took. */
double audio_meters(const struct audio *audio, const struct state *state, const int64_t *since,
                    struct meter to[AUDIO_METERS]);
double audio_lufs(double loudness);
enum err audio_ask_meters(struct audio *audio, struct call *call, const struct audio_meters *ask,
                          struct meters *answer);

/* ports.c */
enum err audio_ask_server(struct audio *audio, struct call *call, const struct audio_server *ask,
                          struct server_state *answer);
enum err audio_ask_ports(struct audio *audio, struct call *call, const struct audio_ports *ask,
                         struct connections *answer);
enum err audio_ask_connect(struct audio *audio, struct call *call, const struct audio_connect *ask,
                           struct connections *answer);
enum err audio_ask_disconnect(struct audio *audio, struct call *call, const struct audio_disconnect *ask,
                              struct connections *answer);
enum err audio_ask_chain(struct audio *audio, struct call *call, const struct audio_chain *ask,
                         struct chain_state *answer);

#endif
