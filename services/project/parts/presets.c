#include "services/project/parts/presets.h"

#include <string.h>

#include "services/project/parts/named_parts.h"
#include "services/project/parts/preset_body.h"
#include "store/pattern/pattern_voice.h"

enum { SLOTS_BANK = 128 };

/* ---- finding ---- */

enum err presets_find(struct txn *txn, struct arena *arena, struct id project, struct text named, struct element *to)
{
    const struct id owners[] = { project, elements_workspace_kits, elements_global_kits };
    enum err e = ERR_NOT_FOUND;

    for (size_t i = 0; e == ERR_NOT_FOUND && i < sizeof(owners) / sizeof(*owners); i++)
        e = named_parts_find(txn, arena, ELEMENT_KIND_PRESET, owners[i], named, to);
    return e;
}

bool presets_read(struct txn *txn, struct arena *arena, struct id project, struct text named, struct preset *to)
{
    struct element part;

    return presets_find(txn, arena, project, named, &part) == ERR_OK &&
           preset_body_read(&part, arena, to, NULL) == ERR_OK;
}

struct id_search {
    struct txn *txn;
    struct arena *arena;
    struct id id;
    struct element found;
};

static bool look_under(void *state, const struct element *project)
{
    struct id_search *s = state;
    const struct choice kind = parts_kind(ELEMENT_KIND_PRESET);

    return elements_get(s->txn, s->arena, kind, project->id, s->id, &s->found) != ERR_OK ||
           s->found.kind.value != ELEMENT_KIND_PRESET;
}

static bool read_found(const struct id_search *search, struct preset *to)
{
    return id_equal(search->found.id, search->id) && search->found.kind.value == ELEMENT_KIND_PRESET &&
           preset_body_read(&search->found, search->arena, to, NULL) == ERR_OK;
}

static bool is_missing_near(struct id_search *search, struct id project)
{
    struct element near[] = {
        { .id = project }, { .id = elements_workspace_kits }, { .id = elements_global_kits }, { .id = { { 0 } } }
    };
    const int count = elements_current(search->txn, search->arena, &near[3].id) == ERR_OK ? 4 : 3;
    bool is_missing = true;

    for (int i = 0; is_missing && i < count; i++)
        is_missing = look_under(search, &near[i]);
    return is_missing;
}

bool presets_near(struct txn *txn, struct arena *arena, struct id project, struct id preset, struct preset *to)
{
    struct id_search search = { .txn = txn, .arena = arena, .id = preset };

    return !is_missing_near(&search, project) && read_found(&search, to);
}

bool presets_by_id(struct txn *txn, struct arena *arena, struct id preset, struct preset *to)
{
    struct id_search search = { .txn = txn, .arena = arena, .id = preset };

    if (is_missing_near(&search, elements_global_kits))
        (void)elements_each_project(txn, arena, look_under, &search);
    return read_found(&search, to);
}

/* ---- rows ---- */

void presets_set_rows(struct txn *txn, struct arena *arena, struct id project, struct pattern *pattern)
{
    struct row_list *rows = &pattern->sequencer.tracks;
    struct row *copy = arena_array(arena, rows->count + 1, sizeof(*copy));
    struct preset preset;

    if (rows->count)
        memcpy(copy, rows->at, rows->count * sizeof(*copy));
    rows->at = copy;
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->at[i];
        if (row->has_preset && presets_read(txn, arena, project, row->preset, &preset))
            pattern_give_voice(pattern, arena, i, &preset.voice);
    }
}

/* ---- what uses one ---- */

struct user_search {
    struct txn *txn;
    struct arena *arena;
    struct text id, name;
    struct text project; /* whose parts are looked at: " of the project X", or "" */
    struct text first;
    uint32_t count;
};

static bool names_it(const struct user_search *s, const struct tree *tree)
{
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        const struct text value = member->value.text;
        if (text_is(member->name, "preset") && member->value.type == TREE_TEXT
                ? text_equal(value, s->id) || text_equal(value, s->name)
                : names_it(s, &member->value))
            return true;
    }
    return false;
}

static struct text describe_user(const struct user_search *s, const struct element *part, const struct tree *body)
{
    const uint32_t slot = (uint32_t)tree_real(body, "slot", 1) - 1;

    if (part->kind.value == ELEMENT_KIND_KIT)
        return arena_printf(s->arena, "the kit %.*s%.*s", TEXT_ARG(tree_text(body, "name")), TEXT_ARG(s->project));
    if (part->kind.value == ELEMENT_KIND_SLOT)
        return arena_printf(s->arena, "slot %u of bank %u%.*s", slot % SLOTS_BANK + 1, slot / SLOTS_BANK + 1,
                            TEXT_ARG(s->project));
    return arena_printf(s->arena, "the current pattern%.*s", TEXT_ARG(s->project));
}

static bool look_at_part(void *state, const struct element *part)
{
    struct user_search *s = state;
    const int32_t kind = part->kind.value;
    struct tree body, file;

    if ((kind != ELEMENT_KIND_KIT && kind != ELEMENT_KIND_SLOT && kind != ELEMENT_KIND_SOUND) ||
        !memmem(part->body.at, part->body.len, "preset", strlen("preset")) ||
        tree_read(part->body, s->arena, &body, NULL) != ERR_OK)
        return true;
    if (kind == ELEMENT_KIND_SLOT && tree_read(tree_text(&body, "file"), s->arena, &file, NULL) != ERR_OK)
        return true;
    if (!names_it(s, kind == ELEMENT_KIND_SLOT ? &file : &body))
        return true;
    if (s->count++ == 0)
        s->first = describe_user(s, part, &body);
    return true;
}

static bool look_at_project(void *state, const struct element *project)
{
    struct user_search *s = state;

    s->project = arena_printf(s->arena, " of the project %.*s", TEXT_ARG(named_parts_name(project, s->arena)));
    return elements_each_part(s->txn, s->arena, project->id, look_at_part, s) == ERR_OK;
}

struct text presets_user(struct txn *txn, struct arena *arena, const struct element *preset, uint32_t *others)
{
    char id[ID_TEXT_SIZE];
    struct user_search search = {
        .txn = txn, .arena = arena, .id = text_of(id_write(preset->id, id)), .name = named_parts_name(preset, arena)
    };
    struct element project;

    (void)elements_each_part(txn, arena, elements_workspace_kits, look_at_part, &search);
    (void)elements_each_part(txn, arena, elements_global_kits, look_at_part, &search);
    if (elements_is_of_no_project(preset->kind, preset->project))
        (void)elements_each_project(txn, arena, look_at_project, &search);
    else if (parts_get(txn, arena, preset->project, &project) == ERR_OK)
        (void)look_at_project(&search, &project);
    *others = search.count ? search.count - 1 : 0;
    return search.first;
}
