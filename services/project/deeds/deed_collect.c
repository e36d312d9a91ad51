/* Copies the sounds in use into the project's Media. */
#include <stdio.h>
#include <string.h>

#include "common/alloc.h"
#include "services/project/base/copying.h"
#include "services/project/deeds/deeds.h"
#include "services/project/parts/uses.h"
#include "store/catalogue.h"

/* In `kept`, from planning to the answer. */
struct collect_state {
    struct collected answer;
    struct id *items; /* of each copy: the item as the project names it */
    struct text *names;
    uint32_t count;
};

/* ---- planning ---- */

static void name_copy(const struct item *item, struct copy_item *to)
{
    struct hash hash = hash_of(item->media.content.at, item->media.content.len);
    char hex[33], *dot;
    int stem;

    (void)bytes_copy(to->name, sizeof(to->name) - 40, item->media.file);
    dot = strrchr(to->name, '.');
    stem = dot && dot != to->name ? (int)(dot - to->name) : (int)strlen(to->name);
    if (item->media.content.len == sizeof(hash.b))
        memcpy(hash.b, item->media.content.at, sizeof(hash.b));
    snprintf(to->other, sizeof(to->other), "%.*s-%s%s", stem < 200 ? stem : 200, to->name, hash_hex(hash, 8, hex),
             to->name + stem);
}

static bool is_planned(const struct collect_state *state, const struct copying *copying, const char *path)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (strcmp(copying->items[i].from, path) == 0)
            return true;
    return false;
}

static void plan_item(struct doing *work, struct copying *copying, const struct item_use *use, const struct item *item)
{
    struct collect_state *state = work->own;
    struct copy_item *to = &copying->items[state->count];
    char path[PATH_MAX];

    if (!bytes_copy(path, sizeof(path), item->path) || is_planned(state, copying, path))
        return;
    to->from = alloc_text(path);
    name_copy(item, to);
    for (uint32_t i = 0; i < state->count; i++)
        if (strcmp(copying->items[i].name, to->name) == 0)
            memcpy(to->name, to->other, sizeof(to->name));
    state->items[state->count++] = use->id;
    copying->count = state->count;
}

static enum err refuse_incomplete(const struct collect_state *state, struct fault *fault)
{
    const struct text first = state->answer.without.at[0];

    fault_set(fault, ERR_NOT_FOUND, "%u items are missing or offline, such as \"%.*s\"", state->answer.without.count,
              first.len < 100 ? (int)first.len : 100, first.at);
    return fault_hint(fault, "`project collect --check` lists them; --without-missing leaves them out");
}

static struct text name_of(struct txn *txn, struct arena *arena, struct id id)
{
    char room[ID_TEXT_SIZE];
    struct media media;

    if (catalogue_media(txn, arena, id, &media) == ERR_OK)
        return media.name;
    return arena_text(arena, text_of(id_write(id, room)));
}

static void plan_uses(struct doing *work, struct txn *txn, const struct item_uses *uses, struct copying *copying)
{
    struct collect_state *state = work->own;
    struct text_list *without = &state->answer.without;
    struct item item;

    for (uint32_t i = 0; i < uses->count; i++) {
        const struct item_use *use = &uses->at[i];
        if (use->state == USE_HERE && catalogue_item(txn, &work->arena, use->resolved, &item) == ERR_OK)
            plan_item(work, copying, use, &item);
        else if (without->count < 4096)
            without->at[without->count++] = arena_text(&work->kept, name_of(txn, &work->arena, use->id));
    }
}

static void take_copies(void *owner, struct copying *copying)
{
    struct doing *work = owner;
    struct collect_state *state = work->own;

    if (!copying) {
        fault_set(&work->filed, ERR_TIMEOUT, "a disk does not answer");
        work_continue(work);
        return;
    }
    work->filed = copying->fault;
    for (uint32_t i = 0; i < copying->count; i++) {
        const struct copy_item *one = &copying->items[i];
        state->names[i] = arena_text(&work->kept, text_of(one->name));
        state->answer.present += one->was_present;
        state->answer.copied += !one->was_present;
        state->answer.bytes += one->was_present ? 0 : one->size;
    }
    work_continue(work);
}

static enum err begin_collect(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_collect *ask = work->ask;
    struct collect_state *state = arena_alloc(&work->kept, sizeof(*state));
    struct element_list parts;
    struct item_uses uses;
    struct tree place;
    struct copying *copying;
    enum err e = parts_all(txn, &work->arena, work->id, &parts);

    if (e != ERR_OK)
        return e;
    work->own = state;
    uses_find(&work->arena, &parts, &uses);
    uses_resolve(txn, &work->arena, &parts, &uses);
    state->items = arena_array(&work->kept, uses.count, sizeof(*state->items));
    state->names = arena_array(&work->kept, uses.count, sizeof(*state->names));
    state->answer.without.at = arena_array(&work->kept, uses.count, sizeof(*state->answer.without.at));
    copying = copying_new(work->p, uses.count);
    plan_uses(work, txn, &uses, copying);
    parts_place(txn, &work->arena, work->id, &place);
    work->folder = arena_printf(&work->kept, "%.*s/Media", TEXT_ARG(tree_text(&place, "folder")));
    state->answer.folder = bytes_of(work->folder.at, work->folder.len);
    snprintf(copying->folder, sizeof(copying->folder), "%.*s/Audio", TEXT_ARG(work->folder));
    copying->only_checks = ask->has_check && ask->check;
    copying->done = take_copies;
    copying->owner = work;
    if (state->answer.without.count && !copying->only_checks && !(ask->has_without_missing && ask->without_missing)) {
        copying->errand.drop(&copying->errand);
        return refuse_incomplete(state, fault);
    }
    work->is_sent = true;
    copying_start(work->p, copying);
    return ERR_OK;
}

/* ---- afterwards: the project notes where its copies are ---- */

static enum err plan_collect(struct doing *work, struct txn *txn, struct fault *fault)
{
    const struct project_collect *ask = work->ask;
    struct collect_state *state = work->own;
    struct action *actions = arena_array(&work->arena, state->count, sizeof(*actions));
    char scope[ID_TEXT_SIZE];
    uint32_t count = 0;

    if (work->filed.code != ERR_OK)
        return *fault = work->filed, work->filed.code;
    for (uint32_t i = 0; i < state->count && !(ask->has_check && ask->check); i++) {
        struct text copy = arena_printf(&work->arena, "Media/Audio/%.*s", TEXT_ARG(state->names[i]));
        struct tree body = { .type = TREE_OBJECT };
        struct element was = { 0 };
        if (!text_is_utf8(copy))
            continue;
        if (parts_one(txn, &work->arena, work->id, state->items[i], &was, NULL) == ERR_OK)
            (void)tree_read(was.body, &work->arena, &body, NULL);
        if (text_equal(tree_text(&body, "copy"), copy))
            continue;
        tree_set(&body, &work->arena, "copy", tree_of_text(copy));
        actions[count++] = deed_put_action(ELEMENT_KIND_ITEM, work->id, state->items[i],
                                           tree_canonical(&body, &work->arena), was.revision);
    }
    if (count == 0)
        return ERR_OK;
    const struct persist_apply apply = { .label = TEXT("collect"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions } };
    return work_apply(work, &apply, fault);
}

static enum err answer_collect(struct doing *work, struct txn *txn, struct fault *fault)
{
    (void)txn;
    (void)fault;
    work_answer(work, &((struct collect_state *)work->own)->answer);
    return ERR_OK;
}

const struct deed deed_collect = { .before = begin_collect, .plan = plan_collect, .answer = answer_collect };
