/* reader.h: files that are pulled frame by frame. Each is opened in an errand, since its file system may hang, and
 * decoded by a worker of its own (schemas/worker.schema, mode `stream`), so that a slow or hung file delays no
 * other. Workers are started ahead. Frames come as left and right: a mono file on both, of more than two
 * channels the first two; what is not finite is zero. The loop's.
 *
 *   reader_open ─► opened ─► reader_pull ─► came ─► reader_pull ─► …      reader_close: at any time, waits for nothing
 *          └───────────┴── failed ◄─────────────┘                           */
#ifndef LOOPHOLE_STREAMER_READER_H
#define LOOPHOLE_STREAMER_READER_H

#include "proto/service/service.h"

enum { READER_FRAMES_MAX = 16384 };

struct file_readers;
struct file_reader;

struct reader_format {
    uint32_t rate, channels;
    int64_t frames; /* as the file says, which may be a lie; -1: does not say */
};

/* A reader may be closed within each of these, and pulled within the first two. After `failed` it can only be
 * closed. Faults: not_found, denied, bad_request (no sound, or damaged), timeout (its file system does not answer), io,
 * full. */
struct reader_events {
    void (*opened)(void *state, const struct reader_format *format);
    void (*came)(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end);
    void (*failed)(void *state, const struct fault *fault);
    void *state;
};

/* Starts the first workers. Errors: full, io. */
enum err readers_new(struct service *service, struct file_readers **readers, struct fault *fault);
void readers_free(struct file_readers *readers);               /* NULL is allowed */
void readers_tick(struct file_readers *readers);               /* deadlines, workers that are missing, the dead */
const char *readers_alarm(const struct file_readers *readers); /* "", or why no worker can be started */

/* `path` is absolute. The events are called later, never within. */
struct file_reader *reader_open(struct file_readers *readers, const char *path, const struct reader_events *events);
bool reader_is_free(const struct file_reader *reader);                        /* open, and nothing is asked of it */
void reader_pull(struct file_reader *reader, int64_t frame, uint32_t frames); /* of one that is free */
void reader_close(struct file_reader *reader);                                /* NULL is allowed */

#endif
