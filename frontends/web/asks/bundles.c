/* bundles.c: bundles, by `loophole bundle`. One command runs at a time. */
#include "frontends/web/asks/bundles.h"

#include <stdio.h>
#include <string.h>

#include "common/alloc.h"
#include "frontends/web/asks/own_command.h"
#include "proto/wire/json.h"

enum { NAMES_MOST = 64, REMARKS_MOST = 64, REMARK_BYTES = 512, OUTPUT_MOST = 32 << 20 };
static const usec_t limit = 600000000; /* the longest budget of an ask */

/* ---- the answer ---- */

static struct bundle_done describe_summary(const struct bundle_summary *from)
{
    struct bundle_done to = { .manifest_sha256 = from->manifest_sha256,
                              .project = from->project,
                              .asset_names = from->asset_names,
                              .patterns = from->patterns,
                              .mixer_snapshots = from->mixer_snapshots,
                              .sampler_assets = from->sampler_assets,
                              .missing = from->missing,
                              .files = from->files,
                              .bytes = from->bytes,
                              .left_out = from->left_out,
                              .has_destination = from->has_destination,
                              .destination = from->destination,
                              .has_checkpoint = from->has_checkpoint,
                              .checkpoint = from->checkpoint };

    if (to.asset_names.count > NAMES_MOST)
        to.asset_names.count = NAMES_MOST;
    return to;
}

/* Lines that are no summary are warnings. */
static bool read_summary(struct buffer *output, struct arena *arena, struct bundle_done *to)
{
    char *rest = (char *)(uintptr_t)buffer_c(output);
    struct bundle_summary summary = { 0 };
    struct text_list remarks = { 0, arena_array(arena, REMARKS_MOST, sizeof(*remarks.at)) };
    bool is_read = false;

    for (char *line; (line = own_command_line(&rest)) != NULL;) {
        struct text text = text_of(line);

        if (json_read(&bundle_summary_shape, text, arena, &summary, NULL) == ERR_OK)
            is_read = true;
        else if (remarks.count < REMARKS_MOST && text.len <= REMARK_BYTES)
            remarks.at[remarks.count++] = text;
    }
    *to = describe_summary(&summary);
    to->remarks = remarks;
    return is_read;
}

static void fail_unread(struct service *service, struct ticket ticket)
{
    struct fault fault = { 0 };

    (void)fault_set(&fault, ERR_INTERNAL, "loophole bundle printed no line that can be read");
    ticket_fail(service, ticket, &fault);
}

static void answer_done(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct bundle_done done;

    if (read_summary(output, &arena, &done))
        ticket_answer(service, ticket, &done);
    else
        fail_unread(service, ticket);
    arena_free(&arena);
}

static void answer_offer(struct service *service, struct ticket ticket, struct buffer *output)
{
    struct arena arena = { 0 };
    struct bundle_offer offer = { 0 };
    char *rest = (char *)(uintptr_t)buffer_c(output), *line = own_command_line(&rest);

    if (line && json_read(&bundle_offer_shape, text_of(line), &arena, &offer, NULL) == ERR_OK)
        ticket_answer(service, ticket, &offer);
    else
        fail_unread(service, ticket);
    arena_free(&arena);
}

/* ---- the command ---- */

struct bundle_words {
    const char *words[OWN_COMMAND_WORDS + 1];
    uint32_t count;
    struct call *call;
};

static void put_word(struct bundle_words *to, const char *word)
{
    to->words[to->count++] = word;
}

/* Adds --OPTION=VALUE; nothing for an empty value. */
static void add_option(struct bundle_words *to, const char *option, const char *value, size_t len)
{
    if (len > 0)
        put_word(to, arena_printf(call_arena(to->call), "--%s=%.*s", option, (int)len, value).at);
}

/* A path that the command and its answer mean alike: the command runs in the folder of the gateway. */
static enum err add_path(struct bundle_words *to, const char *option, struct bytes path)
{
    if (path.len == 0)
        return ERR_OK;
    if (path.at[0] != '/' || memchr(path.at, 0, path.len))
        return refuse(to->call, ERR_BAD_REQUEST, "the path \"%.*s\" is not absolute: begin it with /", (int)path.len,
                      (const char *)path.at);
    if (option)
        add_option(to, option, (const char *)path.at, path.len);
    else
        put_word(to, arena_printf(call_arena(to->call), "%.*s", (int)path.len, (const char *)path.at).at);
    return ERR_OK;
}

static enum err need_path(struct bundle_words *to, const char *option, struct bytes path)
{
    return path.len ? add_path(to, option, path) : refuse(to->call, ERR_BAD_REQUEST, "a path is missing");
}

/* Each is NAME=PATH, also with a comma and a word after it. */
static enum err add_named_paths(struct bundle_words *to, const char *option, const struct bytes_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct bytes one = list->at[i];
        const uint8_t *equals = one.len ? memchr(one.at, '=', one.len) : NULL;

        if (!equals || equals == one.at || equals + 1 == one.at + one.len || equals[1] != '/' ||
            memchr(one.at, 0, one.len))
            return refuse(to->call, ERR_BAD_REQUEST, "\"%.*s\" is not a name, = and a path that begins with /",
                          (int)one.len, (const char *)one.at);
        add_option(to, option, (const char *)one.at, one.len);
    }
    return ERR_OK;
}

static struct bundle_words words_of(struct call *call, const char *verb)
{
    return (struct bundle_words){ .words = { "bundle", verb, "--json" }, .count = 3, .call = call };
}

static bool take_step(struct text line, struct own_command_step *to)
{
    struct arena arena = { 0 };
    struct bundle_step step = { 0 };
    const bool is_step = json_read(&bundle_step_shape, line, &arena, &step, NULL) == ERR_OK;

    if (is_step) {
        (void)text_copy(to->step, sizeof(to->step), step.step);
        to->done = step.done;
        to->total = step.total;
    }
    arena_free(&arena);
    return is_step;
}

/* `label` NULL: it is no task. */
static enum err run_bundle(struct own_asks *own, struct bundle_words *words, const char *label,
                           own_command_answer *answer)
{
    const struct own_command_task task = { .name = "bundle",
                                           .words = words->words,
                                           .errands = own->bundles,
                                           .limit = limit,
                                           .output_most = OUTPUT_MOST,
                                           .label = label,
                                           .take_step = label ? take_step : NULL };

    return own_command_start(own, words->call, &task, answer);
}

enum err bundles_plan(struct own_asks *own, struct call *call, const struct web_bundle_plan *ask)
{
    struct bundle_words words = words_of(call, "plan");
    enum err e = add_path(&words, "sampler-manifest", ask->sampler_manifest);

    return e == ERR_OK ? run_bundle(own, &words, NULL, answer_offer) : e;
}

enum err bundles_verify(struct own_asks *own, struct call *call, const struct web_bundle_verify *ask)
{
    struct bundle_words words = words_of(call, "verify");
    enum err e = need_path(&words, NULL, ask->bundle);

    if (e == ERR_OK && ask->has_quick && ask->quick)
        put_word(&words, "--quick");
    put_word(&words, "--progress");
    put_word(&words, "--budget=600000");
    return e == ERR_OK ? run_bundle(own, &words, "Checking a bundle", answer_done) : e;
}

/* The command has an id of its own: a copy of the ask that came after a death of the gateway cannot tell whether it is
 * done. */
static enum err refuse_begun(struct call *call, const char *shown)
{
    if (!recall_was_begun(call))
        return ERR_OK;
    return refuse(call, ERR_CONFLICT, "the gateway ended meanwhile: %s shows whether it is done", shown);
}

enum err bundles_export(struct own_asks *own, struct call *call, const struct web_bundle_export *ask)
{
    struct bundle_words words = words_of(call, "export");
    enum err e = refuse_begun(call, "the folder");

    if (e == ERR_OK)
        e = need_path(&words, "bundle-root", ask->bundle_root);
    if (e == ERR_OK)
        e = add_path(&words, "zip", ask->zip);
    if (e == ERR_OK)
        e = add_path(&words, "sampler-manifest", ask->sampler_manifest);
    if (e == ERR_OK)
        e = add_named_paths(&words, "asset", &ask->assets);
    if (e == ERR_OK)
        e = add_named_paths(&words, "mixer-snapshot", &ask->mixer_snapshots);
    if (e != ERR_OK)
        return e;
    if (ask->has_strict && ask->strict)
        put_word(&words, "--strict");
    if (ask->has_without_missing && ask->without_missing)
        put_word(&words, "--without-missing");
    put_word(&words, "--progress");
    put_word(&words, "--budget=600000");
    if (ask->project.len) {
        put_word(&words, "--");
        put_word(&words, arena_printf(call_arena(call), "%.*s", TEXT_ARG(ask->project)).at);
    }
    return run_bundle(own, &words, "Exporting a bundle", answer_done);
}

enum err bundles_import(struct own_asks *own, struct call *call, const struct web_bundle_import *ask)
{
    struct bundle_words words = words_of(call, "import");
    char id[ID_TEXT_SIZE];
    enum err e = refuse_begun(call, "`loophole project list`");

    if (e == ERR_OK)
        e = need_path(&words, "bundle-root", ask->bundle);
    if (e == ERR_OK)
        e = need_path(&words, "destination-root", ask->destination_root);
    if (e != ERR_OK)
        return e;
    add_option(&words, "name", ask->name.at, ask->name.len);
    add_option(&words, "request-id", id_write(call_request(call), id), ID_TEXT_SIZE - 1);
    put_word(&words, "--progress");
    put_word(&words, "--budget=600000");
    return run_bundle(own, &words, "Importing a bundle", answer_done);
}
