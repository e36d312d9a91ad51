/* slot_parse.h: reads the text of a slot, which may come from a stranger. Any thread. */
#ifndef LOOPHOLE_PROJECT_SLOT_PARSE_H
#define LOOPHOLE_PROJECT_SLOT_PARSE_H

#include "common/arena.h"
#include "common/err.h"
#include "common/shared/in_hand.h"
#include "store/pattern/pattern_file.h"

/* Reads the text of a slot as a pattern. The file is in hand meanwhile (file_io.h): one that ended a process of this
 * service is refused by its name. Errors (explained): those of pattern_file_read; internal. */
enum err slot_parse(struct in_hand *hand, const char *name, struct text text, struct arena *arena,
                    struct pattern_file *to, struct fault *fault);

#endif
