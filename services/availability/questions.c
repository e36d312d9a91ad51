#include "services/availability/questions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/file.h"
#include "services/availability/cover.h"
#include "services/availability/settle.h"
#include "services/availability/where.h"

enum { INSIDE_MOST = 256, ALSO_MOST = 64, SAME_PLACE_MOST = 100 };

enum err questions_add(struct availability *availability, struct call *call, const struct question *like)
{
    struct ticket ticket =
        availability->question_count < QUESTIONS_MOST ? call_defer(call) : (struct ticket){ .number = 0 };
    struct question *question;

    if (!ticket.number)
        return refuse(call, ERR_BUSY, "%d asks wait for file systems already: ask again later", QUESTIONS_MOST);
    question = alloc_bytes(sizeof(*question));
    *question = *like;
    question->ticket = ticket;
    question->label = arena_text(&question->arena, like->label);
    question->since = clock_steady();
    question->next = availability->questions;
    availability->questions = question;
    availability->question_count++;
    availability->is_dirty = true; /* the mount table is read before the answer */
    return ERR_OK;
}

static void free_question(struct question *question)
{
    arena_free(&question->arena);
    free(question);
}

void questions_free(struct availability *availability)
{
    struct question *question;

    while ((question = availability->questions)) {
        availability->questions = question->next;
        free_question(question);
    }
}

/* ---- answers ---- */

static void fail_question(struct availability *availability, struct question *question, enum err code, struct text what)
{
    struct fault fault = { 0 };

    fault_set(&fault, code, "%.*s", TEXT_ARG(what));
    fault_field(&fault, question->path[0] ? "path" : "volume");
    ticket_fail(availability->service, question->ticket, &fault);
}

/* True for a mount of the system, or one that another mount covers: the path counts as a folder. */
static bool lies_inside(const struct mount *mount, struct bytes path)
{
    const char *target = mount->line.target;

    return !mount->line.is_special && !mount->is_covered && bytes_path_contains(path, bytes_of(target, strlen(target)));
}

static void list_inside(const struct mounts *mounts, struct question *question, struct bytes path,
                        struct place_seen *place)
{
    place->inside.at = arena_array(&question->arena, INSIDE_MOST, sizeof(*place->inside.at));
    for (uint32_t i = 0; place->inside.at && i < mounts->count && place->inside.count < INSIDE_MOST; i++) {
        const char *target = mounts->at[i].line.target;
        if (lies_inside(&mounts->at[i], path))
            place->inside.at[place->inside.count++] = bytes_of(target, strlen(target));
    }
    place->has_inside = place->inside.count > 0;
}

/* Bind mounts, and further mounts of one disk. */
static void list_also(const struct mounts *mounts, struct question *question, const struct mount *on,
                      struct place_seen *place)
{
    char other[PATH_MAX];

    place->also.at = arena_array(&question->arena, ALSO_MOST, sizeof(*place->also.at));
    for (uint32_t i = 0; place->also.at && i < mounts->count && place->also.count < ALSO_MOST; i++)
        if (cover_other_path(question->path, on, &mounts->at[i], other))
            place->also.at[place->also.count++] = arena_bytes(&question->arena, bytes_of(other, strlen(other)));
    place->has_also = place->also.count > 0;
}

static void answer_place(struct availability *availability, struct question *question, const struct volume *row,
                         const struct mount *mount)
{
    struct bytes path = bytes_of(question->path, strlen(question->path));
    bool is_covered = question->is_covered;
    struct place_seen place = {
        .volume = *row, .here = row->online && !is_covered, .has_covered = is_covered, .covered = is_covered
    };

    if (mount) {
        place.mount = bytes_of(mount->line.target, strlen(mount->line.target));
        place.why = mounts_why(mount, &question->arena);
        place.has_device = true;
        place.device = mount->line.device;
        place.here = place.here && mount->state == MOUNT_HERE;
        place.seen = mounts_seen(&availability->mounts, path.len ? path : place.mount);
        if (!id_is_zero(question->volume) && path.len)
            list_inside(&availability->mounts, question, path, &place);
        if (path.len)
            list_also(&availability->mounts, question, mount, &place);
    }
    ticket_answer(availability->service, question->ticket, &place);
}

/* True once a look at the mount began after the question and ended. */
static bool is_seen(struct question *question, struct mount *mount)
{
    if (mount->line.is_special || !mount->line.target[1] || mount->looked >= question->since)
        return true;
    mount->is_used = true;
    if (!mount->is_looked_at)
        mounts_look_now(mount);
    return false;
}

static void seen_other(void *state, const struct mount *other)
{
    *(const struct mount **)state = other;
}

/* The path lies on another mount than the one that has the volume's identity. */
static bool refuse_duplicate(struct availability *availability, struct question *question, const struct volume *row,
                             const struct mount *mount)
{
    struct where_index index;
    const struct mount *other = NULL;

    where_index_make(&index, &availability->mounts, &availability->known);
    struct where where = where_is(&index, row);
    if (where.mount && where.mount != mount && where.mount->line.device != mount->line.device)
        where_duplicates(&index, row, mount, seen_other, &other);
    where_index_free(&index);
    if (!other)
        return false;
    struct fault fault = { 0 };
    fault_set(&fault, ERR_EXISTS, "the volume at %.200s has the identity of the one at %.200s", mount->line.target,
              other->line.target);
    fault_hint(&fault, "`loophole volume mark --new %.200s` gives it its own", mount->line.target);
    ticket_fail(availability->service, question->ticket, &fault);
    return true;
}

static bool answer_known(struct availability *availability, struct question *question, struct known_volume *known,
                         const struct mount *mount)
{
    const struct volume *row = &known->row;
    bool is_root = text_is(row->identity, "root");

    if (known->is_sent || known->is_due)
        return false;
    if (question->labels && known->refused) {
        fail_question(availability, question, known->refused, text_of(known->why));
        return true;
    }
    if (!is_root && question->adds && refuse_duplicate(availability, question, row, mount))
        return true;
    if (question->label.len && !text_equal(row->label, question->label)) {
        settle_label(availability, known, question->label);
        question->labels = true;
        question->label.len = 0;
        return false;
    }
    answer_place(availability, question, row, mount);
    return true;
}

static bool is_at(const struct known_volume *known, const struct mount *mount)
{
    return bytes_equal(known->row.mount, bytes_of(mount->line.target, strlen(mount->line.target)));
}

/* False: the identity is too long, or volumes have all of them. A volume that was at this place and moved keeps its
 * identity, so the next one gets a number. */
static bool name_place(struct availability *availability, const struct mount *mount, char to[VOLUME_IDENTITY_SIZE])
{
    for (int number = 1; number <= SAME_PLACE_MOST; number++) {
        int len = number == 1 ? snprintf(to, VOLUME_IDENTITY_SIZE, "mount:%s", mount->line.target)
                              : snprintf(to, VOLUME_IDENTITY_SIZE, "mount:%s#%d", mount->line.target, number);
        const struct known_volume *known = known_by_identity(&availability->known, to);
        if (len >= VOLUME_IDENTITY_SIZE || !known || is_at(known, mount))
            return len < VOLUME_IDENTITY_SIZE;
    }
    return false;
}

/* The identity of the mount; of one without its own (`owns`): that of its place. A look that finds the mount without an
 * identity keeps the volume here (where.h). */
static const char *identity_for(struct availability *availability, const struct question *question,
                                const struct mount *mount, char to[VOLUME_IDENTITY_SIZE])
{
    bool is_nameless = strcmp(mount->found.identity, "root") == 0;

    if (!question->owns || !is_nameless || mount->line.is_special || !mount->line.target[1] ||
        !text_is_utf8(text_of(mount->line.target)) || !name_place(availability, mount, to))
        return mount->found.identity;
    return to;
}

/* ---- a volume that is known by its place, and moved with a folder above it ---- */

static bool may_move(const struct question *question, const struct known_volume *known, const struct mount *mount)
{
    return text_starts(known->row.identity, TEXT("mount:")) && !known->row.online && !is_at(known, mount) &&
           id_is_zero(mount->volume) && strcmp(mount->found.identity, "root") == 0 &&
           strcmp(mount->line.target, question->path) == 0;
}

/* True while the volume is on its way to the mount; the question waits. */
static bool is_moving(struct availability *availability, struct question *question, const struct mount *mount)
{
    struct known_volume *known =
        id_is_zero(question->moved) ? NULL : known_by_id(&availability->known, question->moved);

    if (!known || known->refused)
        return false;
    if (!known->is_sent && !known->is_due && may_move(question, known, mount))
        settle_move(availability, known, mount);
    return known->is_sent || known->is_due;
}

/* A full or failing disk is reported; other refusals pass. */
static bool is_refused(const struct availability *availability, const struct question *question)
{
    enum err code = availability->refusal.code;

    return availability->refused_at >= question->since && (code == ERR_FULL || code == ERR_IO);
}

static struct known_volume *find_known(struct availability *availability, const struct mount *mount,
                                       const char *identity)
{
    struct known_volume *known = id_is_zero(mount->volume) ? NULL : known_by_id(&availability->known, mount->volume);

    return known ? known : known_by_identity(&availability->known, identity);
}

static bool answer_path(struct availability *availability, struct question *question)
{
    char own[VOLUME_IDENTITY_SIZE];
    struct bytes path = bytes_of(question->path, strlen(question->path));
    struct mount *mount = mounts_covering(&availability->mounts, path);

    if (!mount || !is_seen(question, mount))
        return false;
    if (mount->state != MOUNT_HERE) {
        fail_question(availability, question, mount->state == MOUNT_HUNG ? ERR_TIMEOUT : ERR_IO,
                      mounts_why(mount, &question->arena));
        return true;
    }
    if (is_moving(availability, question, mount))
        return false;
    const char *identity = identity_for(availability, question, mount, own);
    struct known_volume *known = find_known(availability, mount, identity);
    if (known)
        return answer_known(availability, question, known, mount);
    if (!question->adds) {
        fail_question(availability, question, ERR_NOT_FOUND, TEXT("the catalogue has no item on that volume"));
        return true;
    }
    if (is_refused(availability, question)) {
        fail_question(availability, question, availability->refusal.code, text_of(availability->refusal.what));
        return true;
    }
    if (settle_may_add(availability))
        settle_add(availability, mount, identity);
    return false;
}

/* The mount on which the path of the question lies, inside that of the volume; NULL: there is no path. */
static struct mount *find_mount_of_path(const struct availability *availability, const struct question *question,
                                        const struct volume *row)
{
    struct bytes path = bytes_of(question->path, strlen(question->path));
    bool is_inside = bytes_equal(path, row->mount) || bytes_path_contains(row->mount, path);

    return path.len && is_inside ? mounts_covering(&availability->mounts, path) : NULL;
}

static bool is_covered(struct availability *availability, const struct question *question, const struct volume *row,
                       const struct mount *at, const struct mount *on)
{
    const struct known_volume *other = on ? find_known(availability, on, on->found.identity) : NULL;
    const struct cover cover = { .volume = row,
                                 .path = question->path,
                                 .mount = question->mount,
                                 .device = question->device,
                                 .at = at,
                                 .on = on,
                                 .of = other ? &other->row : NULL };

    return row->online && on && cover_hides(&availability->mounts, availability->known.store, &cover);
}

static bool answer_volume(struct availability *availability, struct question *question)
{
    struct known_volume *known = known_by_id(&availability->known, question->volume);
    bool is_root = known && text_is(known->row.identity, "root");
    struct bytes path = { 0 };

    if (!known) {
        fail_question(availability, question, ERR_NOT_FOUND, TEXT("the volume is no longer in the catalogue"));
        return true;
    }
    path = is_root && question->path[0] ? bytes_of(question->path, strlen(question->path)) : known->row.mount;
    struct mount *mount = path.len ? mounts_covering(&availability->mounts, path) : NULL;
    if (mount && !is_seen(question, mount))
        return false;
    struct mount *on = find_mount_of_path(availability, question, &known->row);
    if (on && !is_seen(question, on))
        return false;
    question->is_covered = is_covered(availability, question, &known->row, mount, on);
    return answer_known(availability, question, known, mount);
}

/* ---- marks ---- */

static bool refuse_mark(struct availability *availability, struct question *question, struct mount *mount)
{
    const struct text prefix = TEXT("marker:"), identity = text_of(mount->found.identity);
    bool is_marked = mount->state == MOUNT_HERE && text_starts(identity, prefix);
    struct fault fault = { 0 };

    if (!mount->mark_error)
        return false;
    fault_set(&fault, mount->mark_error == EEXIST ? ERR_EXISTS : file_err(mount->mark_error),
              "cannot write %.150s/" VOLUME_MARKER ": %s", mount->line.target, strerror(mount->mark_error));
    fault_field(&fault, "path");
    if (mount->mark_error == EEXIST)
        fault_hint(&fault,
                   "%s%.100s%s. --new replaces the marker: then it is another volume, and the items of the "
                   "current one are offline",
                   is_marked ? "the volume is recognised by \"" : "no volume is recognised by this file",
                   is_marked ? identity.at + prefix.len : "", is_marked ? "\" already" : "");
    ticket_fail(availability->service, question->ticket, &fault);
    return true;
}

/* A known volume gets its own marker again. A person who gives the mount a new one parts it from that volume. */
static void begin_mark(struct availability *availability, struct question *question, struct mount *mount)
{
    const struct text prefix = TEXT("marker:");
    struct known_volume *known = id_is_zero(mount->volume) ? NULL : known_by_id(&availability->known, mount->volume);

    if (known && !question->replaces && text_starts(known->row.identity, prefix))
        (void)text_copy(question->word, sizeof(question->word),
                        (struct text){ known->row.identity.len - prefix.len, known->row.identity.at + prefix.len });
    question->is_marked = mounts_mark(&availability->mounts, mount, question->word, question->replaces);
    question->since = question->is_marked ? mount->began : question->since;
    if (question->is_marked && question->replaces)
        mount->parted = mount->began;
}

static bool answer_mark(struct availability *availability, struct question *question)
{
    struct bytes path = bytes_of(question->path, strlen(question->path));
    struct mount *mount = mounts_covering(&availability->mounts, path);

    if (!mount || mount->line.is_special || !mount->line.target[1]) {
        fail_question(availability, question, ERR_NOT_FOUND,
                      TEXT("the path lies on the root file system, which needs no marker"));
        return true;
    }
    if (!question->is_marked) {
        begin_mark(availability, question, mount);
        return false;
    }
    if (mount->looked < question->since)
        return false;
    if (refuse_mark(availability, question, mount)) {
        mount->parted = 0;
        return true;
    }
    if (question->replaces)
        mount->volume = (struct id){ { 0 } };
    question->marks = false;
    return answer_path(availability, question);
}

/* True: the question is answered, or its client has gone. */
static bool try_answer(struct availability *availability, struct question *question)
{
    const uint64_t before = ticket_take_up(availability->service, question->ticket);
    bool done = !ticket_is_open(availability->service, question->ticket);

    if (!done && question->marks)
        done = answer_mark(availability, question);
    else if (!done)
        done =
            id_is_zero(question->volume) ? answer_path(availability, question) : answer_volume(availability, question);
    service_lay_down(availability->service, before);
    return done;
}

void questions_turn(struct availability *availability)
{
    struct question **at = &availability->questions;

    while (*at) {
        struct question *question = *at;

        if (!try_answer(availability, question)) {
            at = &question->next;
            continue;
        }
        *at = question->next;
        availability->question_count--;
        free_question(question);
    }
}
