/* autosave_layout.h: the -layout.json of an autosave: what a program that offers it shows, and what says whether its
 * snapshot is whole. docs/recovery.md has its keys. Pure; any thread. */
#ifndef LOOPHOLE_STORE_AUTOSAVE_LAYOUT_H
#define LOOPHOLE_STORE_AUTOSAVE_LAYOUT_H

#include "common/id.h"
#include "proto/wire/schema.h"
#include "proto/wire/tree.h"
#include "store/autosave/set_name.h"

enum { AUTOSAVE_ASSETS_MOST = 64 };

/* The sampler assets that the manifest of a bundle lists. */
struct autosave_manifest {
    struct text sha256;      /* of its bytes, in hex; "": there is none */
    uint64_t count;          /* assets */
    struct text_list assets; /* the names of the first ones */
};

struct autosave_layout {
    struct text project_word;     /* the project as it is written … */
    struct id project, catalogue; /* … and read; zero: it is no id, or is not there */
    struct text name;             /* of the project */
    struct set_name set;
    const char *reason;  /* as in autosave_job.h */
    bool lacks_saved;    /* another program wrote it without `saved` */
    uint64_t saved;      /* number of the last save when it was made; 0: none */
    bool is_empty;       /* the project has no parts but its sound */
    struct text content; /* digest of the parts: document_hash */
    struct text digest;  /* of the bytes of the snapshot */
    struct autosave_manifest manifest;
};

/* The text of the file. `counts` has the number of parts in each list of the snapshot; `preview` is what a preview of
 * it would play. `content` and `digest` are of the snapshot. */
struct text autosave_layout_write(const struct autosave_layout *layout, struct tree counts, struct tree preview,
                                  struct arena *arena);

/* Reads one that may come from a stranger. False: it is none. Texts are in the arena. */
bool autosave_layout_read(struct bytes from, struct arena *arena, struct autosave_layout *to);

/* Reads project_manifest.json. One that cannot be read has no assets. `sha256` is not set. */
void autosave_manifest_read(struct bytes from, struct arena *arena, struct autosave_manifest *to);

/* "Autosaved NAME at YYYYMMDD-HHMMSS", in UTC. */
struct text autosave_layout_prompt(const struct set_name *set, struct text name, struct arena *arena);

#endif
