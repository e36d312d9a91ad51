/* The shared parts of the handlers of slots. */
#include <stdio.h>

#include "common/process/log.h"
#include "services/project/pattern/slot_handlers.h"
#include "services/project/pattern/slot_parse.h"
#include "services/project/pattern/slot_writes.h"
#include "store/pattern/message.h"

struct slot_job *slot_job_of(struct work *work)
{
    if (!work->own)
        work->own = arena_alloc(&work->kept, sizeof(struct slot_job));
    return work->own;
}

void slot_job_separate(struct work *work)
{
    work->sender.request = id_of_bytes(work->sender.request.b, sizeof(work->sender.request.b));
}

uint32_t slot_in_bank(uint32_t number)
{
    return (number - 1) % SLOTS_BANK + 1;
}

enum err slot_job_begin(struct work *work, struct txn *txn, struct slot_banks *banks, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    struct tree place;

    parts_place(txn, &work->arena, work->id, &place);
    job->folder = arena_text(&work->kept, tree_text(&place, "folder"));
    if (job->folder.len == 0)
        return fault_set(fault, ERR_NOT_FOUND, "the project has no folder");
    slot_read_banks(txn, &work->arena, work->id, banks);
    job->bank_number = banks->current;
    job->bank = arena_text(&work->kept, slot_bank_name(banks, &work->arena));
    job->active = slot_active(banks);
    return ERR_OK;
}

/* ---- reading ---- */

/* A slot of ours is never an empty file: a disk or another program cut it. */
static void refuse_empty(struct slot_place *place)
{
    if (place->read != ERR_OK || place->file.len > 0)
        return;
    place->read = ERR_BAD_REQUEST;
    place->why = TEXT("the file is empty");
}

static void take_files(void *owner, struct slot_io *io)
{
    struct work *work = owner;
    struct slot_job *job = slot_job_of(work);

    for (uint32_t i = 0; i < job->count; i++) {
        const struct slot_file *file = io->count == job->count ? &io->files[i] : NULL;

        job->places[i].read = file ? file->fault.code : io->fault.code;
        job->places[i].why = arena_text(&work->kept, text_of(file ? file->fault.what : io->fault.what));
        if (!file)
            continue;
        job->places[i].file =
            arena_text(&work->kept, (struct text){ (uint32_t)file->bytes.len, (const char *)file->bytes.at });
        job->places[i].is_out = file->is_out;
        job->places[i].backup = arena_text(&work->kept, text_of(file->backup));
        refuse_empty(&job->places[i]);
    }
    work_continue_after(work, &io->fault);
}

void slot_job_name_file(struct slot_file *file, uint32_t number)
{
    file->number = number;
    slot_name_file(number, file->name);
}

static void read_slots(struct work *work, const uint32_t *slots, uint32_t count, bool is_list)
{
    struct slot_job *job = slot_job_of(work);
    struct slot_io *io = slot_io_new(job->folder, count, false);

    io->needs_no_backup = is_list;
    job->count = count;
    job->places = arena_array(&work->kept, count, sizeof(*job->places));
    for (uint32_t i = 0; i < count; i++) {
        job->places[i].row.number = (job->bank_number - 1) * SLOTS_BANK + slots[i];
        slot_job_name_file(&io->files[i], job->places[i].row.number);
    }
    work->is_sent = true;
    slot_io_hurry(io, call_deadline(work->call));
    slot_io_start(work->p, io, take_files, work);
}

void slot_job_read(struct work *work, const uint32_t *slots, uint32_t count)
{
    read_slots(work, slots, count, false);
}

void slot_job_read_bank(struct work *work)
{
    uint32_t slots[SLOTS_BANK];

    for (uint32_t i = 0; i < SLOTS_BANK; i++)
        slots[i] = i + 1;
    read_slots(work, slots, SLOTS_BANK, true);
}

enum err slot_job_begin_one(struct work *work, struct txn *txn, struct text number, struct fault *fault)
{
    struct slot_banks banks;
    uint32_t slot;
    enum err e = message_read_slot(number, &slot, fault);

    if (e == ERR_OK)
        e = slot_job_begin(work, txn, &banks, fault);
    if (e == ERR_OK)
        slot_job_read(work, &slot, 1);
    return e;
}

/* ---- comparing ---- */

static void name_backup(const struct slot_place *place, struct fault *fault)
{
    if (place->backup.len)
        fault_hint(fault, "the newest good backup is patterns/backups/%.*s", TEXT_ARG(place->backup));
}

static enum err refuse_unreadable(struct work *work, const struct slot_place *place, struct fault *fault)
{
    const struct text slot = arena_printf(&work->kept, "%u", slot_in_bank(place->row.number));

    message_fault(MESSAGE_UNREADABLE, slot, place->why, fault);
    fault->code = place->read;
    name_backup(place, fault);
    return fault->code;
}

enum err slot_job_compare_one(struct work *work, struct txn *txn, struct slot_place *place, struct fault *fault)
{
    const uint32_t number = place->row.number;
    struct text digest;

    slot_read_row(txn, &work->arena, work->id, number, &place->row);
    place->content = place->row.file;
    place->earlier = arena_text(&work->kept, place->row.file);
    place->adopts = place->heals = false;
    if (place->read == ERR_NOT_FOUND) { /* a link is replaced when a person changes slots, not before */
        place->heals = place->row.file.len > 0 && !place->is_out;
        return ERR_OK;
    }
    if (place->read != ERR_OK)
        return refuse_unreadable(work, place, fault);
    if (text_equal(place->file, place->row.file))
        return ERR_OK;
    digest = slot_digest(&work->arena, place->file);
    place->heals = slot_is_ours(&place->row, digest);
    place->adopts = !place->heals;
    if (place->adopts)
        place->content = place->file;
    return ERR_OK;
}

enum err slot_job_compare(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < job->count; i++)
        e = slot_job_compare_one(work, txn, &job->places[i], fault);
    return e;
}

enum err slot_job_pattern(struct work *work, const struct slot_place *place, struct pattern_file *to,
                          struct fault *fault)
{
    const struct text slot = arena_printf(&work->kept, "%u", slot_in_bank(place->row.number));
    struct fault why = { 0 };
    char name[SLOT_NAME];
    enum err e;

    if (place->content.len == 0)
        return message_fault(MESSAGE_EMPTY, slot, (struct text){ 0 }, fault);
    slot_name_file(place->row.number, name);
    e = slot_parse(service_in_hand(work->p->service), name, place->content, &work->kept, to, &why);
    if (e == ERR_OK)
        return ERR_OK;
    if (e == ERR_INTERNAL) {
        *fault = why;
        return e;
    }
    message_fault(MESSAGE_CORRUPT, slot, text_of(why.what), fault);
    fault->code = e == ERR_VERSION ? e : fault->code;
    name_backup(place, fault);
    return fault->code;
}

enum err slot_job_keep(struct work *work, struct txn *txn, struct fault *fault)
{
    struct slot_job *job = slot_job_of(work);
    enum err e = slot_job_compare(work, txn, fault);

    if (e == ERR_OK && !job->pattern)
        job->pattern = arena_alloc(&work->kept, sizeof(*job->pattern));
    if (e == ERR_OK)
        e = slot_job_pattern(work, job->places, job->pattern, fault);
    if (e == ERR_OK)
        job->places->content = arena_text(&work->kept, job->places->content);
    return e;
}

/* ---- writing ---- */

static void take_written(void *owner, struct slot_io *io)
{
    work_continue_after(owner, &io->fault);
}

static void note_healed(void *owner, struct slot_io *io)
{
    (void)owner;
    if (io->fault.code != ERR_OK)
        log_fault("the files of slots were not written", &io->fault);
}

static void take_present(struct work *work, struct txn *txn, struct slot_place *place)
{
    slot_read_row(txn, &work->arena, work->id, place->row.number, &place->row);
    place->content = arena_text(&work->kept, place->row.file);
}

void slot_job_take_stored(struct work *work, struct txn *txn)
{
    struct slot_job *job = slot_job_of(work);

    for (uint32_t i = 0; i < job->count; i++) {
        struct slot_place *place = &job->places[i];

        take_present(work, txn, place);
        place->writes = place->writes || !text_equal(place->content, place->file);
    }
}

static uint32_t count_writes(const struct slot_job *job)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < job->count; i++)
        count += job->places[i].heals || job->places[i].writes;
    return count;
}

void slot_job_write(struct work *work, struct txn *txn, bool waits)
{
    struct slot_job *job = slot_job_of(work);
    struct slot_io *io;
    uint32_t count = count_writes(job);

    if (count == 0)
        return;
    io = slot_io_new(job->folder, count, true);
    count = 0;
    for (uint32_t i = 0; i < job->count; i++) {
        struct slot_place *place = &job->places[i];
        struct slot_file *file = &io->files[count];

        if (!place->heals && !place->writes)
            continue;
        if (!place->writes)
            take_present(work, txn, place);
        slot_job_name_file(file, place->row.number);
        file->removes = place->content.len == 0;
        buffer_add(&file->bytes, place->content.at, place->content.len);
        buffer_add(&file->earlier, place->earlier.at, place->earlier.len);
        count++;
    }
    work->is_sent = waits;
    if (waits)
        slot_io_hurry(io, call_deadline(work->call));
    slot_writes_start(work->p, io, waits ? take_written : note_healed, work);
}

void slot_job_explain(const struct work *work, struct fault *fault)
{
    (void)work;
    message_complete(fault);
}

void slot_job_answer(struct work *work, struct slot_said *said)
{
    const struct slot_job *job = slot_job_of(work);

    said->message = job->said;
    said->bank = job->bank;
    said->number = job->bank_number;
    log_info("%.*s", TEXT_ARG(job->said));
    work_answer(work, said);
}
