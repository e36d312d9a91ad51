/* reel.h: files that are pulled frame by frame. Each is opened in an errand, since its file system may hang, and
 * decoded by a worker of its own (schemas/worker.schema, mode `stream`), so that a slow or hung file is in no other
 * else's way. Workers are started ahead. Frames come as left and right: a mono file on both, of more than two
 * channels the first two; what is not finite is zero. The loop's.
 *
 *   reel_open ─► opened ─► reel_pull ─► came ─► reel_pull ─► …        reel_close: at any time, waits for nothing
 *        └───────────┴── failed ◄─────────────┘                             */
#ifndef LOOPHOLE_STREAMER_REEL_H
#define LOOPHOLE_STREAMER_REEL_H

#include "proto/service/service.h"

enum { REEL_FRAMES_MAX = 16384 };

struct reels;
struct reel;

struct reel_format {
    uint32_t rate, channels;
    int64_t frames; /* as the file says, which may be a lie; -1: does not say */
};

/* A reel may be closed within each of these, and pulled within the first two. After `failed` it can only be
 * closed. Faults: not_found, denied, bad_request (no sound, or damaged), timeout (its file system does not answer), io,
 * full. */
struct reel_listener {
    void (*opened)(void *state, const struct reel_format *format);
    void (*came)(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end);
    void (*failed)(void *state, const struct fault *fault);
    void *state;
};

/* Starts the first workers. Errors: full, io. */
enum err reels_new(struct service *service, struct reels **reels, struct fault *fault);
void reels_free(struct reels *reels);               /* NULL is allowed */
void reels_tick(struct reels *reels);               /* deadlines, workers that are missing, the dead */
const char *reels_alarm(const struct reels *reels); /* "", or why no worker can be started */

/* `path` is absolute. The listener is called later, never within. Errors: full. */
enum err reel_open(struct reels *reels, const char *path, const struct reel_listener *listener, struct reel **reel,
                   struct fault *fault);
bool reel_is_free(const struct reel *reel);                        /* open, and nothing is asked of it */
void reel_pull(struct reel *reel, int64_t frame, uint32_t frames); /* of one that is free */
void reel_close(struct reel *reel);                                /* NULL is allowed */

#endif
