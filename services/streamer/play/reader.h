/* reader.h: files that are read by pulls of frames. An errand opens each file, because its file system may hang. Each
 * file has its own worker (schemas/worker.schema, mode `stream`), so a slow or hung file delays no other, and a disk
 * that hangs has at most LANES_PLACES files that are being opened (lanes.h). Some workers start in advance. An
 * online-only file of a cloud is not opened, because that would fetch it. Frames have a left and a right sample: a mono
 * file fills both, and of more than two channels the first two count. Samples that are not finite become zero. The
 * loop's thread.
 *
 *   reader_open ─► opened ─► reader_pull ─► came ─► reader_pull ─► …      reader_close: at any time, never waits
 *          └───────────┴── failed ◄─────────────┘ */
#ifndef LOOPHOLE_STREAMER_READER_H
#define LOOPHOLE_STREAMER_READER_H

#include "common/sound/treatment.h"
#include "proto/service/service.h"
#include "services/streamer/base/lanes.h"
#include "services/streamer/base/locate.h"

enum { READER_FRAMES_MAX = 16384 };

struct file_readers;
struct file_reader;

/* What the file system says of a file; it differs after each change of its content. All 0: unknown. */
struct file_stamp {
    uint64_t size;
    usec_t mtime, changed;
};

struct reader_format {
    uint32_t rate, channels;
    int64_t frames; /* as the file says, which may be wrong; -1: unknown */
    struct file_stamp stamp;
};

/* Each callback may close its reader, and the first two may pull. After `failed` the reader can only be closed. Faults:
 * not_found, denied, bad_request (not a sound, or damaged), timeout (its file system does not answer), offline (only
 * online), io, full. */
struct reader_events {
    void (*opened)(void *state, const struct reader_format *format);
    void (*came)(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end);
    void (*failed)(void *state, const struct fault *fault);
    void *state;
};

/* Starts the first workers. `locator` must outlive the readers. Errors: full (too many watched descriptors), io. */
enum err readers_new(struct service *service, struct locator *locator, struct file_readers **readers,
                     struct fault *fault);
void readers_free(struct file_readers *readers);               /* NULL is allowed */
void readers_tick(struct file_readers *readers);               /* deadlines, missing workers, dead workers */
const char *readers_alarm(const struct file_readers *readers); /* "", or why no worker can be started */

/* `path` is absolute; `kind`: LANE_LOADING if the whole file is read at once (lanes.h). `copy` is the item of a file
 * that is read in place of another file of its content, else NULL: if the file has another content now, the reader
 * fails. The frames come with the fades and the gain of `treatment` (NULL: none); its part is the caller's. The
 * callbacks are called later, never by this function. */
struct file_reader *reader_open(struct file_readers *readers, const char *path, enum lane_kind kind,
                                const struct id *copy, const struct treatment *treatment,
                                const struct reader_events *events);
bool reader_is_free(const struct file_reader *reader); /* it is open, and no pull is in progress */
void reader_pull(struct file_reader *reader, int64_t frame, uint32_t frames); /* only when it is free */
void reader_close(struct file_reader *reader);                                /* NULL is allowed */

/* Looks at the file of a path, in an errand. `looked` is called once, later; NULL: the file cannot be opened now. */
void reader_look(struct file_readers *readers, const char *path,
                 void (*looked)(void *state, const struct file_stamp *stamp), void *state);

#endif
