/* song.h: the song of a project: a list of slots, each with its bars. It is the key `song` of the project's own part:
 * {"entries": [{"bank": 1, "slot": 5, "bars": 4}, …], "loop": true}. So undo, saves and copies have it. */
#ifndef LOOPHOLE_PROJECT_SONG_H
#define LOOPHOLE_PROJECT_SONG_H

#include "services/project/handlers/handlers.h"

enum { SONG_ENTRIES = 256, SONG_BARS = 1024 };

extern const struct handler song_handler_show, song_handler_set, song_handler_play,
    song_handler_stop; /* song_handlers.c */

struct song {
    struct song_entry_list entries;
    bool loop;
};

/* The song in the body of a project, in the arena. Members that are not entries are left out. */
void song_read(const struct tree *body, struct arena *arena, struct song *to);

/* As a value of the key `song`. */
struct tree song_tree(const struct song *song, struct arena *arena);

/* Reads typed entries: SLOT or BANK/SLOT, and :BARS, with blanks between them. Errors (explained): bad_request,
 * too_large (more than SONG_ENTRIES). */
enum err song_parse(struct text typed, uint32_t bank, struct arena *arena, struct song *to, struct fault *fault);

/* The entry after that one, from 1; 0: none. */
uint32_t song_next(const struct song *song, uint32_t entry);

#endif
