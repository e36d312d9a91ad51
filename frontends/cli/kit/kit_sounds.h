/* kit_sounds.h: the sounds that the file of a kit names: found in the folder of the kit, and as items of the catalogue.
 * No path leaves the folder, and nothing is written there. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_SOUNDS_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_SOUNDS_H

#include "common/beneath/beneath.h"
#include "frontends/cli/base/cli.h"

enum kit_sound_state {
    KIT_SOUND_MISSING,
    KIT_SOUND_OUTSIDE, /* its path leaves the folder */
    KIT_SOUND_HERE,    /* the file is there */
};

struct kit_sound {
    enum kit_sound_state state;
    struct bytes path; /* of a file that is there: without links; of a missing one: where it would be; empty: unknown */
    bool has_item, is_settled /* its content is known, or why it cannot be */;
    struct id item;
};

struct kit_sounds_found {
    uint32_t count;
    struct kit_sound *at; /* in the order of the files */
};

/* The name of the item of a missing file: as the kit's file has it. */
struct text kit_sounds_name(struct cli *cli, struct text file);

/* Finds the files, and their items. If the catalogue lacks one, the folder is indexed first; if it lies in no library,
 * it becomes one. Waits until the indexer has nothing to do, or all are known. A missing file gets an item that is
 * missing too, so that a later scan gives it the file; it gets none on a volume that the catalogue does not know. In
 * cli->arena. Errors (explained): those of the indexer, of search and of persist. */
enum err kit_sounds_find(struct cli *cli, struct beneath *folder, const struct text_list *files,
                         struct kit_sounds_found *to, struct fault *fault);

#endif
