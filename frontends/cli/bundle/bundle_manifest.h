/* bundle_manifest.h: project_manifest.json, version 1: what a bundle has, with its digests (docs/bundles.md). It may
 * come from a stranger. Any thread; all memory is in the caller's arena. */
#ifndef LOOPHOLE_FRONTENDS_CLI_BUNDLE_MANIFEST_H
#define LOOPHOLE_FRONTENDS_CLI_BUNDLE_MANIFEST_H

#include "frontends/cli/bundle/bundle_path.h"
#include "proto/wire/tree.h"

#define BUNDLE_VERSION "1.0.0"

enum { BUNDLE_MANIFEST_BYTES = 16 << 20 };

enum bundle_kind { BUNDLE_PATTERN, BUNDLE_MIXER, BUNDLE_ASSET, BUNDLE_KINDS };

/* A file that the manifest names. */
struct bundle_entry {
    enum bundle_kind kind;
    struct text id;   /* pattern_id, name or asset_name; a whole number as text */
    struct text path; /* with slashes, checked */
    struct text digest;
    struct text type;        /* of a mixer snapshot */
    struct text uri;         /* of an asset; "": none */
    bool has_steps;          /* the manifest states … */
    int64_t length, counted; /* … length_steps and step_count */
    bool has_lufs;
    double lufs;
};

struct bundle_manifest {
    struct tree tree;  /* all of it, also what this version does not know */
    struct text name;  /* of the project */
    double bpm, swing; /* of the project; 120 and 0 where it lacks them */
    uint32_t count;    /* entries */
    uint32_t counts[BUNDLE_KINDS];
    struct bundle_entry *entries; /* in the order of the manifest */
};

/* Reads and checks a manifest. Errors (explained, the field is the path of the value, as patterns[3].sha256):
 * bad_request (also two entries of one name, or whose paths are one name on some file system), too_large, version (a
 * newer major version). */
enum err bundle_manifest_read(struct text from, struct arena *arena, struct bundle_manifest *to, struct fault *fault);

/* The type of a snapshot of a mixer by its word; false: no such type. */
bool bundle_manifest_is_type(struct text type);

#endif
