#include <string.h>

#include "common/cloud_file.h"
#include "common/process/log.h"
#include "services/indexer/adoptions.h"
#include "services/indexer/indexer.h"
#include "services/indexer/progress.h"
#include "services/indexer/question.h"
#include "services/indexer/removing.h"
#include "services/indexer/schedule.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

/* ---- libraries ---- */

/* Finds the result of an earlier copy of this ask, if the indexer died or the answer was lost after persist had done
 * it. */
static enum err find_done(const struct indexer *indexer, struct call *call, struct id *id, bool *is_again)
{
    struct sender sender = call_sender(call);
    enum err e = catalogue_reader_done(indexer->catalogue, &sender, id);

    *is_again = e == ERR_OK;
    if (e == ERR_CONFLICT)
        return refuse_used_id(call);
    if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_OFFLINE) /* offline: the store does not exist yet */
        return ERR_OK;
    return refuse(call, e, "cannot read the finished part of this request");
}

static enum err answer_added(const struct indexer *indexer, struct call *call, struct id id, struct library *answer)
{
    const struct library_state *lib = library_state_of(indexer->libraries, id);

    if (!lib)
        return refuse(call, ERR_NOT_FOUND, "the library that this request added was removed meanwhile");
    *answer = lib->library;
    return ERR_OK;
}

static void end_adoption(void *state, struct ticket ticket, const struct library *library, const struct fault *fault)
{
    struct indexer *indexer = state;
    const uint64_t before = ticket_take_up(indexer->service, ticket);
    struct library_state *known = library ? library_state_of(indexer->libraries, library->id) : NULL;
    bool was =
        known && (!library->has_project || (known->library.online && bytes_equal(known->library.path, library->path)));
    bool has_changed = known && !(bytes_equal(known->library.path, library->path) &&
                                  library_state_same_rules(&known->library, library));
    struct library_state *lib = library ? library_state_put(&indexer->libraries, library) : NULL;

    indexer->adopting--;
    if (lib) {
        lib->added_again |= lib->asked_again;
        log_info("library %s %s", (const char *)lib->library.path.at, was ? "is a library already" : "added");
        if (!was || has_changed)
            library_state_want_all(lib);
        if (!known)
            schedule_count_again(indexer, lib);
        ticket_answer(indexer->service, ticket, &lib->library);
    } else {
        ticket_fail(indexer->service, ticket, fault);
    }
    service_lay_down(indexer->service, before);
    schedule_turn(indexer);
}

/* If the library at that path is being removed, its removal ends after the adoption, which may add it again. */
static void hold_removal(struct indexer *indexer, struct bytes path)
{
    char copy[PATH_MAX];
    const char *below;
    struct library_state *lib = library_state_at(indexer->libraries, path, &below, copy);

    if (lib && !*below && lib->removing)
        lib->asked_again = true;
}

static enum err answer_add_library(struct indexer *indexer, struct call *call, const struct indexer_add_library *ask,
                                   struct library *answer)
{
    bool is_again = false;
    struct id id;
    enum err e = find_done(indexer, call, &id, &is_again);

    if (e != ERR_OK)
        return e;
    if (is_again)
        return answer_added(indexer, call, id, answer);
    schedule_follow_store(indexer); /* an undo may have removed it */
    struct ticket ticket = call_defer(call);
    if (!ticket.number)
        return ERR_BUSY;
    hold_removal(indexer, ask->path);
    progress_begin(indexer);
    indexer->adopting++;
    adoptions_add(indexer->adoptions, call, ticket, ask, end_adoption, indexer);
    return ERR_OK;
}

static enum err refuse_unknown(struct call *call, struct bytes path)
{
    refuse(call, ERR_NOT_FOUND, "no library %.*s", (int)path.len, path.len ? (const char *)path.at : "");
    return fault_field(call_fault(call), "path");
}

static enum err remove_library(struct indexer *indexer, struct call *call, const struct indexer_remove_library *ask,
                               struct nothing *answer)
{
    char copy[PATH_MAX];
    const char *below;
    struct library_state *lib = library_state_at(indexer->libraries, ask->path, &below, copy);
    bool is_again = false;
    struct id id;
    enum err e = find_done(indexer, call, &id, &is_again);

    (void)answer;
    if (e != ERR_OK || is_again)
        return e;
    if (!lib || *below)
        return refuse_unknown(call, ask->path);
    if (lib->library.has_within) {
        refuse(call, ERR_BAD_REQUEST, "%.*s is a tree of a library, and is removed with it", (int)ask->path.len,
               (const char *)ask->path.at);
        return fault_hint(call_fault(call), "`loophole library list` shows that library: remove it instead");
    }
    if (lib->removing)
        return refuse(call, ERR_BUSY, "the removal of %.*s has begun already: wait until it ends", (int)ask->path.len,
                      (const char *)ask->path.at);
    struct ticket ticket = call_defer(call);
    if (!ticket.number)
        return ERR_BUSY;
    removing_begin(indexer, lib, call, ticket);
    schedule_turn(indexer);
    return ERR_OK;
}

static enum err list_libraries(struct indexer *indexer, struct call *call, const struct indexer_libraries *ask,
                               struct libraries *answer)
{
    uint32_t count = 0;

    (void)ask;
    schedule_follow_store(indexer);
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        count++;
    answer->each.at = arena_array(call_arena(call), count, sizeof(struct library));
    if (!answer->each.at)
        return refuse_full(call);
    for (const struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (!lib->library.has_project)
            answer->each.at[answer->each.count++] = lib->library;
    return question_list(indexer, call_arena(call), &answer->asks) == ERR_OK ? ERR_OK : refuse_full(call);
}

/* ---- rescans ---- */

static void want_scan(struct library_state *lib, const char *below, const struct indexer_rescan *ask, bool accepts)
{
    bool is_shallow = ask->has_shallow && ask->shallow, is_whole = !*below && !is_shallow;

    if (is_whole)
        library_state_want_all(lib);
    else if (accepts)
        library_state_want_accepted(lib, below, !is_shallow);
    else
        library_state_want_folder(lib, below, !is_shallow);
    lib->wanted.accept_missing |= is_whole && accepts;
    lib->wanted.retry_failed |= ask->retry_failed;
    lib->wanted.full |= ask->has_full && ask->full;
}

static enum err rescan_libraries(struct indexer *indexer, struct call *call, const struct indexer_rescan *ask,
                                 struct progress *answer)
{
    char copy[PATH_MAX];
    const char *below = "";
    struct library_state *one;

    schedule_follow_store(indexer); /* a person may just have changed its backend */
    one = ask->path.len ? library_state_at(indexer->libraries, ask->path, &below, copy) : NULL;
    if (ask->path.len && !one)
        return refuse_unknown(call, ask->path);
    progress_begin(indexer);
    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (!lib->removing && (!one || lib == one || (!*below && library_state_is_in(lib, one))))
            want_scan(lib, below, ask, ask->accept_missing && (!one || lib == one));
    schedule_turn(indexer);
    progress_now(indexer, answer);
    return ERR_OK;
}

static enum err report_progress(struct indexer *indexer, struct call *call, const struct indexer_progress *ask,
                                struct progress *answer)
{
    (void)call, (void)ask;
    progress_now(indexer, answer);
    return ERR_OK;
}

/* ---- one file ---- */

/* An item that is only online is not analysed: that would fetch it. */
struct cloud_look {
    struct bytes path;
    struct arena arena;
    bool is_cloud;
    bool is_online_only;
    struct id id;
};

static enum err look_into_catalogue(void *state, struct txn *txn)
{
    struct cloud_look *look = state;
    struct media media = { 0 };
    struct volume volume = { 0 };
    struct bytes path = { 0 };
    enum backend backend = BACKEND_LOCAL;
    enum err e = catalogue_at_path(txn, &look->arena, look->path, &look->id);

    if (e == ERR_OK)
        e = catalogue_media(txn, &look->arena, look->id, &media);
    if (e == ERR_OK)
        e = catalogue_state(txn, &look->arena, &media, &path, &volume, &backend);
    look->is_cloud = e == ERR_OK && backend == BACKEND_CLOUD;
    look->is_online_only = e == ERR_OK && media.availability.value == ITEM_STATE_REMOTE_OFFLINE;
    return ERR_OK;
}

static enum err look_for_cloud(struct indexer *indexer, struct call *call, const char *path, bool *is_cloud)
{
    struct cloud_look look = { .path = bytes_of(path, strlen(path)) };
    char id[ID_TEXT_SIZE], copy[PATH_MAX];
    const char *below;
    const struct library_state *lib = library_state_at(indexer->libraries, look.path, &below, copy);

    (void)catalogue_reader_within(indexer->catalogue, look_into_catalogue, &look);
    arena_free(&look.arena);
    *is_cloud = look.is_cloud || cloud_file_is_named(indexer->cloud_globs, path) ||
                (lib && lib->library.has_backend && lib->library.backend.value == BACKEND_CLOUD);
    if (!look.is_online_only)
        return ERR_OK;
    refuse(call, ERR_OFFLINE, "the file is only online");
    fault_field(call_fault(call), "path");
    return fault_hint(call_fault(call), "loophole fetch %s", id_write(look.id, id));
}

static enum err analyse_file(struct indexer *indexer, struct call *call, const struct indexer_analyse *ask,
                             struct heard *answer)
{
    char path[PATH_MAX];

    (void)answer;
    if (!bytes_copy(path, sizeof(path), ask->path) || path[0] != '/') {
        refuse(call, ERR_BAD_REQUEST, "the path of a file must be absolute and must not contain a zero byte");
        return fault_field(call_fault(call), "path");
    }
    bool is_cloud;
    enum err e = look_for_cloud(indexer, call, path, &is_cloud);
    if (e != ERR_OK)
        return e;
    struct ticket ticket = call_defer(call);
    if (!ticket.number)
        return ERR_BUSY;
    struct analysis *analysis = analysis_new(ask->path);
    analysis->ticket = ticket;
    analysis->is_cloud = is_cloud;
    pipeline_ask(indexer->pipeline, analysis);
    return ERR_OK;
}

/* ---- artefacts ---- */

static enum err remake_artefacts(struct indexer *indexer, struct call *call, const struct indexer_remake *ask,
                                 struct nothing *answer)
{
    (void)answer;
    if (ask->has_id)
        return remake_ask(indexer, ask->id, call_fault(call));
    remake_want(indexer);
    indexer->remake.thorough |= ask->thorough;
    return ERR_OK;
}

static enum err verify_files(struct indexer *indexer, struct call *call, const struct indexer_verify *ask,
                             struct item_files *answer)
{
    (void)answer;
    return verify_ask(indexer, call, ask);
}

const struct indexer_handlers asks_handlers = {
    .add_library = answer_add_library,
    .remove_library = remove_library,
    .libraries = list_libraries,
    .rescan = rescan_libraries,
    .progress = report_progress,
    .analyse = analyse_file,
    .remake = remake_artefacts,
    .verify = verify_files,
};
