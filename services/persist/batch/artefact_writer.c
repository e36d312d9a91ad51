#include "services/persist/batch/artefact_writer.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/errand.h"
#include "services/persist/batch/batch.h"
#include "services/persist/batch/in_flight.h"
#include "services/persist/places/places_lookup.h"
#include "services/persist/turn/turn.h"
#include "store/artefact.h"

enum { AT_ONCE = 64, BYTES_AT_ONCE = 64 << 20, CONTENT_BYTES = 16 };
static const usec_t patience = (usec_t)600 * 1000000; /* for one batch's files */

/* If a thread hangs with the files of a batch, persist gives it up. The batch is LOST until the thread leaves it. */
enum stage { STAGE_NAMES, STAGE_WRITES, STAGE_IS_DONE, STAGE_CLEANS, STAGE_LOST };

/* One batch. While the thread writes files, it reads `ask` and no other member. The ask may have thousands of facts, so
 * it is never copied: the call keeps it. */
struct artefact_batch {
    struct multipart work; /* the stages that walk all artefacts, in parts */
    enum stage stage;
    uint32_t at; /* the next operation of that stage */
    struct artefact_batch *next;
    struct id request;
    uint64_t digest; /* of its ask */
    struct ticket ticket;
    struct call *call;         /* the first call, which keeps the memory */
    struct persist_batch *ask; /* in the memory of `call` */
    struct in_flight in_flight;
    atomic_bool is_left; /* set by the thread that lost the batch */
};

/* The thread's part of a batch. */
struct file_errand {
    struct errand errand;
    struct persist *persist;
    struct artefact_batch *batch;
    struct artefact_files files;
    struct fault fault;
};

/* ---- its artefacts ---- */

static bool has_own_file(const struct artefact *artefact)
{
    return artefact_is_large(artefact) && artefact_type_is_good(artefact->type);
}

/* The artefacts of an operation, and their content. */
static struct artefact_list artefacts_of(const struct operation *op, struct bytes *content)
{
    *content = op->has_remade ? op->remade.content : op->analysed.content;
    if (op->has_remade)
        return op->remade.artefacts;
    return op->has_analysed ? op->analysed.artefacts : (struct artefact_list){ 0 };
}

typedef bool each_fn(void *state, struct bytes content, const struct artefact *artefact);

/* Calls `each` for every artefact of one operation that has its own file, until it returns false. */
static bool each_of(const struct operation *op, void *state, each_fn *each)
{
    struct bytes content;
    struct artefact_list all = artefacts_of(op, &content);
    bool more = true;

    for (uint32_t i = 0; more && i < all.count; i++)
        if (has_own_file(&all.at[i]))
            more = each(state, content, &all.at[i]);
    return more;
}

static bool each_artefact(const struct persist_batch *ask, void *state, each_fn *each)
{
    bool more = true;

    for (uint32_t i = 0; more && i < ask->operations.count; i++)
        more = each_of(&ask->operations.at[i], state, each);
    return more;
}

static bool stop_at_artefact(void *state, struct bytes content, const struct artefact *artefact)
{
    (void)state, (void)content, (void)artefact;
    return false;
}

bool artefact_writer_is_needed(const struct persist_batch *ask)
{
    return !each_artefact(ask, NULL, stop_at_artefact);
}

bool artefact_writer_holds(const struct persist *p, const char *name)
{
    uint32_t mark = p->artefact_batches ? in_flight_mark(name) : 0;

    for (const struct artefact_batch *batch = p->artefact_batches; batch; batch = batch->next)
        if (batch->stage < STAGE_CLEANS && in_flight_have(&batch->in_flight, mark, name))
            return true;
    return false;
}

/* ---- the thread ---- */

static bool write_one(void *state, struct bytes content, const struct artefact *artefact)
{
    struct file_errand *files = state;
    enum err e = ERR_OK;

    if (!errand_goes_on(&files->errand))
        e = fault_set(&files->fault, ERR_BUSY, "the service is stopping");
    else if (content.len == CONTENT_BYTES)
        e = artefact_write(files->persist->paths, content, artefact, &files->files, &files->fault);
    return e == ERR_OK;
}

static void write_files(struct errand *errand)
{
    struct file_errand *files = (struct file_errand *)errand;
    const struct paths *paths = files->persist->paths;

    if (each_artefact(files->batch->ask, files, write_one) &&
        artefact_settle(paths, &files->files, &files->fault) == ERR_OK)
        return;
    if (!atomic_load(&errand->lost)) /* else a later thread may have made them again */
        artefact_take_back(paths, &files->files);
    if (files->fault.code != ERR_FULL && files->fault.code != ERR_BUSY)
        files->fault.code = ERR_IO; /* any error of the disk may be temporary */
}

/* ---- the end ---- */

static void free_errand(struct errand *errand)
{
    struct file_errand *files = (struct file_errand *)errand;

    if (atomic_load(&errand->lost))
        atomic_store(&files->batch->is_left, true);
    artefact_files_free(&files->files);
    free(files);
}

static void leave_artefact_batch(struct persist *p, struct artefact_batch *batch)
{
    struct artefact_batch **at = &p->artefact_batches;

    while (*at != batch)
        at = &(*at)->next;
    *at = batch->next;
    call_give_back(batch->call);
    in_flight_free(&batch->in_flight);
    free(batch);
}

/* ---- stages in parts ---- */

/* A stage that ended has moved the batch to another stage. */
static void drop_stage(struct persist *p, struct multipart *work)
{
    struct artefact_batch *batch = (struct artefact_batch *)work;

    if (batch->stage == STAGE_NAMES || batch->stage == STAGE_CLEANS)
        leave_artefact_batch(p, batch);
}

/* Calls `one` for the next operations, until the turn is over. */
static void each_operation(struct persist *p, struct artefact_batch *batch,
                           void (*one)(struct persist *p, struct artefact_batch *batch, struct operation *op))
{
    struct operation_list *all = &batch->ask->operations;

    do {
        arena_reset(&p->arena);
        one(p, batch, &all->at[batch->at++]);
    } while (batch->at < all->count && !turn_is_over(p));
}

static bool is_through(const struct artefact_batch *batch)
{
    return batch->at == batch->ask->operations.count;
}

/* Marks the file for removal after the turn, unless a row names it. */
static bool drop_unless_recorded(void *state, struct bytes content, const struct artefact *artefact)
{
    struct persist *p = state;
    struct key key = key_artefact(content, artefact->type, artefact->parameters);
    char name[ARTEFACT_NAME_SIZE];
    struct kept_artefact kept;
    arena_reset(&p->arena);
    enum err e = row_get(p->w.txn, &p->arena, DB_ARTEFACT, &key, &kept_artefact_shape, &kept);
    bool is_recorded = e == ERR_OK && kept.version == artefact->version && kept.digest.len > 0;

    artefact_name(content, artefact->type, artefact->parameters, artefact->version, name);
    if (!is_recorded && (e == ERR_OK || e == ERR_NOT_FOUND) && !artefact_writer_holds(p, name))
        artefact_add_name(&p->w.dropped, name);
    return true;
}

static void clean_one(struct persist *p, struct artefact_batch *batch, struct operation *op)
{
    (void)batch;
    each_of(op, p, drop_unless_recorded);
}

static enum err clean_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    struct artefact_batch *batch = (struct artefact_batch *)work;

    (void)fault;
    each_operation(p, batch, clean_one);
    *ended = is_through(batch);
    return ERR_OK;
}

/* The batch is done or given up, and its id is free again. */
static void batch_ended(struct persist *p, void *owner)
{
    struct artefact_batch *batch = owner;

    batch->stage = STAGE_CLEANS;
    batch->at = 0;
    batch->work =
        (struct multipart){ .part = clean_part, .drop = drop_stage, .outlives_its_call = true, .request = id_new() };
    multipart_queue(p, &batch->work);
}

/* A batch whose client has gone is dropped: it was never acknowledged, and will be sent again. */
static void apply_batch(struct persist *p, struct artefact_batch *batch)
{
    struct ticket ticket = batch->ticket;
    const struct batch_owner owner = { .request = batch->request,
                                       .ticket = ticket,
                                       .digest = batch->digest,
                                       .ask = batch->ask,
                                       .arena = call_arena(batch->call),
                                       .ended = batch_ended,
                                       .state = batch };
    const uint64_t before = service_take_up(p->service, batch->request);
    struct fault fault = { 0 };
    enum err e = turn_continue(p, batch->request, &fault);

    batch->stage = STAGE_IS_DONE;
    if (e == ERR_OK && ticket_is_open(p->service, ticket))
        e = batch_resume(p, &owner, &fault);
    else
        batch_ended(p, batch);
    if (e != ERR_OK)
        ticket_fail(p->service, ticket, &fault);
    service_lay_down(p->service, before);
}

static void files_written(struct errand *errand, bool lost)
{
    struct file_errand *files = (struct file_errand *)errand;
    struct artefact_batch *batch = files->batch;
    struct persist *p = files->persist;
    struct fault fault = { 0 };

    if (lost)
        fault_set(&fault, ERR_IO, "the files of artefacts cannot be written");
    else
        fault = files->fault;
    if (fault.code == ERR_OK) {
        apply_batch(p, batch);
        return;
    }
    if (fault.code == ERR_FULL || fault.code == ERR_IO)
        turn_blame_disk(p, &fault);
    ticket_fail(p->service, batch->ticket, &fault);
    if (lost)
        batch->stage = STAGE_LOST;
    else
        leave_artefact_batch(p, batch);
}

/* ---- beginning ---- */

static void start_thread(struct persist *p, struct artefact_batch *batch)
{
    struct file_errand *files = alloc_zeroed(1, sizeof(*files));

    files->errand =
        (struct errand){ .run = write_files, .done = files_written, .drop = free_errand, .patience = patience };
    files->persist = p;
    files->batch = batch;
    batch->stage = STAGE_WRITES;
    errand_start(p->errands, &files->errand);
}

static bool add_in_flight(void *state, struct bytes content, const struct artefact *artefact)
{
    struct artefact_batch *batch = state;
    char name[ARTEFACT_NAME_SIZE];

    artefact_name(content, artefact->type, artefact->parameters, artefact->version, name);
    in_flight_add(&batch->in_flight, name);
    return true;
}

/* An analysis that names no content means the content that its item has now. */
static void name_one(struct persist *p, struct artefact_batch *batch, struct operation *op)
{
    struct fault unused = { 0 };
    struct media media;

    if (op->has_analysed && op->analysed.content.len == 0 && places_find(p, op->analysed.id, &media, &unused) == ERR_OK)
        op->analysed.content = arena_bytes(call_arena(batch->call), media.content);
    each_of(op, batch, add_in_flight);
}

/* After the last name, a thread writes the files. True: it does. */
static bool name_some(struct persist *p, struct artefact_batch *batch)
{
    each_operation(p, batch, name_one);
    if (!is_through(batch))
        return false;
    start_thread(p, batch);
    return true;
}

static enum err name_part(struct persist *p, struct multipart *work, bool *ended, struct fault *fault)
{
    (void)fault;
    *ended = name_some(p, (struct artefact_batch *)work);
    return ERR_OK;
}

static struct artefact_batch *find_artefact_batch(const struct persist *p, struct id request, size_t *bytes,
                                                  uint32_t *count)
{
    *bytes = *count = 0;
    for (struct artefact_batch *batch = p->artefact_batches; batch; batch = batch->next) {
        if (batch->stage < STAGE_CLEANS && id_equal(batch->request, request))
            return batch;
        *bytes += call_memory(batch->call);
        *count += 1;
    }
    return NULL;
}

uint64_t artefact_writer_digest(const struct persist *p, struct id request)
{
    size_t bytes;
    uint32_t count;
    const struct artefact_batch *batch = find_artefact_batch(p, request, &bytes, &count);

    return batch ? batch->digest : 0;
}

/* If this turn is too short, the work continues in parts. */
static void take_names(struct persist *p, struct artefact_batch *batch)
{
    turn_begin_part(p);
    if (p->multiparts || !name_some(p, batch))
        multipart_queue(p, &batch->work);
}

static enum err start_artefact_batch(struct persist *p, struct call *call, const struct persist_batch *ask)
{
    struct ticket ticket = call_defer(call);
    struct artefact_batch *batch = ticket.number ? alloc_zeroed(1, sizeof(*batch)) : NULL;

    if (!batch)
        return ERR_BUSY;
    *batch = (struct artefact_batch){ .next = p->artefact_batches,
                                      .request = call_request(call),
                                      .digest = call_digest(call),
                                      .ticket = ticket,
                                      .call = call,
                                      .ask = (struct persist_batch *)(uintptr_t)ask }; /* in the call's memory */
    batch->work = (struct multipart){
        .part = name_part, .drop = drop_stage, .request = batch->request, .digest = batch->digest, .ticket = ticket
    };
    p->artefact_batches = batch;
    call_keep(call);
    take_names(p, batch);
    return ERR_OK;
}

enum err artefact_writer_begin(struct persist *p, struct call *call, const struct persist_batch *ask)
{
    size_t bytes;
    uint32_t count;
    struct artefact_batch *batch = find_artefact_batch(p, call_request(call), &bytes, &count);
    struct multipart *work = multipart_of(p, call_request(call));

    if (work) { /* the client gave up its first call: begin again with its files */
        multipart_forget(p, work);
        batch = find_artefact_batch(p, call_request(call), &bytes, &count);
    }
    if (batch) { /* the client gave up its first call; the work continues */
        batch->ticket = call_defer(call);
        return batch->ticket.number ? ERR_OK : ERR_BUSY;
    }
    if (count >= AT_ONCE || bytes >= BYTES_AT_ONCE)
        return refuse(call, ERR_BUSY, "the files of %u batches are being written already", count);
    return start_artefact_batch(p, call, ask);
}

/* ---- open and close ---- */

enum err artefact_writer_open(struct persist *p, struct fault *fault)
{
    enum err e = mailbox_new(&p->mailbox, fault);

    if (e != ERR_OK)
        return e;
    p->errands = errands_new(p->mailbox, 1);
    return service_watch_mail(p->service, p->mailbox);
}

void artefact_writer_close(struct persist *p)
{
    if (!p->errands || !errands_end(p->errands)) /* a thread hangs, and uses this memory until the process ends */
        return;
    p->errands = NULL;
    service_unwatch(p->service, mailbox_fd(p->mailbox));
    mailbox_free(p->mailbox);
    while (p->artefact_batches)
        leave_artefact_batch(p, p->artefact_batches);
}

void artefact_writer_look(struct persist *p)
{
    struct artefact_batch *next;

    errands_look(p->errands);
    for (struct artefact_batch *batch = p->artefact_batches; batch; batch = next) {
        next = batch->next;
        if (batch->stage == STAGE_LOST && atomic_load(&batch->is_left))
            leave_artefact_batch(p, batch);
    }
}
