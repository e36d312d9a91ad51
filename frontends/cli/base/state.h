/* state.h: the state of one command: its options, its arguments, its output. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_STATE_H
#define LOOPHOLE_FRONTENDS_CLI_STATE_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/paths.h"
#include "proto/transport/ask.h"
#include "proto/wire/schema.h"

/* The values of all options; a command's row lists the ones that it takes. */
struct options {
    bool json, wait, watch, follow, follow_links, hidden_files, accept_missing, retry_failed, full, any, alike, all,
        totals, dry_run, prometheus;
    bool force, room, remake;
    bool content, hard, off, yes, empty, apply, new;
    int64_t limit, budget_ms, expect, clients, seconds, rate, seed;
    const char *sort, *fields, *facets, *cursor, *in, *request_id, *body, *weights, *plot, *type, *png, *kind, *inside;
    const char *like, *unlike, *more, *save, *scope, *to, *undo, *by;
    bool open, immediate;
    int64_t period, page, times, bars, count_in;
    bool loop, in_context, stretch, start_transport, line;
    const char *gain, *from, *until, *loop_from, *chain, *key, *at, *fade, *fade_in, *fade_out;
    const char *name, *inputs, *format, *gaps, *port, *at_bar, *punch, *source;
    const char *role, *section, *slots, *spread, *chops, *track, *quantise, *strength, *as_pattern;
    const char *tags, *without;
    const char *project, *folder, *label, *view;
    bool file, check, without_missing, trust_links, with_projects, settings, read_only, mine;
    bool draft, last_save, both;
    int64_t bits;
    bool mono, normalise, whole, loopback;
    const char *rename;
    struct text_list ignore;
    const char *bundle_root, *destination_root, *zip, *project_file, *sampler_manifest;
    struct text_list mixer_snapshot, asset;
    bool strict, quick, progress, as_audio;
    const char *project_id, *autosave_dir, *manifest;
    int64_t iterations, interval_seconds, asset_count;
};

struct commands;

struct cli {
    const struct commands *commands; /* all of them */
    struct paths paths;
    struct asker *asker;
    struct options options;
    struct arena arena; /* valid until the process ends */
    struct buffer out;  /* printed by cli_flush */
    int count;          /* arguments after the command and its options */
    char **args;
};

#endif
