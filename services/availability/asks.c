#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "proto/wire/codec_copy.h"
#include "schema_search.h"
#include "services/availability/copies.h"
#include "services/availability/fetching.h"
#include "services/availability/questions.h"
#include "services/availability/settle.h"
#include "services/availability/where.h"

enum { LIST_MOST = 4096, COUNT_BUDGET_MS = 2000 };

/* Nothing can be compared: no ask waits for it. */
static enum err refuse_unread(const struct availability *availability, struct call *call)
{
    if (availability->fault.code)
        return refuse(call, availability->fault.code, "%s", availability->fault.what);
    if (!availability->known.is_read || !availability->is_read)
        return refuse(call, ERR_OFFLINE, "the catalogue is not open yet");
    return ERR_OK;
}

/* ---- all volumes ---- */

struct volume_listing {
    struct availability *availability;
    struct ticket ticket;
    struct arena arena;
    struct volumes_seen seen;
};

struct other_mounts {
    struct arena *arena;
    struct bytes_list list;
};

static void add_duplicate(void *state, const struct mount *other)
{
    struct other_mounts *to = state;

    if (to->list.count < 64)
        to->list.at[to->list.count++] =
            arena_bytes(to->arena, bytes_of(other->line.target, strlen(other->line.target)));
}

static enum err list_one(struct volume_listing *listing, const struct where_index *index,
                         const struct known_volume *known)
{
    struct volume_seen *to = &listing->seen.each.at[listing->seen.each.count];
    struct where where = where_is(index, &known->row);
    struct other_mounts duplicates = { .arena = &listing->arena };

    *to = (struct volume_seen){ .state = { .value = (int32_t)where.state } };
    duplicates.list.at = arena_array(&listing->arena, 64, sizeof(*duplicates.list.at));
    if (!duplicates.list.at || codec_copy(&volume_shape, &known->row, &listing->arena, &to->volume) != ERR_OK)
        return ERR_FULL;
    if (where.mount && where.state != VOLUME_STATE_HERE)
        to->why = mounts_why(where.mount, &listing->arena);
    where_duplicates(index, &known->row, where.mount, add_duplicate, &duplicates);
    to->duplicates = duplicates.list;
    listing->seen.each.count++;
    return ERR_OK;
}

static enum err list_all(struct volume_listing *listing)
{
    struct availability *availability = listing->availability;
    uint32_t count = availability->known.count;
    struct where_index index;
    enum err e = ERR_OK;

    listing->seen.each.at = arena_array(&listing->arena, count + 1, sizeof(struct volume_seen));
    where_index_make(&index, &availability->mounts, &availability->known);
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = list_one(listing, &index, &availability->known.at[i]);
    where_index_free(&index);
    listing->seen.hung = mounts_hung(&availability->mounts);
    return e;
}

static void end_listing(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct volume_listing *listing = state;
    const struct all_states *all = answer;

    (void)fault;
    for (uint32_t i = 0; error == ERR_OK && i < all->each.count; i++)
        for (uint32_t j = 0; j < listing->seen.each.count; j++)
            if (id_equal(listing->seen.each.at[j].volume.id, all->each.at[i].id)) {
                listing->seen.each.at[j].has_counts = true;
                listing->seen.each.at[j].counts = all->each.at[i].counts;
            }
    ticket_answer(listing->availability->service, listing->ticket, &listing->seen);
    arena_free(&listing->arena);
    free(listing);
}

static enum err list_volumes(struct availability *availability, struct call *call,
                             const struct availability_volumes *ask, struct volumes_seen *answer)
{
    struct volume_listing *listing;
    enum err e = refuse_unread(availability, call);

    (void)ask, (void)answer;
    if (e == ERR_OK && availability->known.count > LIST_MOST)
        return refuse(call, ERR_TOO_LARGE, "the catalogue has %u volumes: more than %d cannot be listed",
                      availability->known.count, LIST_MOST);
    if (e != ERR_OK)
        return e;
    listing = alloc_zeroed(1, sizeof(*listing));
    listing->availability = availability;
    e = list_all(listing);
    listing->ticket = e == ERR_OK ? call_defer(call) : (struct ticket){ .number = 0 };
    if (!listing->ticket.number) {
        arena_free(&listing->arena);
        free(listing);
        return e == ERR_OK ? ERR_BUSY : refuse_full(call);
    }
    e = service_ask(availability->service, "search.states", &(struct search_states){ 0 }, COUNT_BUDGET_MS, NULL,
                    end_listing, listing, NULL);
    if (e != ERR_OK)
        end_listing(listing, e, NULL, NULL);
    return ERR_OK;
}

/* ---- one path or volume ---- */

static enum err take_path(struct call *call, struct bytes path, struct question *to)
{
    if (path.len && bytes_copy(to->path, sizeof(to->path), path) && to->path[0] == '/')
        return ERR_OK;
    refuse(call, ERR_BAD_REQUEST, "the path must be absolute and must not contain a zero byte");
    return fault_field(call_fault(call), "path");
}

static enum err answer_find(struct availability *availability, struct call *call, const struct availability_find *ask,
                            struct place_seen *answer)
{
    struct question question = { .adds = true,
                                 .owns = ask->has_own && ask->own,
                                 .moved = ask->has_moved ? ask->moved : (struct id){ { 0 } } };
    enum err e = refuse_unread(availability, call);

    (void)answer;
    if (e == ERR_OK)
        e = take_path(call, ask->path, &question);
    return e == ERR_OK ? questions_add(availability, call, &question) : e;
}

static enum err check_volume(struct availability *availability, struct call *call, const struct availability_check *ask,
                             struct place_seen *answer)
{
    struct question question = { .volume = ask->volume, .device = ask->device };
    enum err e = refuse_unread(availability, call);

    (void)answer;
    if (ask->has_device)
        (void)bytes_copy(question.mount, sizeof(question.mount), ask->mount);
    if (e == ERR_OK && ask->path.len)
        e = take_path(call, ask->path, &question);
    return e == ERR_OK ? questions_add(availability, call, &question) : e;
}

/* A copy of the ask after a death has the same word. */
static bool make_word(const struct availability_mark *ask, const struct call *call, struct question *question)
{
    char id[ID_TEXT_SIZE];

    for (uint32_t i = 0; i < ask->label.len; i++)
        if ((unsigned char)ask->label.at[i] < ' ' || ask->label.at[i] == 127)
            return false;
    return snprintf(question->word, sizeof(question->word) - 8, "%.*s%s%s", TEXT_ARG(ask->label),
                    ask->label.len ? " " : "", id_write(call_request(call), id)) < (int)sizeof(question->word) - 8;
}

static enum err mark_volume(struct availability *availability, struct call *call, const struct availability_mark *ask,
                            struct place_seen *answer)
{
    struct question question = { .adds = true, .marks = true, .replaces = ask->new };
    enum err e = refuse_unread(availability, call);

    (void)answer;
    if (e == ERR_OK)
        e = take_path(call, ask->path, &question);
    if (e == ERR_OK && !make_word(ask, call, &question)) {
        refuse(call, ERR_BAD_REQUEST, "the label \"%.*s\" has a control character, or is too long",
               TEXT_ARG(ask->label));
        return fault_field(call_fault(call), "label");
    }
    question.label = ask->label;
    return e == ERR_OK ? questions_add(availability, call, &question) : e;
}

static enum err label_volume(struct availability *availability, struct call *call, const struct availability_label *ask,
                             struct place_seen *answer)
{
    struct question question = { .volume = ask->volume, .labels = true };
    struct known_volume *known = known_by_id(&availability->known, ask->volume);
    enum err e = refuse_unread(availability, call);
    char id[ID_TEXT_SIZE];

    (void)answer;
    if (e == ERR_OK && !known)
        return refuse(call, ERR_NOT_FOUND, "no volume %s", id_write(ask->volume, id));
    if (e == ERR_OK && ask->label.len == 0)
        return refuse(call, ERR_BAD_REQUEST, "the label is empty");
    if (e == ERR_OK)
        e = questions_add(availability, call, &question);
    if (e == ERR_OK)
        settle_label(availability, known, ask->label);
    return e;
}

static enum err find_copies(struct availability *availability, struct call *call,
                            const struct availability_whereis *ask, struct copies_seen *answer)
{
    enum err e = refuse_unread(availability, call);

    return e == ERR_OK ? copies_find(&availability->known, ask->id, call_arena(call), answer, call_fault(call)) : e;
}

static enum err begin_fetch(struct availability *availability, struct call *call, const struct availability_fetch *ask,
                            struct fetch_begun *answer)
{
    enum err e = refuse_unread(availability, call);

    return e == ERR_OK ? fetching_begin(availability, call, ask, answer) : e;
}

static enum err list_fetches(struct availability *availability, struct call *call,
                             const struct availability_fetches *ask, struct fetches_kept *answer)
{
    return fetching_list(availability, call, ask->has_task ? &ask->task : NULL, answer);
}

const struct availability_handlers asks_handlers = {
    .volumes = list_volumes,
    .find = answer_find,
    .check = check_volume,
    .mark = mark_volume,
    .label = label_volume,
    .whereis = find_copies,
    .fetch = begin_fetch,
    .fetches = list_fetches,
};
