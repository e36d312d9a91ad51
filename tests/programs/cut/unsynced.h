/* unsynced.h: the data that a power cut may take from a folder: for each file the old bytes of the sectors that were
 * written since its last sync, for the folders the names that changed since theirs. lossy.c calls it. One thread.
 * Functions return 0 or -errno. */
#ifndef LOOPHOLE_TESTS_FAULTS_CUT_UNSYNCED_H
#define LOOPHOLE_TESTS_FAULTS_CUT_UNSYNCED_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct unsynced;
enum name_event { NAME_MADE, NAME_REMOVED, NAME_CHANGED };

/* NULL: see errno. `folder`.gone (a new folder next to it) keeps the files whose names were removed. */
struct unsynced *unsynced_open(const char *folder, unsigned seed);
void unsynced_close(struct unsynced *u);
int unsynced_folder(const struct unsynced *u); /* its descriptor: paths are relative to it */

/* To be called before a write or a change of size: keeps the bytes that it will replace. `fd` can be read. */
int unsynced_before_write(struct unsynced *u, int fd, off_t to, size_t size);
int unsynced_before_truncate(struct unsynced *u, int fd, off_t size);

void unsynced_range_is_safe(struct unsynced *u, int fd, off_t from, size_t size);
void unsynced_file_is_safe(struct unsynced *u, int fd);
void unsynced_names_are_safe(struct unsynced *u, const char *folder);
void unsynced_all_is_safe(struct unsynced *u);

/* MADE: notes the event. REMOVED, CHANGED: does it and notes it. */
int unsynced_name(struct unsynced *u, enum name_event event, const char *from, const char *to);

/* Cuts the power: takes unsynced data away. Prints its counts as a line on standard output. */
int unsynced_lose(struct unsynced *u);

#endif
