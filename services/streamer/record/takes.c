#include "services/streamer/record/takes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/process/config.h"
#include "schema_availability.h"
#include "services/streamer/record/encode_queue.h"
#include "services/streamer/record/take.h"
#include "services/streamer/record/take_again.h"
#include "services/streamer/record/take_bars.h"
#include "services/streamer/record/take_begin.h"
#include "services/streamer/record/take_end.h"
#include "services/streamer/record/take_find.h"
#include "services/streamer/record/take_inputs.h"
#include "services/streamer/record/take_keep.h"
#include "services/streamer/record/take_music.h"
#include "services/streamer/record/take_report.h"

enum { THREADS = 4, LOOK_US = 1000000, SILENT_US = 5000000, LATE_US = 4000000, MARGIN_US = 300000 };

/* ---- what a predecessor left ---- */

static void remember_left(struct takes *takes, const struct recording *found)
{
    bool is_known = take_find_live(takes, found->id) != NULL;

    for (uint32_t i = 0; i < takes->left_count; i++)
        is_known |= id_equal(found->id, takes->left[i]);
    if (found->state.value == TAKE_STATE_PENDING && !is_known && found->path.len > 0 && takes->left_count < TAKES_LEFT)
        takes->left[takes->left_count++] = found->id;
}

/* Without a store there are no takes. */
static enum err find_left(struct takes *takes, struct fault *fault)
{
    struct recording_list all;
    struct arena arena = { 0 };
    enum err e = take_find_all(takes, &arena, &all, fault);

    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        remember_left(takes, &all.at[i]);
    takes->has_looked |= e == ERR_OK;
    takes->looked = clock_steady();
    arena_free(&arena);
    return e;
}

static bool fill_recovery(struct takes *takes, struct id id)
{
    struct take *take = &takes->recovery;
    struct recording found = { 0 };
    struct arena arena = { 0 };
    bool is_there = take_find_one(takes, &arena, id, &found, NULL) == ERR_OK &&
                    found.state.value == TAKE_STATE_PENDING && bytes_copy(take->path, sizeof(take->path), found.path) &&
                    take->path[0];

    (void)text_copy(take->name, sizeof(take->name), found.name);
    take->item = id;
    take->is_recovery = true;
    arena_free(&arena);
    return is_there;
}

/* True if its capture would meet that of a recovered take in the ring. */
static bool is_beginning(const struct take *take)
{
    return take->phase > TAKE_FREE && take->phase < TAKE_GOING && take->facts.began != 0;
}

/* A take that had no streamer for long does not continue: it ends with the frames that it has. */
static void recover_next(struct takes *takes)
{
    struct take *take = &takes->recovery;
    struct take_file *file;

    if (take->phase != TAKE_FREE || takes->left_count == 0 || is_beginning(&takes->recording))
        return;
    struct id id = takes->left[--takes->left_count];
    if (take_find_live(takes, id) || !fill_recovery(takes, id)) { /* a take that began meanwhile is pending too */
        take_free(take);
        return;
    }
    file = take_file_new(TAKE_RESUME, take_done, take);
    file->memory = takes->memory;
    file->ring = takes->ring;
    memcpy(file->path, take->path, sizeof(file->path));
    file->place = take_find_place(takes, id);
    file->is_late = takes->freed != 0;
    atomic_store(&file->is_ending, takes->was_silent);
    take->file = file;
    take->phase = TAKE_MAKING;
    take_file_start(file, takes->errands);
}

static void answer_recovered(struct takes *takes, struct ticket ticket)
{
    struct recordings answer = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };

    answer.each.at = arena_array(&arena, takes->recovered_count + 1, sizeof(*answer.each.at));
    for (uint32_t i = 0; answer.each.at && i < takes->recovered_count; i++)
        if (take_describe_any(takes, &arena, takes->recovered[i], &answer.each.at[answer.each.count], &fault) == ERR_OK)
            answer.each.count++;
    ticket_answer(takes->service, ticket, &answer);
    arena_free(&arena);
}

/* ---- the tick ---- */

/* No streamer reads this capture: the streamer died between its cue and its file. */
static void quiet_capture(struct takes *takes)
{
    struct capture_header header = capture_header_get(takes->memory);
    struct cue cue = { .frame = CUE_NOW, .verb = CUE_CAPTURE_STOP, .generation = header.generation };
    usec_t now = clock_steady();

    if (takes->looks_back || takes->recording.phase != TAKE_FREE || take_is_recovering(takes) || !takes->has_looked ||
        cue.generation == 0 || header.end != UINT64_MAX || now - takes->quieted < LOOK_US)
        return;
    takes->quieted = now;
    (void)core_link_cue(takes->core, &cue);
}

/* Does an ask that waited until it was known whether a take continues. */
static void go_on(struct take *take)
{
    if (take->phase == TAKE_STARTING && take->facts.began == 0) {
        take_begin(take);
    } else if (take->phase == TAKE_FREE && take->wish != TAKE_WISH_NOTHING) {
        take_answer_end(take->takes, take->ended);
        take_free(take);
    }
}

void takes_tick(struct takes *takes)
{
    usec_t now = clock_steady();

    if (!takes->errands)
        return;
    errands_look(takes->errands);
    if (!takes->has_looked && now - takes->looked >= LOOK_US)
        (void)find_left(takes, NULL);
    recover_next(takes);
    take_music_follow(takes);
    take_follow(&takes->recovery);
    take_follow(&takes->recording);
    take_follow(&takes->deleting);
    take_answer_late(&takes->recording);
    encode_queue_follow(takes);
    while (takes->recovering_count > 0 && !take_is_recovering(takes))
        answer_recovered(takes, takes->recovering[--takes->recovering_count]);
    if (!take_is_recovering(takes))
        go_on(&takes->recording);
    if (!take_is_recovering(takes) && takes->has_looked)
        take_free_inputs(takes);
    quiet_capture(takes);
    if (take_keep_begins(takes))
        take_begin(&takes->recording);
    take_keep_listen(takes);
}

void takes_turn(struct takes *takes)
{
    take_go_on(&takes->recording);
}

bool takes_busy(const struct takes *takes)
{
    return takes->recording.phase != TAKE_FREE || take_is_recovering(takes) || takes->deleting.phase != TAKE_FREE;
}

/* ---- asks ---- */

static enum err check_name(struct call *call, const struct streamer_record *ask)
{
    if (!memchr(ask->name.at ? ask->name.at : "", '/', ask->name.len) && !text_starts(ask->name, TEXT(".")) &&
        !memchr(ask->name.at ? ask->name.at : "", '\0', ask->name.len))
        return ERR_OK;
    refuse(call, ERR_BAD_REQUEST, "the name \"%.*s\" begins with a dot, or has a slash or a zero byte",
           ask->name.len < 100 ? (int)ask->name.len : 100, ask->name.at);
    return fault_field(call_fault(call), "name");
}

bool takes_is_under_way(const struct takes *takes, struct call *call, struct recording *answer)
{
    const struct take *take = &takes->recording;

    if (take->phase < TAKE_GOING || !id_equal(take->facts.request, call_request(call)))
        return false;
    take_describe((struct take *)&takes->recording, answer);
    return true;
}

enum err takes_record(struct takes *takes, struct call *call, const struct streamer_record *ask)
{
    struct take *take = &takes->recording;
    enum err e = check_name(call, ask);

    if (e != ERR_OK)
        return e;
    if (ask->has_format && ask->format.value == 0) {
        fault_set(call_fault(call), ERR_BAD_REQUEST, "format \"%.*s\" is unknown: expected wav, wav24 or flac",
                  TEXT_ARG(ask->format.word));
        return fault_field(call_fault(call), "format");
    }
    if (ask->has_gaps && ask->gaps.value == 0) {
        fault_set(call_fault(call), ERR_BAD_REQUEST, "gaps \"%.*s\" is unknown: expected fill or skip",
                  TEXT_ARG(ask->gaps.word));
        return fault_field(call_fault(call), "gaps");
    }
    if (ask->has_source && ask->source.value == 0) {
        fault_set(call_fault(call), ERR_BAD_REQUEST, "there is no channel \"%.*s\" to record",
                  TEXT_ARG(ask->source.word));
        return fault_field(call_fault(call), "source");
    }
    if (ask->has_source && ask->source.value != TAKE_SOURCE_INPUTS && ask->inputs.count > 0)
        return refuse(call, ERR_BAD_REQUEST, "the ask has a source and inputs: a take has one of them");
    for (uint32_t i = 0; i + 1 < ask->inputs.count; i++)
        if (ask->inputs.at[i].len == 0)
            return refuse(call, ERR_BAD_REQUEST, "inputs[%u] names no port", i);
    if (take->phase != TAKE_FREE)
        return refuse(call, ERR_BUSY, "the take \"%.100s\" is under way: end it first", take->name);
    if (take->wish != TAKE_WISH_NOTHING) /* it ends a take of a predecessor, and not the next one */
        return refuse(call, ERR_BUSY, "the former take is being finished: ask again in a moment");
    if (!takes->has_looked && (e = find_left(takes, call_fault(call))) != ERR_OK)
        return e;
    if ((e = core_link_check(takes->core, CORE_PAUSE_US, call_fault(call))) != ERR_OK)
        return e;
    (void)text_copy(take->name, sizeof(take->name), ask->name);
    memset(take->inputs, 0, sizeof(take->inputs)); /* of an ask that was refused */
    for (uint32_t i = 0; i < ask->inputs.count && i < TAKE_INPUTS; i++)
        (void)text_copy(take->inputs[i], sizeof(take->inputs[i]), ask->inputs.at[i]);
    take->source = ask->has_source ? ask->source.value : TAKE_SOURCE_INPUTS;
    if ((e = take_bars_read(take, call, ask)) != ERR_OK || (e = take_keep_read(take, call, ask)) != ERR_OK)
        return e;
    takes->alarm[0] = '\0';
    takes->ended_itself = (struct id){ { 0 } };
    take->phase = TAKE_STARTING;
    take->format = ask->has_format ? ask->format.value : takes->format;
    take->facts.is_for_flac = take->format == TAKE_FORMAT_FLAC;
    take->facts.is_filled = ask->has_gaps ? ask->gaps.value == GAPS_FILL : !takes->skips_gaps;
    take->facts.request = call_request(call);
    take->sender = call_sender(call);
    if (ask->has_seconds)
        take->facts.most = (uint64_t)llround(ask->seconds * core_link_rate(takes->core));
    take->begun = call_defer(call);
    take->begin_by = call_deadline(call) - MARGIN_US;
    return ERR_OK;
}

/* The client gets the reason before its own patience ends. */
static void choose_late(struct take *take, const struct call *call)
{
    const usec_t soon = clock_steady() + LATE_US;

    take->answer_by = call_deadline(call) - MARGIN_US;
    take->late_at = take->answer_by < soon ? take->answer_by : soon;
}

enum err takes_end(struct takes *takes, struct call *call, enum take_wish wish, struct recording *answer)
{
    struct take *take = &takes->recording;
    enum err e = ERR_OK;
    struct fault fault;

    takes->pass.is_due = false;
    if (take_ends_again(takes, call, answer, &e))
        return e;
    if (take->phase == TAKE_FREE && !take_is_recovering(takes) && recall_was_begun(call) && takes->recovered_count)
        return take_describe_any(takes, call_arena(call), takes->recovered[takes->recovered_count - 1], answer,
                                 call_fault(call));
    if (take->phase == TAKE_FREE && !take_is_recovering(takes) && wish == TAKE_WISH_STOP &&
        !id_is_zero(takes->ended_itself))
        return take_describe_any(takes, call_arena(call), takes->ended_itself, answer, call_fault(call));
    if (take->phase == TAKE_FREE && !take_is_recovering(takes))
        return refuse(call, ERR_NOT_FOUND, "no take is under way");
    fault_set(&fault, ERR_CONFLICT, "another client ends this take");
    ticket_fail(takes->service, take->ended, &fault);
    if (!id_is_zero(take->item)) {
        take_describe(take, answer);
        recall_prepare(call, answer, UINT64_MAX); /* a successor learns from it which take the ask means */
    }
    take->ended = call_defer(call);
    choose_late(take, call);
    if (take->wish != TAKE_WISH_CANCEL)
        take->wish = wish;
    return ERR_OK;
}

enum err takes_one(struct takes *takes, struct call *call, struct id id, struct recording *answer)
{
    return take_describe_any(takes, call_arena(call), id, answer, call_fault(call));
}

enum err takes_list(struct takes *takes, struct call *call, struct recordings *answer)
{
    struct recording_list all;
    enum err e = take_find_all(takes, call_arena(call), &all, call_fault(call));

    if (e == ERR_OFFLINE && !takes->has_looked)
        return ERR_OK;
    for (uint32_t i = 0; e == ERR_OK && i < all.count; i++)
        if (take_find_live(takes, all.at[i].id))
            (void)take_describe_any(takes, call_arena(call), all.at[i].id, &all.at[i], NULL);
    answer->each = all;
    return e;
}

static void end_erasing(struct errand *errand, bool lost)
{
    struct take_file *file = (struct take_file *)errand;
    struct take *take = file->state;
    struct fault hung = { .code = ERR_TIMEOUT, .what = "the disk does not answer" };

    take->file = NULL;
    if (!lost && file->fault.code == ERR_OK) {
        take_end(take);
        return;
    }
    ticket_fail(take->takes->service, take->ended, lost ? &hung : &file->fault);
    take_free(take);
}

enum err takes_delete(struct takes *takes, struct call *call, struct id id)
{
    struct take *take = &takes->deleting;
    struct recording found = { 0 };
    bool is_again = false;
    enum err e = take_deleted_again(takes, call, &is_again);
    struct take_file *file;

    if (e == ERR_OK && !is_again)
        e = take_find_one(takes, call_arena(call), id, &found, call_fault(call));
    if (e != ERR_OK || is_again)
        return e;
    if (found.state.value != TAKE_STATE_ABANDONED)
        return refuse(call, ERR_CONFLICT, "\"%.*s\" is not an abandoned take", TEXT_ARG(found.name));
    if (found.path.len == 0)
        return refuse(call, ERR_OFFLINE, "the disk of \"%.*s\" is away", TEXT_ARG(found.name));
    if (take->phase != TAKE_FREE)
        return refuse(call, ERR_BUSY, "another take is being deleted");
    file = take_file_new(TAKE_ERASE, end_erasing, take);
    (void)bytes_copy(file->path, sizeof(file->path), found.path);
    (void)text_copy(take->name, sizeof(take->name), found.name);
    take->item = id;
    take->sender = call_sender(call);
    take->is_forgotten = true;
    take->phase = TAKE_STARTING;
    take->facts.began = found.began;
    take->file = file;
    take->ended = call_defer(call);
    take_file_start(file, takes->errands);
    return ERR_OK;
}

enum err takes_recover(struct takes *takes, struct call *call)
{
    enum err e = find_left(takes, call_fault(call));

    if (e != ERR_OK && e != ERR_OFFLINE)
        return e;
    if (takes->recovering_count == TAKES_TICKETS)
        return refuse(call, ERR_BUSY, "%d clients wait for the recovery already: ask again later", TAKES_TICKETS);
    takes->recovering[takes->recovering_count++] = call_defer(call);
    return ERR_OK;
}

/* A disk came back, perhaps with takes that a predecessor left. */
static void handle_volume(void *state, const void *body, bool gap)
{
    const struct availability_changed *event = body;
    struct takes *takes = state;

    if (gap || event->online)
        (void)find_left(takes, NULL);
}

/* ---- open, close ---- */

void takes_settings(struct takes *takes, struct config *config, const struct paths *paths)
{
    const char *folder = config_text(config, "recording.folder");

    if (folder[0])
        snprintf(takes->folder, sizeof(takes->folder), "%s", folder);
    else
        snprintf(takes->folder, sizeof(takes->folder), "%.*s/recordings", PATH_MAX - 16, paths->data);
    takes->latency_frames = config_int(config, "recording.latency_frames");
    takes->format = choice_value(&take_format_table, text_of(config_text(config, "recording.format")));
    takes->skips_gaps = strcmp(config_text(config, "recording.gaps"), "skip") == 0;
    takes->looks_back = config_bool(config, "recording.look_back");
    takes->deletes_cancelled = strcmp(config_text(config, "recording.cancelled"), "delete") == 0;
}

enum err takes_open(struct takes *takes, struct fault *fault)
{
    takes->memory = studio_capture(takes->core->studio, 0, &takes->ring);
    takes->recording.takes = takes->recovery.takes = takes->deleting.takes = takes;
    takes->was_silent = !takes->core->has_state || clock_steady() - takes->core->state.at > SILENT_US;
    takes->looked = -LOOK_US;
    takes->has_inputs = true;
    enum err e = mailbox_new(&takes->mailbox, fault);
    if (e != ERR_OK)
        return e;
    takes->errands = errands_new(takes->mailbox, THREADS);
    if (service_subscribe(takes->service, "availability.changed", handle_volume, takes) != ERR_OK)
        return fault_set(fault, ERR_FULL, "no room to subscribe to availability");
    return service_watch_mail(takes->service, takes->mailbox);
}

void takes_close(struct takes *takes)
{
    bool have_ended = !takes->errands || errands_end(takes->errands);

    if (!takes->mailbox || !have_ended)
        return; /* a disk hangs, so the memory of its thread is not freed */
    service_unwatch(takes->service, mailbox_fd(takes->mailbox));
    mailbox_free(takes->mailbox);
    takes->errands = NULL;
    takes->mailbox = NULL;
    while (takes->encoding) {
        struct take *take = takes->encoding;
        takes->encoding = take->next;
        free(take);
    }
}
