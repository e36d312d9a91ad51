/* labels.c: labels write, labels restore: the tags, the key and the tempo of items in their own files, and back. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/musical_key.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/send/item_file.h"
#include "frontends/cli/send/relabel.h"
#include "proto/transport/sandboxed.h"
#include "proto/wire/codec.h"
#include "schema_indexer.h"

enum { PATIENCE_MS = 60000, WAYS_MOST = 64 /* back, of one item */, WAY_MOST = 8 << 20, PART_SIZE = 64 };

/* A worker: one plans the new files, another reads both files and compares them. */
struct label_reader {
    const char *mode;
    struct sandboxed worker;
};

struct labelling {
    struct cli *cli;
    char program[PATH_MAX + 32], ways[PATH_MAX + 32], part[PART_SIZE];
    struct label_reader planner, judge;
    struct arena arena; /* of the item in hand */
    uint64_t number, written, same, failed;
};

/* ---- workers ---- */

static void end_reading(struct label_reader *reading)
{
    if (reading->worker.pid)
        sandboxed_end(&reading->worker, (char[SANDBOXED_WHY_SIZE]){ 0 });
    reading->worker.pid = 0;
}

/* Errors: io (no worker can be started), bad_request (it ended), timeout. */
static enum err ask_worker(struct labelling *labelling, struct label_reader *reading, const struct shape *shape,
                           const void *ask, int fd, const struct shape *answer_shape, void *answer, struct fault *fault)
{
    int64_t patience_ms = labelling->cli->options.budget_ms ? labelling->cli->options.budget_ms : PATIENCE_MS;
    enum err e = ERR_OK;

    if (reading->worker.pid == 0)
        e = sandboxed_start(&reading->worker, labelling->program, reading->mode, fault);
    if (e != ERR_OK)
        return e;
    e = pipe_send(&reading->worker.pipe, shape, ask, fd, fault);
    if (e == ERR_OK)
        e = sandboxed_wait(&reading->worker, answer_shape, &labelling->arena, answer, patience_ms * 1000, NULL, fault);
    if (e == ERR_OK)
        return ERR_OK;
    end_reading(reading);
    return e == ERR_TIMEOUT ? fault_set(fault, e, "its reader was silent for %g s", (double)patience_ms / 1e3)
                            : fault_set(fault, ERR_BAD_REQUEST, "its reader ended");
}

static enum err plan_file(struct labelling *labelling, const struct label_job *job, int fd, struct label_plan *plan,
                          struct fault *fault)
{
    enum err e = ask_worker(labelling, &labelling->planner, &label_job_shape, job, fd, &label_plan_shape, plan, fault);

    if (e == ERR_OK && plan->number != job->number)
        return fault_set(fault, ERR_BAD_REQUEST, "its reader sent an invalid answer");
    if (e == ERR_OK && plan->failure.len > 0)
        return fault_set(fault, ERR_BAD_REQUEST, "%.*s", TEXT_ARG(plan->failure));
    return e;
}

/* The hash of its sound, and the labels that it says. */
static enum err hash_file(struct labelling *labelling, struct text extension, int fd, struct analysed *found,
                          struct fault *fault)
{
    struct job job = { .number = ++labelling->number, .mode = { .value = WORKER_MODE_HASH }, .extension = extension };
    struct result result = { 0 };
    enum err e = ask_worker(labelling, &labelling->judge, &job_shape, &job, fd, &result_shape, &result, fault);

    *found = result.found;
    if (e == ERR_OK && (result.number != job.number || found->content.len != sizeof(struct hash)))
        return fault_set(fault, ERR_BAD_REQUEST, "it cannot be read: %.*s", TEXT_ARG(found->failure));
    return e;
}

/* ---- proof ---- */

static const struct fact *find_label(const struct analysed *found, const char *attribute)
{
    for (uint32_t i = 0; i < found->facts.count; i++)
        if (text_is(found->facts.at[i].attribute, attribute) && found->facts.at[i].source.value == SOURCE_FILE)
            return &found->facts.at[i];
    return NULL;
}

static bool says_labels(const struct analysed *found, const struct label_job *job)
{
    const struct fact *bpm = find_label(found, "bpm"), *key = find_label(found, "key");
    int wanted;

    if (job->bpm > 0 && !(bpm && bpm->has_number && fabs(bpm->number - job->bpm) < 0.01))
        return false;
    if (job->key.len > 0 && musical_key_read(job->key, &wanted) &&
        !(key && key->has_text && text_is(key->text, musical_key_name(wanted))))
        return false;
    return job->tags.count == 0 || find_label(found, "keywords");
}

/* The sound of both files has the same bytes, and the new one says the labels. `job` NULL: a file that is restored. */
static enum err prove_file(struct labelling *labelling, const struct relabel *relabel, struct text extension,
                           const struct label_job *job, struct fault *fault)
{
    struct analysed before, after;
    enum err e = hash_file(labelling, extension, relabel->fd, &before, fault);

    if (e == ERR_OK)
        e = hash_file(labelling, extension, relabel->to, &after, fault);
    if (e != ERR_OK)
        return e;
    if (memcmp(before.content.at, after.content.at, sizeof(struct hash)) != 0)
        return fault_set(fault, ERR_INTERNAL, "its sound would change: nothing was written");
    if (job && !says_labels(&after, job))
        return fault_set(fault, ERR_BAD_REQUEST, "it would not say its labels: another tag contradicts them");
    return ERR_OK;
}

/* ---- the way back ---- */

static void name_way(const struct labelling *labelling, struct id item, int number, char to[PATH_MAX + 64])
{
    char id[ID_TEXT_SIZE];

    (void)snprintf(to, PATH_MAX + 64, "%s/%s-%d", labelling->ways, id_write(item, id), number);
}

/* The ways back of an item are numbered from 1. */
static int count_ways(const struct labelling *labelling, struct id item)
{
    char path[PATH_MAX + 64];
    int count = 0;

    do
        name_way(labelling, item, ++count, path);
    while (count <= WAYS_MOST && access(path, F_OK) == 0);
    return count - 1;
}

static enum err keep_way(struct labelling *labelling, const struct relabel *relabel, struct id item,
                         struct label_piece_list back, struct fault *fault)
{
    const struct labels_written way = { .path = bytes_of(relabel->path, strlen(relabel->path)),
                                        .size = (uint64_t)relabel->st.st_size,
                                        .digest = bytes_of(relabel->before.b, sizeof(relabel->before.b)),
                                        .new_size = relabel->size,
                                        .new_digest = bytes_of(relabel->after.b, sizeof(relabel->after.b)),
                                        .pieces = back };
    struct buffer bytes = { 0 };
    char path[PATH_MAX + 64];
    int count = count_ways(labelling, item);

    if (count >= WAYS_MOST) {
        fault_set(fault, ERR_FULL, "its labels were written %d times, and undo keeps no more", count);
        return fault_hint(fault, "`loophole labels restore ID` takes the last time back");
    }
    enum err e = file_make_dirs(labelling->ways, 0700, fault);
    if (e == ERR_OK)
        e = codec_encode(&labels_written_shape, &way, &bytes, fault);
    name_way(labelling, item, count + 1, path);
    if (e == ERR_OK)
        e = file_write_atomic(path, bytes_of(bytes.at, (uint32_t)bytes.len), 0600, fault);
    buffer_free(&bytes);
    return e;
}

static enum err read_way(struct labelling *labelling, const char *path, struct buffer *bytes,
                         struct labels_written *way, struct fault *fault)
{
    enum err e = file_read_all(path, WAY_MOST, bytes, fault);

    if (e == ERR_OK)
        e = codec_decode(&labels_written_shape, bytes_of(bytes->at, (uint32_t)bytes->len), &labelling->arena, way,
                         fault);
    return e;
}

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
    char path[PATH_MAX], id[ID_TEXT_SIZE];
    struct stat st;
    int fd;
    enum err e = item_file_open(item, &fd, &st, fault); /* explains an absent file */

    *relabel = (struct relabel){ .fd = -1, .folder = -1, .to = -1 };
    if (fd >= 0)
        close(fd);
    (void)snprintf(labelling->part, sizeof(labelling->part), ".loophole-labels-%s.part", id_write(item->media.id, id));
    if (e == ERR_OK && !bytes_copy(path, sizeof(path), item->path))
        e = fault_set(fault, ERR_BAD_REQUEST, "its path is too long");
    return e == ERR_OK ? relabel_open(relabel, path, labelling->part, fault) : e;
}

static enum err write_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault)
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
        e = plan_file(labelling, &job, relabel.fd, &plan, fault);
    if (e == ERR_OK)
        e = relabel_make(&relabel, plan.pieces, &labelling->arena, &back, fault);
    *is_same = e == ERR_OK && memcmp(&relabel.before, &relabel.after, sizeof(relabel.before)) == 0;
    if (e == ERR_OK && !*is_same) {
        e = prove_file(labelling, &relabel, job.extension, &job, fault);
        if (e == ERR_OK)
            e = keep_way(labelling, &relabel, item->media.id, back, fault);
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

/* A death between the way back and the new name leaves a way for a file that was never written: it is passed over. */
static enum err take_way(struct labelling *labelling, const struct item *item, const char *way_path, bool *is_void,
                         struct fault *fault)
{
    char extension[TEXT_EXTENSION_SIZE];
    struct labels_written way = { 0 };
    struct label_piece_list forth;
    struct buffer bytes = { 0 };
    struct relabel relabel;
    enum err e = open_item(labelling, item, &relabel, fault);

    text_extension(item->media.file, extension);
    if (e == ERR_OK)
        e = read_way(labelling, way_path, &bytes, &way, fault);
    if (e == ERR_OK && (uint64_t)relabel.st.st_size == way.new_size)
        e = relabel_make(&relabel, way.pieces, &labelling->arena, &forth, fault);
    *is_void = e == ERR_OK && !has_digest(&relabel.before, (uint64_t)relabel.st.st_size, way.new_digest, way.new_size);
    if (e == ERR_OK && !*is_void && !has_digest(&relabel.after, relabel.size, way.digest, way.size))
        e = fault_set(fault, ERR_IO, "%.150s is damaged", way_path);
    if (e == ERR_OK && !*is_void)
        e = prove_file(labelling, &relabel, text_of(extension), NULL, fault);
    if (e == ERR_OK && !*is_void)
        e = relabel_commit(&relabel, fault);
    if (e == ERR_OK && !*is_void)
        rescan_folder(labelling, &relabel);
    relabel_close(&relabel);
    buffer_free(&bytes);
    return e;
}

static enum err restore_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault)
{
    char path[PATH_MAX + 64];
    bool is_void = true;
    enum err e = ERR_OK;

    *is_same = false;
    for (int i = count_ways(labelling, item->media.id); e == ERR_OK && is_void && i > 0; i--) {
        name_way(labelling, item->media.id, i, path);
        e = take_way(labelling, item, path, &is_void, fault);
        if (e == ERR_OK && !is_void)
            (void)unlink(path);
    }
    if (e == ERR_OK && is_void)
        return fault_set(fault, ERR_NOT_FOUND, "nothing was written into it, or it was changed since");
    return e;
}

/* ---- the commands ---- */

typedef enum err label_item(struct labelling *labelling, const struct item *item, bool *is_same, struct fault *fault);

static void print_item(struct labelling *labelling, const struct item *item, bool is_same, const char *done,
                       const struct fault *fault)
{
    struct cli *cli = labelling->cli;
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
        cli_print(&cli->out, "not %s: %.*s: %s\n", done, TEXT_ARG(item->media.name), fault->what);
    else
        cli_print(&cli->out, "%s: %.*s\n", is_same ? "the same" : done, TEXT_ARG(item->media.name));
    cli_flush(cli);
}

static enum err label_one(struct labelling *labelling, struct id id, label_item *label, const char *done,
                          struct fault *fault)
{
    struct search_get get = { .has_id = true, .id = id };
    struct media_found found = { 0 };
    struct fault why = { 0 };
    struct item item;
    bool is_same = false;
    enum err e = cli_ask(labelling->cli, "search.get", &get, &found, fault);

    if (e != ERR_OK)
        return e;
    e = codec_copy(&item_shape, &found.item, &labelling->cli->arena, &item); /* other asks overwrite the answer */
    if (e == ERR_OK)
        e = label(labelling, &item, &is_same, &why);
    arena_reset(&labelling->arena);
    labelling->failed += e != ERR_OK;
    print_item(labelling, &item, is_same, done, e == ERR_OK ? NULL : &why);
    if (e != ERR_OK && fault->code == ERR_OK)
        *fault = why;
    return ERR_OK;
}

static enum err label_all(struct cli *cli, label_item *label, const char *done, struct fault *fault)
{
    struct labelling labelling = { .cli = cli, .planner.mode = "label" };
    struct fault first = { 0 };
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    (void)snprintf(labelling.program, sizeof(labelling.program), "%s/loophole-worker", cli->paths.programs);
    (void)snprintf(labelling.ways, sizeof(labelling.ways), "%s/labels", cli->paths.data);
    if (e == ERR_OK)
        e = cli_confirm_many(cli, items.count, fault);
    for (uint32_t i = 0; e == ERR_OK && i < items.count; i++)
        e = label_one(&labelling, items.at[i], label, done, &first);
    end_reading(&labelling.planner);
    end_reading(&labelling.judge);
    arena_free(&labelling.arena);
    if (e != ERR_OK && first.code != ERR_OK)
        *fault = first;
    if (e != ERR_OK || labelling.failed == 0)
        return e;
    return fault_set(fault, first.code, "%llu of %u files could not be changed", (unsigned long long)labelling.failed,
                     items.count);
}

enum err labels_write(struct cli *cli, struct fault *fault)
{
    return label_all(cli, write_item, "written", fault);
}

enum err labels_restore(struct cli *cli, struct fault *fault)
{
    return label_all(cli, restore_item, "restored", fault);
}
