/* listen.h: what sounds on a JACK port now, for analysis and nothing else: it goes from a capture of its own into
 * memory that has no name, a worker of the indexer hears it there, and it is gone. Whatever else our port hears is
 * disconnected first, and the port itself afterwards, so that the wiring stays as it was; a successor does that for
 * one that died.
 *
 *   free ──► clearing ──► connecting ──► starting ──► going ──► hearing ──► free
 *
 * The loop's; it never touches a disk. */
#ifndef LOOPHOLE_STREAMER_LISTEN_H
#define LOOPHOLE_STREAMER_LISTEN_H

#include "proto/service/service.h"
#include "schema_streamer.h"
#include "services/streamer/base/core_link.h"
#include "services/streamer/record/wav.h"

enum listen_phase { LISTEN_FREE, LISTEN_CLEARING, LISTEN_CONNECTING, LISTEN_STARTING, LISTEN_GOING, LISTEN_HEARING };

struct listening {
    struct service *service;
    struct core_link *core;
    struct capture_memory *memory;
    struct ring ring;
    enum listen_phase phase;
    struct ticket ticket; /* none: what a predecessor left is cleared */
    char port[256];
    uint32_t generation;
    uint64_t most, heard; /* frames: to hear, heard so far */
    uint64_t kept;        /* frames of `wav`, up to the last one that was loud enough to be one */
    struct wav wav;       /* in memory */
    usec_t since, again;  /* when the phase began; when it is to be asked again, 0: an answer is awaited */
};

/* Begins to undo what a predecessor left, if it left anything. */
void listen_open(struct listening *listening, struct service *service, struct core_link *core);
void listen_close(struct listening *listening);

/* Answers later. Errors: busy (another client listens), offline (no sound core); then, with the ticket: not_found (no
 * such port, or silence), timeout, those of indexer.analyse. */
enum err listen_begin(struct listening *listening, struct call *call, const struct streamer_listen *ask);
void listen_tick(struct listening *listening);
bool listen_busy(const struct listening *listening);

#endif
