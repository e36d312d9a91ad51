/* bundle_sampler.h: a sampler manifest: the sounds of a shared store, with their digests (docs/bundles.md). It may come
 * from a stranger. All memory is in the arena. Any thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_SAMPLER_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_SAMPLER_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/err.h"
#include "schema_cli.h"

struct bundle_sample {
    struct text name, digest; /* 64 hexadecimal digits in lower case */
    struct text uri;          /* s3_uri, else nas_path; "": none */
    bool has_lufs, has_peak;
    double lufs, peak; /* as stated */
};

/* Zeroed: no manifest. */
struct bundle_sampler {
    bool is_read;
    uint32_t count;
    struct bundle_sample *at; /* in the order of the file */
};

/* Reads the file at a path that a person named. Errors (explained, the field is the path of the value): bad_request,
 * too_large, and those of file_read_all. */
enum err bundle_sampler_read(const char *path, struct arena *arena, struct bundle_sampler *to, struct fault *fault);

const struct bundle_sample *bundle_sampler_find(const struct bundle_sampler *sampler, struct text name); /* or NULL */

/* The filters of a file dialogue: one for each suffix of the names, sorted; without names *.wav and *.flac. */
void bundle_sampler_filters(const struct text_list *names, struct arena *arena, struct bundle_filter_list *to);
struct text_list bundle_sampler_names(const struct bundle_sampler *sampler, struct arena *arena);

/* Appends what a dialogue says of the sounds: "3 choir layers available", by the first word of their names, or "3
 * assets available" if they differ. */
void bundle_sampler_say(const struct bundle_sampler *sampler, struct buffer *to);

#endif
