/* autosave_layout.h: the -layout.json of an autosave: what a program that offers it shows, and what says whether its
 * snapshot is whole. docs/recovery.md has its keys. Pure; any thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_LAYOUT_H
#define LOOPHOLE_PROJECT_AUTOSAVE_LAYOUT_H

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
    struct id project, catalogue;
    struct text name; /* of the project */
    struct set_name set;
    const char *reason;  /* as in autosave_job.h */
    bool lacks_saved;    /* another program wrote it without `saved` */
    uint64_t saved;      /* number of the last save when it was made; 0: none */
    bool is_empty;       /* the project has no parts but its sound */
    struct text content; /* digest of the parts: document_hash */
    struct text digest;  /* of the bytes of the snapshot */
    struct autosave_manifest manifest;
};

/* The text of the file. `document` is the snapshot: its counts, tempo and pattern are the summary. */
struct text autosave_layout_write(const struct autosave_layout *layout, const struct tree *document,
                                  struct arena *arena);

/* Reads one that may come from a stranger. False: it is none. Texts are in the arena. */
bool autosave_layout_read(struct bytes from, struct arena *arena, struct autosave_layout *to);

/* Reads project_manifest.json. One that cannot be read has no assets. `sha256` is not set. */
void autosave_manifest_read(struct bytes from, struct arena *arena, struct autosave_manifest *to);

/* True if a document has no parts but the project and its sound. */
bool autosave_is_empty(const struct tree *document);

#endif
