/* listen.h: listens to a JACK port for analysis. The port's frames go from a separate capture into memory without a
 * name. A worker of the indexer analyses them there; then the memory is freed. First every other connection of the port
 * `listen` is removed, and afterwards that of the port that is recorded, so the wiring stays unchanged. A successor
 * does this for a streamer that died.
 *
 *   free ──► clearing ──► connecting ──► starting ──► going ──► analysing ──► free
 *
 * The loop's thread; it never touches a disk. */
#ifndef LOOPHOLE_STREAMER_LISTEN_H
#define LOOPHOLE_STREAMER_LISTEN_H

#include "proto/service/service.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/record/wav.h"

enum listen_phase { LISTEN_FREE, LISTEN_CLEARING, LISTEN_CONNECTING, LISTEN_STARTING, LISTEN_GOING, LISTEN_ANALYSING };

struct listening {
    struct service *service;
    struct core_link *core;
    struct capture_memory *memory;
    struct ring ring;
    enum listen_phase phase;
    struct ticket ticket; /* none: it clears what a predecessor left */
    char port[256];
    uint32_t generation;
    uint64_t most, received; /* frames: wanted, received */
    uint64_t kept;           /* frames of `wav` up to the last loud one */
    struct wav wav;          /* in memory */
    usec_t since, again;     /* start of the phase; when to ask again, 0: an answer is awaited */
};

/* Begins to remove what a predecessor left. */
void listen_open(struct listening *listening, struct service *service, struct core_link *core);
void listen_close(struct listening *listening);

/* Answers later. Errors: busy (another client listens), offline (no audio core); by the ticket: not_found (unknown
 * port, or silence), timeout, those of indexer.analyse. */
enum err listen_begin(struct listening *listening, struct call *call, const struct streamer_listen *ask);
void listen_tick(struct listening *listening);
bool listen_busy(const struct listening *listening);

#endif
