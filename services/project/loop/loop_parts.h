/* loop_parts.h: what a capture heard as actions, and actions as the parts of a turn that the streamer plays. Pure
 * functions. Any thread. */
#ifndef LOOPHOLE_PROJECT_LOOP_PARTS_H
#define LOOPHOLE_PROJECT_LOOP_PARTS_H

#include "services/project/loop/loop_find.h"

/* What was heard from the begin of a capture up to its second press. */
struct loop_heard_part {
    struct text actions;
    struct id item; /* the first that was heard … */
    int64_t from;   /* … and its frame */
};

/* `to` is the mark of the second press, with what was done since the first one. False: not all of it is known, or the
 * voice got another file, or nothing was heard. */
bool loop_parts_hear(const struct loop_capture *begun, const struct loop_mark *to, struct arena *arena,
                     struct loop_heard_part *heard);

/* Sets cuts and hits of the ask, in the arena, from the actions of a loop; none, if it plays its part without a break.
 * `rate`: frames of the file a second. Errors (explained): conflict (more of them than a voice plays). */
enum err loop_parts_cut(const struct loop *loop, double rate, struct arena *arena, struct loop_start *to,
                        struct fault *fault);

#endif
