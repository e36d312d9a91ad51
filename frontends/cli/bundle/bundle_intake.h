/* bundle_intake.h: the files of a bundle as they come in, from a folder or from an archive: their sizes and digests,
 * and the content of those that are JSON. They go to a tree, or nowhere. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_INTAKE_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_INTAKE_H

#include "common/buffer.h"
#include "common/id_table.h"
#include "frontends/cli/bundle/bundle_digest.h"
#include "frontends/cli/bundle/bundle_path.h"
#include "frontends/cli/bundle/bundle_progress.h"
#include "frontends/cli/send/new_folder.h"

struct bundle_file {
    struct text path;
    uint64_t size;
    char digest[BUNDLE_DIGEST_SIZE]; /* "": the content was not read */
    bool is_kept;
    struct text content; /* if it is kept */
};

/* Zeroed with its arena, `fd` -1, and its tree or NULL. */
struct bundle_intake {
    struct arena *arena;
    const struct new_folder *to;
    struct bundle_progress *progress; /* of the files; NULL: none */
    struct id_table *wanted; /* hashes of paths: other files are not written and not noted; NULL: all are wanted */
    bool skips;              /* the present file is not wanted */
    uint32_t count, room;
    struct bundle_file *files; /* in the order in which they came */
    struct id_table places;    /* the number of a file, from 1, by the hash of its path */
    uint64_t bytes, kept;      /* of all files; of those that are kept */
    int fd;                    /* of the present one */
    struct bundle_digest digest;
    struct buffer content;
};

/* A file begins, gets bytes, ends. After an error call only bundle_intake_free. Errors (explained): bad_request (the
 * path; a file of that name came already), too_large (JSON), those of the tree and of bundle_cancel_check. */
enum err bundle_intake_begin(struct bundle_intake *intake, struct text path, struct fault *fault);
enum err bundle_intake_add(struct bundle_intake *intake, struct bytes bytes, struct fault *fault);
enum err bundle_intake_end(struct bundle_intake *intake, struct fault *fault);

struct id bundle_intake_key(struct text path); /* of a file in `wanted` */

/* Notes a file whose content is not read. */
void bundle_intake_note(struct bundle_intake *intake, struct text path, uint64_t size);

/* NULL: no such file came. */
const struct bundle_file *bundle_intake_find(const struct bundle_intake *intake, struct text path);

void bundle_intake_free(struct bundle_intake *intake); /* what lies in the arena stays */

#endif
