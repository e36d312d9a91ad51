#include "services/persist/filing.h"
#include <stdlib.h>
#include <string.h>
#include "common/errand.h"
#include "common/hash.h"
#include "services/persist/batch.h"
#include "services/persist/places.h"
#include "services/persist/turn.h"
#include "store/artefact.h"

enum { MARKS = 1 << 16 /* bits: each pin sets one */ };
enum { AT_ONCE = 64, BYTES_AT_ONCE = 64 << 20, CONTENT_BYTES = 16 };
static const usec_t patience = (usec_t)600 * 1000000; /* for one batch's files */

/* One batch. The thread reads `batch` while it writes files, and nothing else of it. */
struct filing {
    struct filing *next;
    struct id request;
    uint64_t digest; /* of its ask */
    struct ticket ticket;
    struct arena arena;
    struct persist_batch batch; /* in the arena */
    struct buffer pins;         /* the names of its files */
    uint8_t marks[MARKS / 8];   /* of the pins: most other names are known by them at once */
};

/* The thread's part. */
struct file_errand {
    struct errand errand;
    struct persist *persist;
    struct filing *filing; /* NULL: the loop has taken it */
    struct artefact_files files;
    struct fault fault;
};

/* ---- its artefacts ---- */

static bool is_filed(const struct artefact *artefact)
{
    return artefact_is_large(artefact) && artefact_type_is_good(artefact->type);
}

/* The artefacts that an operation brings, and their content. */
static struct artefact_list brought(const struct operation *op, struct bytes *content)
{
    *content = op->has_remade ? op->remade.content : op->analysed.content;
    if (op->has_remade)
        return op->remade.artefacts;
    return op->has_analysed ? op->analysed.artefacts : (struct artefact_list){ 0 };
}

/* Calls `each` for all of them while it says so. */
static bool each_artefact(const struct persist_batch *ask, void *state,
                          bool (*each)(void *state, struct bytes content, const struct artefact *artefact))
{
    struct bytes content;
    bool more = true;

    for (uint32_t i = 0; more && i < ask->operations.count; i++) {
        struct artefact_list all = brought(&ask->operations.at[i], &content);
        for (uint32_t j = 0; more && j < all.count; j++)
            if (is_filed(&all.at[j]))
                more = each(state, content, &all.at[j]);
    }
    return more;
}

static bool stop_at_first(void *state, struct bytes content, const struct artefact *artefact)
{
    (void)state, (void)content, (void)artefact;
    return false;
}

bool filing_is_needed(const struct persist_batch *ask)
{
    return !each_artefact(ask, NULL, stop_at_first);
}

static uint32_t mark_of(const char *name)
{
    const struct hash hash = hash_of(name, strlen(name));

    return (uint32_t)hash.b[0] << 8 | hash.b[1];
}

static bool has_pin(const struct filing *filing, uint32_t mark, const char *name)
{
    const char *pin = NULL;

    if (!(filing->marks[mark / 8] >> mark % 8 & 1))
        return false;
    while ((pin = artefact_next_name(&filing->pins, pin)))
        if (strcmp(pin, name) == 0)
            return true;
    return false;
}

bool filing_pins(const struct persist *p, const char *name)
{
    uint32_t mark = p->filings ? mark_of(name) : 0;

    for (const struct filing *filing = p->filings; filing; filing = filing->next)
        if (has_pin(filing, mark, name))
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

static void run(struct errand *errand)
{
    struct file_errand *files = (struct file_errand *)errand;
    const struct paths *paths = files->persist->paths;

    if (each_artefact(&files->filing->batch, files, write_one) &&
        artefact_settle(paths, &files->files, &files->fault) == ERR_OK)
        return;
    if (!atomic_load(&errand->lost)) /* else another one may have made them since */
        artefact_take_back(paths, &files->files);
    if (files->fault.code != ERR_FULL && files->fault.code != ERR_BUSY)
        files->fault.code = ERR_IO; /* whatever the disk says may pass */
}

/* ---- the end ---- */

static void free_filing(struct filing *filing)
{
    if (!filing)
        return;
    arena_free(&filing->arena);
    buffer_free(&filing->pins);
    free(filing);
}

static void drop(struct errand *errand)
{
    struct file_errand *files = (struct file_errand *)errand;

    free_filing(files->filing);
    artefact_files_free(&files->files);
    free(files);
}

static void leave(struct persist *p, const struct filing *filing)
{
    struct filing **at = &p->filings;

    while (*at != filing)
        at = &(*at)->next;
    *at = filing->next;
}

/* To be removed with the turn, unless a row tells of it. */
static bool drop_unless_told(void *state, struct bytes content, const struct artefact *artefact)
{
    struct persist *p = state;
    struct key key = key_artefact(content, artefact->type, artefact->parameters);
    char name[ARTEFACT_NAME_SIZE];
    struct kept_artefact kept;
    arena_reset(&p->arena);
    enum err e = row_get(p->w.txn, &p->arena, DB_ARTEFACT, &key, &kept_artefact_shape, &kept);
    bool is_told = e == ERR_OK && kept.version == artefact->version && kept.digest.len > 0;

    artefact_name(content, artefact->type, artefact->parameters, artefact->version, name);
    if (!is_told && (e == ERR_OK || e == ERR_NOT_FOUND) && !filing_pins(p, name))
        (void)artefact_add_name(&p->w.dropped, name);
    return true;
}

/* The batch is done, or given up. */
static void batch_ended(struct persist *p, void *owner)
{
    struct filing *filing = owner;

    leave(p, filing);
    if (p->w.txn && !turn_is_broken(p))
        (void)each_artefact(&filing->batch, p, drop_unless_told);
    free_filing(filing);
}

/* A batch whose client no longer waits is not done: it was never acked, and will be sent again. */
static void apply(struct persist *p, struct filing *filing)
{
    struct ticket ticket = filing->ticket;
    const struct batch_owner owner = { .request = filing->request,
                                       .ticket = ticket,
                                       .digest = filing->digest,
                                       .ask = &filing->batch,
                                       .arena = &filing->arena,
                                       .ended = batch_ended,
                                       .state = filing };
    struct fault fault = { 0 };
    enum err e = turn_continue(p, filing->request, &fault);

    if (e == ERR_OK && ticket_is_open(p->service, ticket))
        e = batch_resume(p, &owner, &fault);
    else
        batch_ended(p, filing);
    if (e != ERR_OK)
        ticket_fail(p->service, ticket, &fault);
}

static void done(struct errand *errand, bool lost)
{
    struct file_errand *files = (struct file_errand *)errand;
    struct filing *filing = files->filing;
    struct persist *p = files->persist;
    struct fault fault = { 0 };

    if (lost)
        fault_set(&fault, ERR_IO, "the disk did not take the files of artefacts");
    else
        fault = files->fault;
    if (fault.code == ERR_OK) {
        files->filing = NULL;
        apply(p, filing);
        return;
    }
    leave(p, filing);
    if (fault.code == ERR_FULL || fault.code == ERR_IO)
        turn_blame_disk(p, &fault);
    ticket_fail(p->service, filing->ticket, &fault);
}

/* ---- beginning ---- */

struct naming {
    struct filing *to;
    bool failed;
};

static bool add_pin(void *state, struct bytes content, const struct artefact *artefact)
{
    struct naming *naming = state;
    char name[ARTEFACT_NAME_SIZE];

    artefact_name(content, artefact->type, artefact->parameters, artefact->version, name);
    const uint32_t mark = mark_of(name);
    naming->to->marks[mark / 8] |= (uint8_t)(1 << mark % 8);
    naming->failed = !artefact_add_name(&naming->to->pins, name);
    return !naming->failed;
}

/* One that names no content is about the one that its item has now. */
static void name_contents(struct persist *p, struct filing *filing)
{
    struct operation_list *all = &filing->batch.operations;
    struct fault unused = { 0 };
    struct media media;

    for (uint32_t i = 0; i < all->count; i++)
        if (all->at[i].has_analysed && all->at[i].analysed.content.len == 0 &&
            places_find(p, all->at[i].analysed.id, &media, &unused) == ERR_OK)
            all->at[i].analysed.content = arena_bytes(&filing->arena, media.content);
}

static struct filing *find(const struct persist *p, struct id request, size_t *bytes, uint32_t *count)
{
    *bytes = *count = 0;
    for (struct filing *filing = p->filings; filing; filing = filing->next) {
        if (id_equal(filing->request, request))
            return filing;
        *bytes += filing->arena.total;
        *count += 1;
    }
    return NULL;
}

uint64_t filing_digest(const struct persist *p, struct id request)
{
    size_t bytes;
    uint32_t count;
    const struct filing *filing = find(p, request, &bytes, &count);

    return filing ? filing->digest : 0;
}

static enum err fill(struct persist *p, struct call *call, struct filing *filing, const struct persist_batch *ask)
{
    struct naming naming = { filing, false };

    filing->request = call_request(call);
    filing->digest = call_digest(call);
    if (codec_copy(&persist_batch_shape, ask, &filing->arena, &filing->batch) != ERR_OK)
        return refuse(call, ERR_FULL, "no memory for a batch");
    name_contents(p, filing);
    (void)each_artefact(&filing->batch, &naming, add_pin);
    if (naming.failed)
        return refuse(call, ERR_FULL, "no memory for a batch");
    filing->ticket = call_defer(call);
    return filing->ticket.number ? ERR_OK : ERR_BUSY;
}

static enum err start(struct persist *p, struct call *call, const struct persist_batch *ask)
{
    struct file_errand *files = calloc(1, sizeof(*files));
    struct filing *filing = calloc(1, sizeof(*filing));
    enum err e;

    if (!files || !filing) {
        free(files);
        free(filing);
        return refuse(call, ERR_FULL, "no memory for a batch");
    }
    files->errand = (struct errand){ .run = run, .done = done, .drop = drop, .patience = patience };
    files->persist = p;
    files->filing = filing;
    e = fill(p, call, filing, ask);
    if (e != ERR_OK) {
        drop(&files->errand);
        return e;
    }
    filing->next = p->filings;
    p->filings = filing;
    errand_start(p->errands, &files->errand);
    return ERR_OK;
}

enum err filing_begin(struct persist *p, struct call *call, const struct persist_batch *ask)
{
    size_t bytes;
    uint32_t count;
    struct filing *filing = find(p, call_request(call), &bytes, &count);
    struct multipart *work = multipart_of(p, call_request(call));

    if (work) { /* its first call was given up: it begins again with its files */
        multipart_forget(p, work);
        filing = find(p, call_request(call), &bytes, &count);
    }
    if (filing) { /* its first call is given up, the work is not */
        filing->ticket = call_defer(call);
        return filing->ticket.number ? ERR_OK : ERR_BUSY;
    }
    if (count >= AT_ONCE || bytes >= BYTES_AT_ONCE)
        return refuse(call, ERR_BUSY, "the files of %u batches are being written already", count);
    return start(p, call, ask);
}

/* ---- open and close ---- */

static void open_mail(void *persist, int fd)
{
    struct persist *p = persist;

    (void)fd;
    mailbox_open(p->mailbox);
}

enum err filing_open(struct persist *p, struct fault *fault)
{
    enum err e = mailbox_new(&p->mailbox, fault);

    if (e == ERR_OK)
        e = errands_new(p->mailbox, 1, &p->errands, fault);
    return e == ERR_OK ? service_watch(p->service, mailbox_fd(p->mailbox), open_mail, p) : e;
}

void filing_close(struct persist *p)
{
    if (!p->errands || !errands_end(p->errands)) /* a thread hangs with what it uses until the process ends */
        return;
    p->errands = NULL;
    service_unwatch(p->service, mailbox_fd(p->mailbox));
    mailbox_free(p->mailbox);
    p->filings = NULL;
}

void filing_look(struct persist *p)
{
    errands_look(p->errands);
}
