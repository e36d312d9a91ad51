#include "services/project/pattern/slot.h"

#include <stdio.h>
#include <string.h>

#include "common/hash.h"

enum { NUMBER_SIZE = 32, DIGITS = 32, DIGESTS_KEPT = 16 };

/* ---- rows ---- */

static struct id id_of_slot(struct id project, uint32_t number, const char *what)
{
    char name[48];
    uint8_t bytes[sizeof(project.b) + sizeof(name)] = { 0 };

    (void)snprintf(name, sizeof(name), "%s %u", what, number);
    memcpy(bytes, project.b, sizeof(project.b));
    memcpy(bytes + sizeof(project.b), name, strlen(name));
    return id_of_bytes(bytes, sizeof(bytes));
}

static uint64_t read_body(struct txn *txn, struct arena *arena, struct id project, int32_t kind, struct id id,
                          struct tree *to)
{
    struct element row;

    *to = (struct tree){ .type = TREE_OBJECT };
    if (elements_get(txn, arena, parts_kind(kind), project, id, &row) != ERR_OK ||
        tree_read(row.body, arena, to, NULL) != ERR_OK)
        return 0;
    return row.revision;
}

void slot_read_row(struct txn *txn, struct arena *arena, struct id project, uint32_t number, struct slot_row *to)
{
    struct tree body;

    *to = (struct slot_row){ .number = number };
    to->revision = read_body(txn, arena, project, ELEMENT_KIND_SLOT, id_of_slot(project, number, "slot"), &body);
    to->file = tree_text(&body, "file");
    to->files_revision =
        read_body(txn, arena, project, ELEMENT_KIND_SLOT_FILE, id_of_slot(project, number, "slot file"), &to->files);
}

static uint64_t revision_of(struct txn *txn, struct arena *arena, struct id project, int32_t kind, struct id id)
{
    struct element row;

    return elements_get(txn, arena, parts_kind(kind), project, id, &row) == ERR_OK ? row.revision : 0;
}

void slot_revisions(struct txn *txn, struct arena *arena, struct id project, uint32_t number, uint64_t *revision,
                    uint64_t *files_revision)
{
    *revision = revision_of(txn, arena, project, ELEMENT_KIND_SLOT, id_of_slot(project, number, "slot"));
    *files_revision =
        revision_of(txn, arena, project, ELEMENT_KIND_SLOT_FILE, id_of_slot(project, number, "slot file"));
}

bool slot_read_part(const struct element *part, struct arena *arena, struct slot_row *to)
{
    struct tree body;

    if (part->kind.value != ELEMENT_KIND_SLOT || tree_read(part->body, arena, &body, NULL) != ERR_OK)
        return false;
    *to = (struct slot_row){ .number = (uint32_t)tree_real(&body, "slot", 0),
                             .revision = part->revision,
                             .file = tree_text(&body, "file") };
    return to->number >= 1 && to->number <= SLOTS_BANK * SLOTS_BANKS && to->file.len > 0;
}

struct text slot_digest(struct arena *arena, struct text file)
{
    char hex[DIGITS + 1];

    return arena_text(arena, text_of(hash_hex(hash_of(file.at, file.len), DIGITS, hex)));
}

bool slot_is_ours(const struct slot_row *row, struct text digest)
{
    const struct tree *digests = tree_get(&row->files, "digests");

    for (uint32_t i = 0; digests && digests->type == TREE_LIST && i < digests->count; i++)
        if (text_equal(digests->members[i].value.text, digest))
            return true;
    return false;
}

static struct action put_known(struct arena *arena, struct id project, const struct slot_row *row, struct text file)
{
    const struct tree *were = tree_get(&row->files, "digests");
    struct tree files = { .type = TREE_OBJECT }, digests = { .type = TREE_LIST };

    tree_add(&digests, arena, tree_of_text(file.len ? slot_digest(arena, file) : TEXT("none")));
    for (uint32_t i = 0; were && were->type == TREE_LIST && i < were->count && i < DIGESTS_KEPT - 1; i++)
        tree_add(&digests, arena, were->members[i].value);
    tree_set(&files, arena, "digests", digests);
    return action_without_step(action_put(ELEMENT_KIND_SLOT_FILE, project,
                                          id_of_slot(project, row->number, "slot file"), tree_canonical(&files, arena),
                                          row->files_revision));
}

uint32_t slot_put(struct arena *arena, struct id project, const struct slot_row *row, struct text file, bool apart,
                  struct action *to)
{
    struct tree body = { .type = TREE_OBJECT };
    struct action put;

    if (file.len == 0 && row->revision == 0)
        return 0;
    tree_set(&body, arena, "slot", tree_of_whole(row->number));
    tree_set(&body, arena, "file", tree_of_text(file));
    put = action_put(ELEMENT_KIND_SLOT, project, id_of_slot(project, row->number, "slot"), tree_canonical(&body, arena),
                     row->revision);
    put.element.has_body = file.len > 0;
    to[0] = apart ? action_without_step(put) : put;
    to[1] = put_known(arena, project, row, file);
    return 2;
}

struct action slot_remove(struct id project, uint32_t number)
{
    const struct element slot = { .kind = parts_kind(ELEMENT_KIND_SLOT),
                                  .project = project,
                                  .id = id_of_slot(project, number, "slot") };

    return action_remove(&slot);
}

/* ---- banks ---- */

static struct tree object_in(const struct tree *body, const char *name, struct arena *arena)
{
    const struct tree *found = tree_get(body, name);

    return found && found->type == TREE_OBJECT ? tree_clone(found, arena) : (struct tree){ .type = TREE_OBJECT };
}

void slot_read_banks(struct txn *txn, struct arena *arena, struct id project, struct slot_banks *to)
{
    struct tree body;
    double current;

    to->revision = read_body(txn, arena, project, ELEMENT_KIND_BANKS, id_of_slot(project, 0, "banks"), &body);
    current = tree_real(&body, "current", 1);
    to->current = current >= 1 && current <= SLOTS_BANKS ? (uint32_t)current : 1;
    to->names = object_in(&body, "names", arena);
    to->active = object_in(&body, "active", arena);
}

struct action slot_put_banks(struct arena *arena, struct id project, const struct slot_banks *banks)
{
    struct tree body = { .type = TREE_OBJECT };

    tree_set(&body, arena, "current", tree_of_whole(banks->current));
    tree_set(&body, arena, "names", banks->names);
    tree_set(&body, arena, "active", banks->active);
    return action_without_step(action_put(ELEMENT_KIND_BANKS, project, id_of_slot(project, 0, "banks"),
                                          tree_canonical(&body, arena), banks->revision));
}

struct text slot_bank_name(const struct slot_banks *banks, struct arena *arena)
{
    char number[NUMBER_SIZE];
    struct text name;

    (void)snprintf(number, sizeof(number), "%u", banks->current);
    name = tree_text(&banks->names, number);
    return name.len ? name : arena_text(arena, text_of(number));
}

uint32_t slot_active(const struct slot_banks *banks)
{
    char number[NUMBER_SIZE];
    double active;

    (void)snprintf(number, sizeof(number), "%u", banks->current);
    active = tree_real(&banks->active, number, 1);
    return active >= 1 && active <= SLOTS_BANK ? (uint32_t)active : 1;
}

void slot_set_active(struct slot_banks *banks, struct arena *arena, uint32_t slot)
{
    struct text number = arena_printf(arena, "%u", banks->current);

    tree_set_text(&banks->active, arena, number, tree_of_whole(slot));
}

void slot_name_file(uint32_t number, char name[SLOT_NAME])
{
    (void)snprintf(name, SLOT_NAME, "patterns/slots/bank_%u/slot_%03u.json", (number - 1) / SLOTS_BANK + 1, number);
}
