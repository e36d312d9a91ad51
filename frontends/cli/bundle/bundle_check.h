/* bundle_check.h: compares the files of a bundle with its manifest. `verify`, `import` and `export` use this one
 * check. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_CHECK_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_CHECK_H

#include "frontends/cli/bundle/bundle_intake.h"
#include "frontends/cli/bundle/bundle_manifest.h"

/* A bundle that was read. */
struct bundle_checked {
    char digest[BUNDLE_DIGEST_SIZE]; /* of the manifest's bytes */
    struct bundle_manifest manifest;
    bool has_project;
    struct tree project; /* project.json */
    uint64_t missing;    /* assets that the manifest itself lists as missing */
    uint64_t left_out;   /* files that the manifest does not name */
};

/* Reads the manifest of the intake into `to`, as soon as it is there. Errors (explained): those of
 * bundle_manifest_read; bad_request (there is none). */
enum err bundle_check_manifest(const struct bundle_intake *intake, struct bundle_checked *to, struct fault *fault);

/* Checks all else: each file that the manifest names is there and has its digest; patterns and snapshots can be read,
 * and patterns have the stated steps; project.json has the digests that it states. Call bundle_check_manifest first.
 * Errors (explained, with the name of the file): bad_request, too_large, version. */
enum err bundle_check_files(const struct bundle_intake *intake, struct bundle_checked *to, struct fault *fault);

/* The steps of a pattern that are no rests, in all rows. */
struct pattern;
int64_t bundle_check_count_steps(const struct pattern *pattern);

/* Sets in a project.json the digests of itself and of the manifest: its key `bundle`. Returns its text. */
struct text bundle_check_seal(struct tree *project, const char *manifest_digest, struct arena *arena);

#endif
