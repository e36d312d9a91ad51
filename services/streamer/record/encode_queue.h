/* encode_queue.h: encodes takes with a complete WAV to FLAC, one after the other, while other takes are recorded. */
#ifndef LOOPHOLE_STREAMER_ENCODE_QUEUE_H
#define LOOPHOLE_STREAMER_ENCODE_QUEUE_H

#include "services/streamer/record/take_state.h"

/* Queues a take whose WAV is complete, and frees `take`; take_end follows. */
void encode_queue_add(struct take *take);
void encode_queue_follow(struct takes *takes);
void encode_queue_list_tasks(const struct takes *takes, struct arena *arena, struct task_list *to);

/* Cancels the encoding: the take stays a WAV. Errors: not_found. */
enum err encode_queue_cancel(struct takes *takes, struct id item);

#endif
