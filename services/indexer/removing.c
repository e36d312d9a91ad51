#include "services/indexer/removing.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"

enum { REMOVAL_BUDGET_MS = 600000 };

struct library_removal {
    struct indexer *indexer;
    struct id library;
    struct ticket ticket;
};

static void end_recall(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)answer;
    if (error != ERR_OK)
        log_fault("bringing the items of a library back", fault);
}

static void end_putting(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct indexer *indexer = state;
    const struct done *done = answer;
    struct fault why = { 0 };

    if (error != ERR_OK) {
        log_fault("adding a library again", fault);
        return;
    }
    const struct persist_recall recall = { .folder = done->id };
    if (service_ask(indexer->service, "persist.recall", &recall, REMOVAL_BUDGET_MS, NULL, end_recall, NULL, &why) !=
        ERR_OK)
        log_fault("bringing the items of a library back", &why);
}

/* persist may have removed the library before or after a person added it: it is there at the end in either case. */
static void put_again(struct indexer *indexer, struct library_state *lib)
{
    const struct persist_put_library put = { .library = lib->library };
    struct fault why = { 0 };

    lib->removing = lib->is_removed = false;
    library_state_want_all(lib);
    if (service_ask(indexer->service, "persist.put_library", &put, REMOVAL_BUDGET_MS, NULL, end_putting, indexer,
                    &why) != ERR_OK)
        log_fault("adding a library again", &why);
}

/* The trees inside a library go with it: persist removes their rows. */
static bool stop_library(struct indexer *indexer, struct library_state *lib)
{
    lib->removing = true;
    library_state_want_nothing(lib);
    lib->look_at = 0;
    if (lib->scan)
        scan_stop(lib->scan);
    watch_forget(indexer->watch, lib->library.id);
    pipeline_withdraw(indexer->pipeline, lib->library.id);
    return lib->scan == NULL;
}

static bool stop_trees(struct indexer *indexer, const struct library_state *outer)
{
    bool has_stopped = true;

    for (struct library_state *lib = indexer->libraries; lib; lib = lib->next)
        if (library_state_is_in(lib, outer)) {
            lib->asked_removal = true;
            has_stopped = stop_library(indexer, lib) && has_stopped;
        }
    return has_stopped;
}

static void end_trees(struct indexer *indexer, struct id outer, bool are_removed)
{
    struct library_state *next;

    for (struct library_state *lib = indexer->libraries; lib; lib = next) {
        next = lib->next;
        if (!lib->library.has_within || !id_equal(lib->library.within, outer))
            continue;
        lib->removing = lib->asked_removal = false;
        if (are_removed)
            library_state_remove(&indexer->libraries, lib);
        else
            library_state_want_all(lib); /* its scan was stopped, and its watch forgotten */
    }
}

static void keep_library(struct library_state *lib)
{
    lib->removing = false;
    library_state_want_all(lib);
}

static void end_removed(struct indexer *indexer, struct library_state *lib)
{
    const struct ticket ticket = lib->removal;

    if (lib->added_again)
        put_again(indexer, lib);
    else
        library_state_remove(&indexer->libraries, lib);
    ticket_answer(indexer->service, ticket, &(struct nothing){ 0 });
}

static void end_removal(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct library_removal removal = *(struct library_removal *)state;
    struct library_state *lib = library_state_of(removal.indexer->libraries, removal.library);

    (void)answer;
    free(state);
    end_trees(removal.indexer, removal.library, error == ERR_OK);
    if (error == ERR_OK && lib) {
        lib->is_removed = true;
        removing_turn(removal.indexer);
    } else if (error == ERR_OK) {
        ticket_answer(removal.indexer->service, removal.ticket, &(struct nothing){ 0 });
    } else {
        if (lib)
            keep_library(lib);
        ticket_fail(removal.indexer->service, removal.ticket, fault);
    }
}

static void remove_now(struct indexer *indexer, struct library_state *lib)
{
    struct persist_forget_library request = { .id = lib->library.id };
    struct library_removal *removal = alloc_bytes(sizeof(*removal));
    struct fault fault = { 0 };
    enum err e;

    *removal = (struct library_removal){ indexer, lib->library.id, lib->removal };
    e = service_ask(indexer->service, "persist.forget_library", &request, REMOVAL_BUDGET_MS, &lib->remover, end_removal,
                    removal, &fault);
    if (e == ERR_OK) {
        lib->asked_removal = true;
        return;
    }
    free(removal);
    end_trees(indexer, lib->library.id, false);
    keep_library(lib);
    ticket_fail(indexer->service, lib->removal, &fault);
}

void removing_begin(struct indexer *indexer, struct library_state *lib, struct call *call, struct ticket ticket)
{
    lib->asked_removal = lib->asked_again = lib->added_again = false;
    lib->removal = ticket;
    lib->remover = call_sender(call);
    (void)stop_library(indexer, lib);
}

void removing_turn(struct indexer *indexer)
{
    struct library_state *next;

    for (struct library_state *lib = indexer->libraries; lib; lib = next) {
        next = lib->next;
        const uint64_t before = ticket_take_up(indexer->service, lib->removal);
        if (lib->is_removed && !(lib->asked_again && indexer->adopting))
            end_removed(indexer, lib);
        else if (lib->removing && !lib->asked_removal && !lib->scan && stop_trees(indexer, lib))
            remove_now(indexer, lib);
        service_lay_down(indexer->service, before);
    }
}
