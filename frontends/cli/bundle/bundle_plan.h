/* bundle_plan.h: what an export writes: the patterns, snapshots and sounds of a project, and the sounds that are
 * missing. One thread; all memory is in cli->arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_PLAN_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_PLAN_H

#include "common/id_table.h"
#include "common/naming/safe_names.h"
#include "frontends/cli/base/cli.h"
#include "frontends/cli/bundle/bundle_measure.h"
#include "frontends/cli/bundle/bundle_project_file.h"
#include "frontends/cli/bundle/bundle_sampler.h"
#include "proto/wire/tree.h"

/* A pattern or a snapshot of a mixer: its file is written from this text. */
struct bundle_part {
    struct text id, path, text;
    uint64_t slot; /* of a pattern */
    int64_t length, counted;
    double time;      /* seconds since 1970 */
    struct text type; /* of a snapshot */
};

/* A sound. Items of the same content share one. */
struct bundle_sound {
    struct text name, path;  /* in the bundle */
    struct text content;     /* of an item, in hex digits; "": unknown */
    const struct item *item; /* or … */
    const char *file;        /* … a path that a person named, or … */
    const char *copy;        /* … a copy in Media of the folder of --project-file */
};

/* An item of the project, and the sound that it became. */
struct bundle_use {
    struct id id;
    const struct bundle_sound *sound; /* NULL: it is missing */
};

struct bundle_plan {
    struct cli *cli;
    struct tree document; /* project.json */
    struct bundle_sampler sampler;
    struct safe_names patterns, mixers, assets;
    uint32_t pattern_count, mixer_count, sound_count, use_count;
    struct bundle_part *pattern, *mixer;
    struct bundle_sound *sound;
    struct bundle_use *use;
    uint32_t pattern_room, mixer_room, sound_room;
    struct bundle_project_file from; /* of --project-file */
    struct id_table items;           /* the numbers of the items in the document, from 1 */
    struct text_list missing;        /* names */
};

/* Reads the project that the command names, or that of --project-file, and finds its sounds. Errors (explained): those
 * of the project and of search; bad_request (an option); not_found (sounds are missing, and --without-missing was not
 * given). */
enum err bundle_plan_make(struct cli *cli, struct bundle_plan *to, struct fault *fault);
void bundle_plan_free(struct bundle_plan *plan);

#endif
