/* kit.h: what kit.c, which makes and prints kits, shares with kit_loaded.c, which plays them,
 * and with the folder kit, which reads and writes the files of other programs. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_KIT_H
#define LOOPHOLE_FRONTENDS_CLI_KIT_H

#include "common/sound/pad_note.h"
#include "frontends/cli/base/cli.h"
#include "schema_project.h"

/* The MIDI note of a slot whose pad is `pad` now; beyond PAD_NOTE_MOST it has none. */
static inline uint64_t kit_note(const struct kit_slot *slot, uint64_t pad)
{
    return slot->has_note ? slot->note : pad_note(pad);
}

/* The same in a file of another program. */
static inline uint64_t kit_file_note(const struct kit_slot *slot)
{
    return pad_note_in_file(kit_note(slot, slot->pad));
}

/* The velocity below which a layer sounds; 1: up to the hardest hit. */
static inline double kit_velocity_until(const struct kit_layer *layer)
{
    return layer->has_velocity_until ? layer->velocity_until : 1;
}

/* Prints a kit whose pad 0 is `first`, or its record with --json. Errors: those of the output. */
enum err kit_show(struct cli *cli, const struct kit *kit, uint64_t first);

/* Sends a change that is answered with the kit, and prints it. Errors (explained): those of cli_change. */
enum err kit_send_change(struct cli *cli, const char *name, const void *request, struct fault *fault);

/* `kit build` from the library. Errors (explained): those of cli_change, bad_request. */
enum err kit_build_chosen(struct cli *cli, struct fault *fault);

/* Reads --scope; unset: global. Errors: bad_request. */
enum err kit_read_scope(const struct cli *cli, struct choice *to, struct fault *fault);

#endif
