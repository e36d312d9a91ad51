/* presets.h: finds the presets that a project may name: its own, those of the workspace, and the global ones; gives
 * their values to the rows of a pattern; and finds what uses one. Strings point into the map or the arena, which has no
 * limit. One thread for each transaction and arena. */
#ifndef LOOPHOLE_PROJECT_PRESETS_H
#define LOOPHOLE_PROJECT_PRESETS_H

#include "schema_kit.h"
#include "services/project/parts/parts.h"

enum { PRESETS_MOST = 1024 /* of one scope or project */ };

/* The first one of the project, of the workspace, or global. Errors: not_found, those of the store. */
enum err presets_find(struct txn *txn, struct arena *arena, struct id project, struct text named, struct element *to);
bool presets_by_id(struct txn *txn, struct arena *arena, struct id preset, struct preset *to); /* of any project */
/* Only of this project, of the open one, of the workspace, or global: a missing one costs four look-ups. */
bool presets_near(struct txn *txn, struct arena *arena, struct id project, struct id preset, struct preset *to);
bool presets_read(struct txn *txn, struct arena *arena, struct id project, struct text named, struct preset *to);

/* Gives each row that names a preset a voice of its own with the values of the preset. A row whose preset is gone keeps
 * its voice. Rows are copied to the arena. */
void presets_set_rows(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern);

/* The first thing that names the preset, for a person, and how many others do; "": nothing does. */
struct text presets_user(struct txn *txn, struct arena *arena, const struct element *preset, uint32_t *others);

#endif
