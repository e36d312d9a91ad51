#include "services/project/sound/sound_begin.h"

static const char key_due[] = "begins"; /* the tempo that the client typed */

struct action sound_begin_open(struct arena *arena, struct id project, struct text typed, struct txn *txn)
{
    static const char *const names[] = { "bpm", "swing" };
    struct tree patch, body, tempo = { .type = TREE_OBJECT };
    struct action action = action_open_alone(arena, project, txn);

    for (int i = 0; i < 2; i++)
        if (typed.len && tree_read(typed, arena, &patch, NULL) == ERR_OK && tree_get(&patch, names[i]))
            tree_set(&tempo, arena, names[i], *tree_get(&patch, names[i]));
    if (tree_read(action.element.body, arena, &body, NULL) == ERR_OK) {
        tree_set(&body, arena, key_due, tempo);
        action.element.body = tree_canonical(&body, arena);
    }
    return action;
}

/* The tempo that is due; NULL: nothing is. */
static const struct tree *find_due(struct txn *txn, struct arena *arena, struct tree *body)
{
    struct element row;

    if (elements_get(txn, arena, parts_kind(ELEMENT_KIND_CURRENT), elements_current_id, elements_current_id, &row) !=
            ERR_OK ||
        tree_read(row.body, arena, body, NULL) != ERR_OK)
        return NULL;
    return tree_get(body, key_due);
}

bool sound_begin_is_due(struct txn *txn, struct arena *arena, const struct element *part)
{
    struct tree body;

    return part->revision == 0 && find_due(txn, arena, &body) != NULL;
}

/* What sounds with what the core does not know of it, as its project has it: a restarted core lacks pads. */
static void read_present(struct txn *txn, struct arena *arena, const struct sounding *now, struct sounding *to)
{
    struct element project, part;

    *to = *now;
    if (!now->has_project || parts_get(txn, arena, now->project, &project) != ERR_OK ||
        sound_body_get(txn, arena, now->project, &part) != ERR_OK || part.revision != now->revision)
        return;
    if (sound_body_read(txn, arena, &project, sound_body_merge(arena, part.body, now), to, NULL) != ERR_OK)
        *to = *now;
}

struct text sound_begin_body(struct txn *txn, struct arena *arena, const struct sounding *now, struct sounding *want)
{
    struct sounding all;
    struct tree body;
    const struct tree *tempo = find_due(txn, arena, &body);

    read_present(txn, arena, now, &all);
    all.has_bpm = all.has_swing = true;
    all.bpm = tree_real(tempo, "bpm", now->bpm);
    all.swing = tree_real(tempo, "swing", now->swing);
    *want = (struct sounding){ .has_bpm = true, .has_swing = true, .bpm = all.bpm, .swing = all.swing };
    want->inserts = now->inserts;
    return sound_body_merge(arena, TEXT("{}"), &all);
}

struct action sound_begin_done(struct arena *arena, struct id project, struct txn *txn)
{
    return action_without_step(action_open_alone(arena, project, txn));
}
