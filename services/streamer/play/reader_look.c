/* reader_look.c: looks at files without reading them, and has the indexer look at their folders. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/closing.h"
#include "common/process/log.h"
#include "schema_indexer.h"
#include "services/streamer/play/reader_parts.h"

enum { LOOK_PATIENCE_US = 1000000, RESCAN_BUDGET_MS = 10000 };

struct reader_looking {
    struct file_readers *readers;
    struct lane_place place;
    struct door *door; /* until its lane lets it open the file */
    bool is_cloud;
    void (*looked)(void *state, const struct file_stamp *stamp);
    void *state;
};

static void end_looking(struct reader_looking *looking, const struct file_stamp *stamp)
{
    lanes_leave(&looking->readers->lanes, &looking->place);
    door_free(looking->door);
    looking->looked(looking->state, stamp);
    free(looking);
}

static void take_looked(void *state, void *what, const struct opened_file *file, const struct fault *fault)
{
    const struct file_stamp stamp = { file->size, file->mtime, file->changed };

    (void)what, (void)fault;
    if (file->fd >= 0)
        closing_start(file->fd);
    end_looking(state, file->fd >= 0 ? &stamp : NULL);
}

static void start_looking(void *state)
{
    struct reader_looking *looking = state;

    (void)opening_start(looking->readers->errands, looking->door, 1, LOOK_PATIENCE_US, looking->is_cloud,
                        (struct opening_events){ take_looked, looking }, NULL);
    looking->door = NULL;
}

static void give_up_looking(void *state)
{
    end_looking(state, NULL);
}

void reader_look(struct file_readers *readers, const char *path,
                 void (*looked)(void *state, const struct file_stamp *stamp), void *state)
{
    struct reader_looking *looking = alloc_zeroed(1, sizeof(*looking));
    struct id cloud;

    *looking = (struct reader_looking){
        .readers = readers, .door = locate_door(readers->locator, path, &cloud), .looked = looked, .state = state
    };
    looking->is_cloud = !id_is_zero(cloud);
    looking->place = (struct lane_place){ .enter = start_looking, .late = give_up_looking, .state = looking };
    lanes_enter(&readers->lanes, &looking->place, path, LANE_OPENING);
}

/* ---- scans ---- */

static void end_scan(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("a scan of a file that has changed", fault);
}

void reader_have_scanned(struct file_readers *readers, const char *path)
{
    const char *name = strrchr(path, '/');
    const struct indexer_rescan rescan = { .path = bytes_of(path, (size_t)(name - path) + 1),
                                           .has_shallow = true,
                                           .shallow = true };
    struct fault fault = { 0 };

    if (service_ask(readers->service, "indexer.rescan", &rescan, RESCAN_BUDGET_MS, NULL, end_scan, NULL, &fault) !=
        ERR_OK)
        log_fault("a scan of a file that has changed", &fault);
}
