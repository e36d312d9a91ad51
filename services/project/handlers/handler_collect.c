/* Copies the sounds in use into the project's Media. */
#include <stdio.h>
#include <string.h>

#include "common/alloc.h"
#include "common/naming/safe_names.h"
#include "common/process/mount_point.h"
#include "services/project/base/copying.h"
#include "services/project/handlers/handlers.h"
#include "services/project/parts/kinds.h"
#include "services/project/parts/uses.h"
#include "store/availability.h"
#include "store/catalogue.h"
#include "store/catalogue_facts.h"
#include "store/door/item_door.h"
#include "store/door/leads.h"

enum { NAMED_MOST = 8, WITHOUT_MOST = 4096, NOTES_AT_ONCE = 2048, NOTES_BYTES = 1 << 20 };
static const char in_media[] = PARTS_MEDIA;

/* What the project keeps of the copy of an item. */
struct collect_note {
    struct id item;     /* as the project names it */
    struct text copy;   /* below the project's folder */
    struct text digest; /* of its bytes, in hex */
    uint64_t size;
    usec_t time; /* of its last change */
};

/* In `kept`, from planning to the answer. */
struct collect_state {
    struct collected answer;
    struct collect_note *notes; /* of each copy */
    uint32_t count, next;       /* … that are there, and the next one to be noted */
    char named[160];            /* the first items that cannot be copied, with why */
};

/* ---- planning ---- */

static void name_copy(const struct item *item, struct copy_item *to)
{
    const char *folder = item->media.kind.value == KIND_VIDEO ? "Video/" : "Audio/";
    struct hash hash = hash_of(item->media.content.at, item->media.content.len);
    char name[256], safe[SAFE_NAME_SIZE], hex[33], *dot;
    int stem;

    (void)bytes_copy(name, sizeof(name) - 40, item->media.file);
    safe_name_write(text_of(name), safe);
    dot = strrchr(safe, '.');
    stem = dot && dot != safe ? (int)(dot - safe) : (int)strlen(safe);
    if (item->media.content.len == sizeof(hash.b))
        memcpy(hash.b, item->media.content.at, sizeof(hash.b));
    snprintf(to->name, sizeof(to->name), "%s%.240s", folder, safe);
    snprintf(to->other, sizeof(to->other), "%s%.*s-%s%.30s", folder, stem < 200 ? stem : 200, safe,
             hash_hex(hash, 8, hex), safe + stem);
}

static void plan_item(struct work *work, struct copying *copying, const struct item_use *use, const struct item *item,
                      struct door *door)
{
    struct collect_state *state = work->own;
    struct copy_item *to = &copying->items[state->count];

    to->from = door;
    name_copy(item, to);
    state->notes[state->count++].item = use->id;
    copying->count = state->count;
}

static enum err refuse_incomplete(const struct collect_state *state, struct fault *fault)
{
    const uint32_t count = state->answer.without.count;

    fault_set(fault, ERR_NOT_FOUND, "%u item%s %s missing, offline or no sound: %s%s", count, text_plural(count),
              count == 1 ? "is" : "are", state->named, count > NAMED_MOST ? ", …" : "");
    return fault_hint(fault, "`project collect --check` lists them; --without-missing leaves them out");
}

/* ---- items that cannot be copied ---- */

static const char *word_of_absence(const struct media *media)
{
    switch (media->availability.value) {
    case ITEM_STATE_MISSING:
        return "missing";
    case ITEM_STATE_REMOTE_FETCHING:
    case ITEM_STATE_REMOTE_OFFLINE:
    case ITEM_STATE_ONLINE_ONLY:
        return "online-only";
    default:
        return availability_is_no_sound(media) ? "no sound" : "offline";
    }
}

static void leave_out(struct work *work, struct txn *txn, struct id id)
{
    struct collect_state *state = work->own;
    struct text_list *without = &state->answer.without;
    const size_t len = strlen(state->named);
    char room[ID_TEXT_SIZE];
    struct text name = text_of(id_write(id, room));
    struct media media;

    if (catalogue_media(txn, &work->arena, id, &media) == ERR_OK)
        name = media.name;
    else
        media = (struct media){ .availability = { .value = ITEM_STATE_MISSING } };
    if (without->count < NAMED_MOST)
        snprintf(state->named + len, sizeof(state->named) - len, "%s\"%.*s\" (%s)", without->count ? ", " : "",
                 name.len < 60 ? (int)name.len : 60, name.at, word_of_absence(&media));
    if (without->count < WITHOUT_MOST)
        without->at[without->count++] = arena_text(&work->kept, name);
}

static struct door *find_door(struct work *work, struct txn *txn, const struct item_use *use, struct item *item,
                              struct leads_before *before)
{
    struct fault unused = { 0 };

    if (use->state != USE_HERE || catalogue_item(txn, &work->arena, use->resolved, item) != ERR_OK ||
        leads_set(txn, &work->arena, item, before) != ERR_OK)
        return NULL;
    return item_door(item, false, &unused);
}

static void plan_uses(struct work *work, struct txn *txn, const struct item_uses *uses, struct copying *copying)
{
    struct leads_before before = { 0 };
    struct item item;

    for (uint32_t i = 0; i < uses->count; i++) {
        const struct item_use *use = &uses->at[i];
        struct door *door = find_door(work, txn, use, &item, &before);

        if (door)
            plan_item(work, copying, use, &item, door);
        else
            leave_out(work, txn, use->id);
    }
}

/* ---- copies of earlier runs ---- */

static void plan_check(struct copying *copying, struct text copy, struct text digest)
{
    struct copy_check *check = &copying->checks[copying->check_count];

    if (!parts_is_copy(copy) || digest.len >= sizeof(check->digest) || !digest.len)
        return;
    copy = (struct text){ copy.len - (uint32_t)strlen(in_media), copy.at + strlen(in_media) };
    if (copy.len >= sizeof(check->name))
        return;
    snprintf(check->name, sizeof(check->name), "%.*s", TEXT_ARG(copy));
    snprintf(check->digest, sizeof(check->digest), "%.*s", TEXT_ARG(digest));
    copying->check_count++;
}

static void plan_checks(struct work *work, const struct element_list *parts, struct copying *copying)
{
    struct tree body;

    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->at[i].kind.value == ELEMENT_KIND_ITEM &&
            tree_read(parts->at[i].body, &work->arena, &body, NULL) == ERR_OK)
            plan_check(copying, tree_text(&body, "copy"), tree_text(&body, "copy_digest"));
}

/* ---- copying ---- */

static void take_copy(struct work *work, const struct copy_item *one, struct collect_note *note)
{
    struct collected *answer = &((struct collect_state *)work->own)->answer;
    char hex[33];

    note->copy = arena_printf(&work->kept, "%s%s", in_media, one->name);
    note->digest = arena_text(&work->kept, text_of(hash_hex(one->hash, 32, hex)));
    note->size = one->size;
    note->time = one->time;
    if (one->is_twin)
        return;
    answer->present += one->was_present;
    answer->copied += !one->was_present;
    answer->bytes += one->was_present ? 0 : one->size;
}

static void take_checks(struct work *work, const struct copying *copying)
{
    struct collect_state *state = work->own;
    struct text_list *damaged = &state->answer.damaged;

    damaged->at = arena_array(&work->kept, WITHOUT_MOST, sizeof(*damaged->at));
    for (uint32_t i = 0; i < copying->check_count; i++)
        if (copying->checks[i].is_damaged && damaged->count < WITHOUT_MOST)
            damaged->at[damaged->count++] = arena_text(&work->kept, text_of(copying->checks[i].name));
    state->answer.has_damaged = damaged->count > 0;
}

static enum err explain_hang(struct copying *copying, uint32_t finished, struct fault *fault)
{
    const uint32_t checked = atomic_load(&copying->checked);

    if (!atomic_load(&copying->is_open) || (checked == copying->check_count && finished == copying->count))
        return mount_point_blame(copying->folder, fault, "it has %.200s", copying->folder);
    if (checked < copying->check_count)
        return fault_set(fault, ERR_TIMEOUT,
                         "a disk does not answer while the copy %.150s/" PARTS_MEDIA "%.150s is checked",
                         copying->folder, copying->checks[checked].name);
    return fault_set(fault, ERR_TIMEOUT, "a disk does not answer while %.150s is copied into %.150s",
                     door_path(copying->items[finished].from), copying->folder);
}

/* If not all sounds could be copied, the project notes the copies that are there, and the ask fails afterwards. */
static void take_copies(void *owner, struct copying *copying, bool hangs)
{
    struct work *work = owner;
    struct collect_state *state = work->own;
    const uint32_t finished = atomic_load(&copying->finished);

    if (!hangs)
        work->filed = copying->fault;
    else
        (void)explain_hang(copying, finished, &work->filed);
    if (work->filed.code != ERR_OK && finished && (hangs || !work->filed.hint[0]))
        fault_hint(&work->filed, "%u of %u sounds have their copies; collect again", finished, copying->count);
    for (uint32_t i = 0; i < finished; i++)
        take_copy(work, &copying->items[i], &state->notes[i]);
    state->count = finished;
    if (!hangs)
        take_checks(work, copying);
    work_continue(work);
}

static struct copying *plan_copying(struct work *work, struct txn *txn, const struct element_list *parts)
{
    const struct project_collect *ask = work->ask;
    struct collect_state *state = work->own;
    struct copying *copying;
    struct item_uses uses;
    struct tree place;

    uses_find(&work->arena, parts, &uses);
    uses_resolve(txn, &work->arena, parts, &uses);
    state->notes = arena_array(&work->kept, uses.count, sizeof(*state->notes));
    state->answer.without.at = arena_array(&work->kept, uses.count, sizeof(*state->answer.without.at));
    copying = copying_new(work->p, uses.count, parts->count);
    plan_uses(work, txn, &uses, copying);
    plan_checks(work, parts, copying);
    parts_place(txn, &work->arena, work->id, &place);
    work->folder = arena_printf(&work->kept, "%.*s/Media", TEXT_ARG(tree_text(&place, "folder")));
    state->answer.folder = bytes_of(work->folder.at, work->folder.len);
    snprintf(copying->folder, sizeof(copying->folder), "%.*s", TEXT_ARG(tree_text(&place, "folder")));
    copying->only_checks = ask->has_check && ask->check;
    copying->done = take_copies;
    copying->owner = work;
    return copying;
}

static enum err begin_collect(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_collect *ask = work->ask;
    struct collect_state *state = arena_alloc(&work->kept, sizeof(*state));
    struct element_list parts;
    struct copying *copying;
    enum err e = parts_all(txn, &work->arena, work->id, &parts);

    if (e != ERR_OK)
        return e;
    *state = (struct collect_state){ 0 };
    work->own = state;
    copying = plan_copying(work, txn, &parts);
    if (state->answer.without.count && !copying->only_checks && !(ask->has_without_missing && ask->without_missing)) {
        copying->errand.drop(&copying->errand);
        return refuse_incomplete(state, fault);
    }
    work->is_sent = true;
    copying_start(work->p, copying, call_deadline(work->call));
    return ERR_OK;
}

/* ---- afterwards: the project notes where its copies are ---- */

/* False: the project has this note. */
static bool make_note(struct work *work, struct txn *txn, const struct collect_note *note, struct action *to)
{
    struct tree body = { .type = TREE_OBJECT };
    struct element was = { 0 };

    if (parts_one(txn, &work->arena, work->id, note->item, &was, NULL) == ERR_OK)
        (void)tree_read(was.body, &work->arena, &body, NULL);
    if (text_equal(tree_text(&body, "copy"), note->copy) && text_equal(tree_text(&body, "copy_digest"), note->digest))
        return false;
    tree_set(&body, &work->arena, "copy", tree_of_text(note->copy));
    tree_set(&body, &work->arena, "copy_digest", tree_of_text(note->digest));
    tree_set(&body, &work->arena, "copy_size", tree_of_whole((int64_t)note->size));
    tree_set(&body, &work->arena, "copy_time", tree_of_whole(note->time));
    *to = action_put(ELEMENT_KIND_ITEM, work->id, note->item, tree_canonical(&body, &work->arena), was.revision);
    return true;
}

/* Each message has an id of its own: after a death, the repeated ask sends only the notes that are missing, and under a
 * used id persist would answer as it answered the first ones, and note nothing. */
static enum err send_notes(struct work *work, struct action *actions, uint32_t count, struct fault *fault)
{
    const struct sender sender = work->sender;
    char scope[ID_TEXT_SIZE];
    const struct persist_apply apply = { .label = TEXT("collect"),
                                         .scope = text_of(id_write(work->id, scope)),
                                         .actions = { count, actions },
                                         .has_step = work->step > 0,
                                         .step = work->step };
    enum err e;

    work->sender.request = id_new();
    e = work_apply(work, &apply, fault);
    work->sender = sender;
    return e;
}

/* Notes that a message has room for, from the next one on. */
static uint32_t make_notes(struct work *work, struct txn *txn, struct action *actions)
{
    struct collect_state *state = work->own;
    uint32_t count = 0;
    size_t bytes = 0;

    while (state->next < state->count && count < NOTES_AT_ONCE && bytes < NOTES_BYTES)
        if (make_note(work, txn, &state->notes[state->next++], &actions[count]))
            bytes += actions[count++].element.body.len;
    return count;
}

/* All notes are one step of undo, in parts. After a change of another client the rest is a step of its own. */
static enum err plan_collect(struct work *work, struct txn *txn, struct fault *fault)
{
    const struct project_collect *ask = work->ask;
    struct collect_state *state = work->own;
    struct action *actions = arena_array(&work->arena, NOTES_AT_ONCE, sizeof(*actions));
    uint32_t count;

    if (work->phase == WORK_PLAN)
        work->step = state->next = 0;
    count = ask->has_check && ask->check ? 0 : make_notes(work, txn, actions);
    if (count)
        return send_notes(work, actions, count, fault);
    if (work->filed.code != ERR_OK)
        *fault = work->filed;
    return work->filed.code;
}

static enum err answer_collect(struct work *work, struct txn *txn, struct fault *fault)
{
    (void)txn, (void)fault;
    work_answer(work, &((struct collect_state *)work->own)->answer);
    return ERR_OK;
}

/* Notes until none is left. */
const struct handler handler_collect = {
    .writes_media = true,
    .before = begin_collect,
    .plan = plan_collect,
    .after = plan_collect,
    .answer = answer_collect,
};
