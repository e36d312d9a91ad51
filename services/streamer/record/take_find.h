/* take_find.h: reads the takes of the store, and finds those that are under way. */
#ifndef LOOPHOLE_STREAMER_TAKE_FIND_H
#define LOOPHOLE_STREAMER_TAKE_FIND_H

#include "services/streamer/record/take_state.h"

enum err take_find_all(struct takes *takes, struct arena *arena, struct recording_list *to, struct fault *fault);
struct take_place take_find_place(struct takes *takes, struct id item); /* has no volume if that is unknown */
enum err take_find_one(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                       struct fault *fault);
struct take *take_find_live(struct takes *takes, struct id id); /* NULL: none is under way */
bool take_is_recovering(const struct takes *takes);             /* some takes of a predecessor are not recovered yet */
enum err take_describe_any(struct takes *takes, struct arena *arena, struct id id, struct recording *to,
                           struct fault *fault);

#endif
