#include "frontends/cli/send/labels.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/musical_key.h"
#include "frontends/cli/base/change.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/send/label_proof.h"
#include "frontends/cli/send/label_ways.h"
#include "frontends/cli/send/send_commands.h"
#include "proto/wire/codec_copy.h"

/* ---- one item ---- */

static struct text short_key(struct arena *arena, const struct fact *fact)
{
    int key;

    if (!fact || !fact->has_text || !musical_key_read(fact->text, &key))
        return (struct text){ 0 };
    const char *name = musical_key_name(key);
    return arena_printf(arena, "%.*s%s", (int)strcspn(name, "m"), name, key & 1 ? "m" : "");
}

static enum err make_job(struct labelling *labelling, const struct item *item, struct label_job *job,
                         struct fault *fault)
{
    char extension[TEXT_EXTENSION_SIZE];
    const struct fact *bpm = item_fact(item, "bpm");

    text_extension(item->media.file, extension);
    *job =
        (struct label_job){ .number = ++labelling->number,
                            .extension = arena_text(&labelling->cli->arena, text_of(extension)),
                            .tags = item->media.tags,
                            .key = short_key(&labelling->cli->arena, item_fact(item, "key")),
                            .bpm = bpm && bpm->has_number && bpm->number > 0 && bpm->number <= 999 ? bpm->number : 0 };
    if (job->tags.count == 0 && job->key.len == 0 && !(job->bpm > 0))
        return fault_set(fault, ERR_BAD_REQUEST, "it has no tags, no key and no tempo");
    return ERR_OK;
}

static void rescan_folder(struct labelling *labelling, const struct relabel *relabel)
{
    const char *slash = strrchr(relabel->path, '/');
    const struct indexer_rescan rescan = { .path = bytes_of(relabel->path, (size_t)(slash - relabel->path) + 1),
                                           .has_shallow = true,
                                           .shallow = true };
    struct fault none = { 0 };

    (void)cli_ask(labelling->cli, "indexer.rescan", &rescan, NULL, &none); /* a watch sees it too */
}

static enum err open_item(struct labelling *labelling, const struct item *item, struct relabel *relabel,
                          struct fault *fault)
{
    char id[ID_TEXT_SIZE];
    struct stat st;
    int fd;
    enum err e = item_file_open(item, true, &fd, &st, fault);

    *relabel = (struct relabel){ .fd = -1, .folder = -1, .to = -1 };
    (void)snprintf(labelling->part, sizeof(labelling->part), ".loophole-labels-%s.part", id_write(item->media.id, id));
    return e == ERR_OK ? relabel_open(relabel, fd, labelling->part, fault) : e;
}

/* Notes the item as a part of this run's step of undo, or of a new one. Errors: those of persist.apply; conflict:
 * another change came after the step. */
static enum err note_step(struct labelling *labelling, struct id item, struct fault *fault)
{
    char write[ID_TEXT_SIZE];
    struct fact fact = { .attribute = TEXT("labels_written"),
                         .source.value = SOURCE_USER,
                         .has_text = true,
                         .text = text_of(id_write(labelling->write, write)),
                         .confidence = 1,
                         .shown = true };
    struct action action = { .has_edit = true, .edit = { .id = item, .facts = { 1, &fact } } };
    struct persist_apply apply = { .label = TEXT("Write labels into files"),
                                   .actions = { 1, &action },
                                   .has_step = labelling->step > 0,
                                   .step = labelling->step };
    struct applied applied = { 0 };
    enum err e = cli_change(labelling->cli, "persist.apply", &apply, &applied, fault);

    if (e == ERR_OK && labelling->step == 0)
        label_ways_forget_undone(labelling);
    labelling->step = e == ERR_OK ? applied.step : labelling->step;
    return e;
}

/* A write has one step, because undo restores all files of a write. */
static enum err note_way(struct labelling *labelling, const struct relabel *relabel, struct id item,
                         struct label_piece_list back, struct fault *fault)
{
    const int number = label_ways_count(labelling, item) + 1;
    enum err e = label_way_keep(labelling, relabel, item, number, back, fault);

    if (e != ERR_OK || labelling->is_again)
        return e;
    e = note_step(labelling, item, fault);
    if (e != ERR_CONFLICT || labelling->step == 0)
        return e;
    labelling->step = 0;
    labelling->write = id_new();
    e = label_way_keep(labelling, relabel, item, number, back, fault);
    return e == ERR_OK ? note_step(labelling, item, fault) : e;
}

enum err labels_write_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault)
{
    struct label_piece_list back;
    struct label_plan plan = { 0 };
    struct relabel relabel;
    struct label_job job;
    enum err e = make_job(labelling, item, &job, fault);

    if (e != ERR_OK)
        return e;
    e = open_item(labelling, item, &relabel, fault);
    if (e == ERR_OK)
        e = label_plan_file(labelling, &job, relabel.fd, &plan, fault);
    if (e == ERR_OK)
        e = relabel_make(&relabel, plan.pieces, &labelling->arena, &back, fault);
    *is_same = e == ERR_OK && memcmp(&relabel.before, &relabel.after, sizeof(relabel.before)) == 0;
    if (e == ERR_OK && !*is_same) {
        e = label_prove(labelling, &relabel, job.extension, &job, item->media.content, fault);
        if (e == ERR_OK)
            e = note_way(labelling, &relabel, item->media.id, back, fault);
        if (e == ERR_OK)
            e = relabel_commit(&relabel, fault);
        if (e == ERR_OK)
            rescan_folder(labelling, &relabel);
    }
    relabel_close(&relabel);
    return e;
}

/* True if the file has those bytes. */
static bool has_digest(const struct hash *hash, uint64_t size, struct bytes digest, uint64_t wanted)
{
    return size == wanted && digest.len == sizeof(*hash) && memcmp(hash, digest.at, sizeof(*hash)) == 0;
}

/* A command that was killed may have restored the file already. */
static bool was_restored(const struct relabel *relabel, const struct labels_written *way)
{
    struct hash_stream *stream = hash_new();
    char block[1 << 16];
    off_t at = 0;
    ssize_t got;

    while ((got = pread(relabel->fd, block, sizeof(block), at)) > 0) {
        hash_add(stream, block, (size_t)got);
        at += got;
    }
    const struct hash now = hash_so_far(stream);
    hash_free(stream);
    return got == 0 && has_digest(&now, (uint64_t)at, way->digest, way->size);
}

/* Makes the earlier content of the file, as its part. Sets *taken to WAY_TAKEN if this command wrote the file. */
static enum err make_before(struct labelling *labelling, struct relabel *relabel, const struct labels_written *way,
                            const char *way_path, enum way_taken *taken, struct fault *fault)
{
    struct label_piece_list forth;
    enum err e = ERR_OK;

    if ((uint64_t)relabel->st.st_size == way->new_size)
        e = relabel_make(relabel, way->pieces, &labelling->arena, &forth, fault);
    if (e != ERR_OK)
        return e;
    if (!has_digest(&relabel->before, (uint64_t)relabel->st.st_size, way->new_digest, way->new_size))
        *taken = was_restored(relabel, way) ? WAY_WAS : WAY_CHANGED;
    else if (!has_digest(&relabel->after, relabel->size, way->digest, way->size))
        return fault_set(fault, ERR_IO, "%.150s is damaged", way_path);
    else
        *taken = WAY_TAKEN;
    return ERR_OK;
}

/* A command that dies after it wrote the way back may not have replaced the file. Such a way is skipped. */
enum err labels_take_way(struct labelling *labelling, const struct item *item, const char *way_path,
                         enum way_taken *taken, struct fault *fault)
{
    char extension[TEXT_EXTENSION_SIZE];
    struct labels_written way = { 0 };
    struct buffer bytes = { 0 };
    struct relabel relabel;
    enum err e = open_item(labelling, item, &relabel, fault);

    *taken = WAY_CHANGED;
    text_extension(item->media.file, extension);
    if (e == ERR_OK)
        e = label_way_read(labelling, way_path, &bytes, &way, fault);
    if (e == ERR_OK)
        e = make_before(labelling, &relabel, &way, way_path, taken, fault);
    if (e == ERR_OK && *taken == WAY_TAKEN) {
        e = label_prove(labelling, &relabel, text_of(extension), NULL, (struct bytes){ 0 }, fault);
        if (e == ERR_OK)
            e = relabel_commit(&relabel, fault);
        if (e == ERR_OK)
            rescan_folder(labelling, &relabel);
    }
    relabel_close(&relabel);
    buffer_free(&bytes);
    return e;
}

static enum err restore_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault)
{
    char path[LABEL_PATH_SIZE];
    enum way_taken taken = WAY_CHANGED;
    enum err e = ERR_OK;

    *is_same = false;
    for (int i = label_ways_count(labelling, item->media.id); e == ERR_OK && taken != WAY_TAKEN && i > 0; i--) {
        label_way_name(labelling, item->media.id, i, path);
        e = labels_take_way(labelling, item, path, &taken, fault);
        if (e == ERR_OK && taken == WAY_TAKEN)
            (void)unlink(path);
    }
    if (e == ERR_OK && taken != WAY_TAKEN)
        return fault_set(fault, ERR_NOT_FOUND, "nothing was written into it, or it was changed since");
    return e;
}

/* ---- the commands ---- */

typedef enum err label_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault);

static void print_item(struct labelling *labelling, const struct item *item, bool is_same, const char *done,
                       const struct fault *fault)
{
    struct cli *cli = labelling->cli;
    const struct bytes file = item->media.file;
    const struct text name =
        file.len > 0 ? (struct text){ file.len, (const char *)file.at } : item->media.name; /* kick.wav, kick.mp3 */
    struct labelled_line line = { .id = item->media.id,
                                  .state = text_of(fault     ? "failed"
                                                   : is_same ? "same"
                                                             : done),
                                  .path = item->path,
                                  .has_failure = fault != NULL,
                                  .failure = text_of(fault ? fault->what : "") };

    if (cli->options.json)
        (void)cli_json(cli, &labelled_line_shape, &line);
    else if (fault)
        cli_print(&cli->out, "not %s: %.*s: %s\n", done, TEXT_ARG(name), fault->what);
    else
        cli_print(&cli->out, "%s: %.*s\n", is_same ? "the same" : done, TEXT_ARG(name));
    cli_flush(cli);
}

enum err labels_get_item(struct labelling *labelling, struct id id, struct item *item, struct fault *fault)
{
    struct search_get get = { .has_id = true, .id = id, .has_leads = true, .leads = true };
    struct media_found found = { 0 };
    enum err e = cli_ask(labelling->cli, "search.get", &get, &found, fault);

    return e == ERR_OK ? codec_copy(&item_shape, &found.item, &labelling->cli->arena, item) : e;
}

static enum err label_one(struct labelling *labelling, struct id id, label_item *label, const char *done,
                          struct fault *fault)
{
    struct fault why = { 0 };
    struct item item;
    bool is_same = false;
    enum err e = labels_get_item(labelling, id, &item, fault);

    if (e != ERR_OK)
        return e;
    e = label(labelling, &item, &is_same, &why);
    arena_reset(&labelling->arena);
    labelling->failed += e != ERR_OK;
    print_item(labelling, &item, is_same, done, e == ERR_OK ? NULL : &why);
    if (e != ERR_OK && fault->code == ERR_OK)
        *fault = why;
    return ERR_OK;
}

void labels_begin(struct labelling *labelling, struct cli *cli)
{
    *labelling = (struct labelling){ .cli = cli, .planner.mode = "label", .write = id_new() };
    (void)snprintf(labelling->program, sizeof(labelling->program), "%s/loophole-worker", cli->paths.programs);
    (void)snprintf(labelling->ways, sizeof(labelling->ways), "%s/labels", cli->paths.data);
}

void labels_end(struct labelling *labelling)
{
    label_end_reading(&labelling->planner);
    label_end_reading(&labelling->judge);
    arena_free(&labelling->arena);
}

static enum err label_all(struct cli *cli, label_item *label, const char *done, struct fault *fault)
{
    struct labelling labelling;
    struct fault first = { 0 };
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    labels_begin(&labelling, cli);
    if (e == ERR_OK)
        e = cli_confirm_many(cli, items.count, fault);
    for (uint32_t i = 0; e == ERR_OK && i < items.count; i++)
        e = label_one(&labelling, items.at[i], label, done, &first);
    labels_end(&labelling);
    if (e != ERR_OK || labelling.failed == 0)
        return e;
    return fault_set(fault, first.code, "%llu of %u file%s could not be changed", (unsigned long long)labelling.failed,
                     items.count, text_plural(items.count));
}

enum err labels_write(struct cli *cli, struct fault *fault)
{
    return label_all(cli, labels_write_item, "written", fault);
}

enum err labels_restore(struct cli *cli, struct fault *fault)
{
    return label_all(cli, restore_item, "restored", fault);
}
