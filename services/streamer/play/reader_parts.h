/* reader_parts.h: what the files of reader.h share. */
#ifndef LOOPHOLE_STREAMER_READER_PARTS_H
#define LOOPHOLE_STREAMER_READER_PARTS_H

#include <limits.h>

#include "common/process/opening.h"
#include "proto/service/workers.h"
#include "services/streamer/play/reader.h"

struct file_readers {
    struct service *service;
    struct locator *locator; /* knows the items of clouds */
    struct mailbox *mailbox;
    struct errands *errands;
    struct workers *workers;
    struct lanes lanes;
    struct file_reader *waiting; /* open files without a worker, the newest first */
    char program[PATH_MAX + 32];
    float stereo[2 * READER_FRAMES_MAX];
};

/* A scan of the file's folder corrects the row of its item. */
void reader_have_scanned(struct file_readers *readers, const char *path);

#endif
