#include "services/indexer/remake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/indexer/analyse/remake_find.h"
#include "services/indexer/analyse/remake_survey.h"

enum {
    GOING_MAX = 16,
    FIND_MAX = 16,
    AGAIN_US = 600000000,   /* between surveys without a reason */
    FOLDER_US = 10000000,   /* between surveys because the folder changed */
    PATIENCE_US = 30000000, /* after the start, for the first scans, which find where files are now */
    CLOCK_STEP_US = 2000000,
};

/* ---- what earlier surveys found complete ---- */

static const char *seen_file(const struct indexer *indexer, char to[PATH_MAX])
{
    snprintf(to, PATH_MAX, "%.4000s/artefacts.seen", service_paths(indexer->service)->cache);
    return to;
}

static usec_t read_seen(const struct indexer *indexer)
{
    struct buffer text = { 0 };
    char path[PATH_MAX];
    int64_t seen = 0;

    if (file_read_all(seen_file(indexer, path), 64, &text, NULL) == ERR_OK) {
        buffer_add(&text, "", 1);
        if (text.failed || sscanf((const char *)text.at, "%" SCNd64, &seen) != 1 || seen < 0)
            seen = 0;
    }
    buffer_free(&text);
    return seen;
}

static void write_seen(const struct indexer *indexer)
{
    char path[PATH_MAX], text[32];
    int len = snprintf(text, sizeof(text), "%" PRId64 "\n", (int64_t)indexer->remake.read_from);

    (void)file_write_soon(seen_file(indexer, path), bytes_of(text, (size_t)len), 0600, NULL);
}

/* A number that changes when the folder is replaced, or its subfolders change. */
static uint64_t mark_of_folder(const struct indexer *indexer)
{
    char path[PATH_MAX];
    struct stat st;

    snprintf(path, sizeof(path), "%.4000s/artefact", service_paths(indexer->service)->data);
    if (stat(path, &st) < 0)
        return 0;
    return (uint64_t)st.st_ino * 0x9e3779b97f4a7c15u ^ (uint64_t)st.st_mtim.tv_sec * 1000000007u ^
           (uint64_t)st.st_mtim.tv_nsec;
}

/* ---- opening ---- */

void remake_open(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;

    r->wanted = true;
    r->read_from = read_seen(indexer);
    r->errands = errands_new(indexer->mailbox, 2);
}

void remake_close(struct indexer *indexer)
{
    free(indexer->remake.contents);
    id_table_free(&indexer->remake.going);
    id_table_free(&indexer->remake.hopeless);
}

/* ---- a round ---- */

static bool is_idle(const struct remake *r)
{
    return r->next == r->count && r->first_count == 0 && r->going.count == 0 && !r->finding;
}

static void begin_round(struct remake *r)
{
    if (r->total)
        return;
    r->task = id_new();
    r->since = clock_now();
    r->done = r->failed = r->away = 0;
}

/* The next survey reads the files that changed since this one, and those of the contents that this one found: some of
 * them may never be made again. If the survey was cut, other such contents are unknown. A successor does not know the
 * contents, so the file with the time is written only if there are none. */
static void advance_survey(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;

    if (r->cut) {
        r->read_from = read_seen(indexer);
        r->wanted = r->done > 0;
        return;
    }
    r->read_from = r->survey_began - CLOCK_STEP_US;
    if (r->count == 0)
        write_seen(indexer);
}

static void end_round(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;

    if (r->total)
        log_info(
            "contents with lost artefacts: made again %llu, waiting for a volume that is away %llu, impossible %llu",
            (unsigned long long)r->done, (unsigned long long)r->away, (unsigned long long)r->failed);
    if (r->survey_began && !r->surveying)
        advance_survey(indexer);
    if (!r->surveying)
        r->survey_began = 0;
    r->total = 0;
    r->cut = false;
}

unsigned remake_list_task(const struct indexer *indexer, struct task *task)
{
    const struct remake *r = &indexer->remake;

    if (r->total == 0)
        return 0;
    *task = (struct task){ .id = r->task,
                           .label = TEXT("Making artefacts again"),
                           .done = r->done + r->failed + r->away,
                           .total = r->total,
                           .failed = r->failed,
                           .since = r->since };
    return 1;
}

/* ---- the survey ---- */

static void end_survey(void *state, struct id *contents, uint32_t count, bool cut, enum err e)
{
    struct indexer *indexer = state;
    struct remake *r = &indexer->remake;

    r->surveying = false;
    r->surveyed = clock_steady();
    r->survey_again = r->surveyed + AGAIN_US;
    if (e != ERR_OK) {
        free(contents);
        r->survey_began = 0;
        r->survey_again = r->surveyed + FOLDER_US;
        return;
    }
    free(r->contents);
    r->contents = contents;
    r->count = count;
    r->next = 0;
    r->cut = cut;
    if (count) {
        log_warn("contents whose artefacts are lost or changed, and are made again: %u", count);
        begin_round(r);
        r->total += count;
    }
    remake_turn(indexer);
}

static void start_survey(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;
    struct remake_survey_order order = { .catalogue = indexer->catalogue,
                                         .paths = service_paths(indexer->service),
                                         .read_from = r->thorough ? 0 : r->read_from,
                                         .again = r->contents,
                                         .again_count = r->count,
                                         .surveyed = end_survey,
                                         .state = indexer };

    r->folder_mark = mark_of_folder(indexer);
    r->survey_began = clock_now();
    remake_survey_start(r->errands, &order);
    r->surveying = true;
    r->wanted = r->thorough = false;
}

/* ---- files of contents ---- */

static void give_work(struct indexer *indexer, const struct remake_place *place, bool first)
{
    struct remake *r = &indexer->remake;
    char copy[PATH_MAX];
    const char *below;
    struct library_state *lib;
    struct analysis *analysis;

    if (place->path.len == 0) {
        r->away += place->exists;
        r->total -= !place->exists && r->total > 0;
        return;
    }
    analysis = analysis_new(place->path);
    if (!analysis || !id_table_add(&r->going, place->content)) {
        analysis_free(analysis);
        r->total -= r->total > 0;
        return;
    }
    lib = library_state_at(indexer->libraries, place->path, &below, copy);
    analysis->id = place->media;
    analysis->library = lib ? lib->library.id : (struct id){ { 0 } };
    analysis->size = place->size;
    analysis->mtime = place->mtime;
    analysis->content = place->content;
    pipeline_remake(indexer->pipeline, analysis, first);
}

static void take_places(void *state, const struct remake_place *places, uint32_t count, bool first)
{
    struct indexer *indexer = state;

    indexer->remake.finding = false;
    for (uint32_t i = 0; i < count; i++)
        give_work(indexer, &places[i], first);
    remake_turn(indexer);
}

static uint32_t take_first(struct remake *r, struct id to[FIND_MAX])
{
    uint32_t count = r->first_count < FIND_MAX ? r->first_count : FIND_MAX;

    memcpy(to, r->first, count * sizeof(*to));
    memmove(r->first, r->first + count, (r->first_count - count) * sizeof(*to));
    r->first_count -= count;
    return count;
}

static uint32_t take_next_contents(struct remake *r, struct id to[FIND_MAX])
{
    uint32_t count = 0;

    for (; r->next < r->count && count < FIND_MAX; r->next++) {
        if (id_table_has(&r->hopeless, r->contents[r->next]))
            r->failed++;
        else if (id_table_has(&r->going, r->contents[r->next]))
            r->total--;
        else
            to[count++] = r->contents[r->next];
    }
    return count;
}

static void start_finding(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;
    struct id contents[FIND_MAX];
    bool first = r->first_count > 0;
    uint32_t count = first ? take_first(r, contents) : take_next_contents(r, contents);
    struct remake_find_order order = { .catalogue = indexer->catalogue,
                                       .contents = contents,
                                       .count = count,
                                       .first = first,
                                       .found = take_places,
                                       .state = indexer };

    if (count == 0)
        return;
    r->finding = remake_find_start(r->errands, &order) == ERR_OK;
    if (!r->finding)
        r->total -= r->total < count ? r->total : count;
}

/* ---- on the loop ---- */

/* The list waits until the first scans know where the files are; an ask of a person does not wait. */
static bool may_begin(const struct indexer *indexer)
{
    return indexer->loaded && pipeline_analyser(indexer->pipeline) &&
           (state_is_idle(indexer) || clock_steady() - indexer->started > PATIENCE_US);
}

void remake_turn(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;
    bool begins = may_begin(indexer);

    if (begins && r->wanted && !r->surveying && is_idle(r))
        start_survey(indexer);
    if (!r->finding && r->going.count < GOING_MAX && (r->first_count || (begins && r->next < r->count)))
        start_finding(indexer);
    if (is_idle(r) && (r->total || (r->survey_began && !r->surveying)))
        end_round(indexer);
}

void remake_look(struct indexer *indexer)
{
    struct remake *r = &indexer->remake;
    usec_t now = clock_steady();

    if (r->survey_again && now >= r->survey_again) {
        id_table_free(&r->hopeless); /* for another try */
        r->survey_again = now + AGAIN_US;
        r->wanted = true;
    }
    if (!r->surveying && r->surveyed && now - r->surveyed > FOLDER_US && mark_of_folder(indexer) != r->folder_mark)
        r->wanted = true;
}

void remake_made(void *state, struct id content, enum remade_how how)
{
    struct indexer *indexer = state;
    struct remake *r = &indexer->remake;

    id_table_remove(&r->going, content);
    r->done += how == REMADE;
    r->away += how == REMADE_NOT_NOW;
    r->failed += how == REMADE_NEVER;
    if (how == REMADE_NEVER && limits_leave(id_table_growth(&r->hopeless)))
        id_table_add(&r->hopeless, content);
    remake_turn(indexer);
}

/* ---- asks of a person ---- */

void remake_want(struct indexer *indexer)
{
    indexer->remake.wanted = true;
}

static bool is_known(const struct remake *r, struct id content)
{
    for (uint32_t i = 0; i < r->first_count; i++)
        if (id_equal(r->first[i], content))
            return true;
    return id_table_has(&r->going, content);
}

static enum err refuse_offline(struct fault *fault)
{
    fault_set(fault, ERR_OFFLINE, "artefact waits: offline");
    return fault_hint(fault, "no file of this item's content can be read now: its volume is away");
}

static enum err content_of(struct indexer *indexer, struct id id, struct id *content, struct fault *fault)
{
    struct arena arena = { 0 };
    struct media media;
    struct bytes path;
    char text[ID_TEXT_SIZE];
    enum err e = catalogue_reader_media(indexer->catalogue, &arena, id, &media);

    if (e != ERR_OK)
        fault_set(fault, e, e == ERR_NOT_FOUND ? "no media item %s" : "media item %s cannot be read",
                  id_write(id, text));
    else if (media.content.len != sizeof(content->b))
        e = fault_set(fault, ERR_NOT_FOUND, "the item is not analysed");
    if (e == ERR_OK) {
        memcpy(content->b, media.content.at, sizeof(content->b));
        if (catalogue_reader_reachable(indexer->catalogue, &arena, media.content, &media, &path) == ERR_NOT_FOUND)
            e = refuse_offline(fault);
    }
    arena_free(&arena);
    return e;
}

enum err remake_ask(struct indexer *indexer, struct id media, struct fault *fault)
{
    struct remake *r = &indexer->remake;
    struct id content;
    enum err e = content_of(indexer, media, &content, fault);

    if (e != ERR_OK || is_known(r, content))
        return e;
    if (r->first_count == REMAKE_FIRST)
        return fault_set(fault, ERR_BUSY, "the artefacts of %d items are already being made again", REMAKE_FIRST);
    id_table_remove(&r->hopeless, content);
    begin_round(r);
    r->total++;
    r->first[r->first_count++] = content;
    if (clock_steady() - r->surveyed > FOLDER_US)
        r->wanted = true; /* rarely is only one file gone */
    remake_turn(indexer);
    return ERR_OK;
}
