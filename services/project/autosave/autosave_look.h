/* autosave_look.h: reads the sets of autosaves in a project's folder, which may come from a stranger: all is bounded,
 * no link leads out, and a file whose reading ended the service is left alone (file_io.h). Of a set of this catalogue
 * only the digest of its snapshot is checked, because the store has what it has, or more. Any other one counts as a
 * file's content: it is checked as a project.json is. In a thread. */
#ifndef LOOPHOLE_PROJECT_AUTOSAVE_LOOK_H
#define LOOPHOLE_PROJECT_AUTOSAVE_LOOK_H

#include "services/project/base/file_io.h"
#include "store/autosave/autosave_layout.h"
#include "store/autosave/set_files.h"

/* A state of a project that differs from its save, and that no person has answered. */
struct autosave_offer {
    struct arena arena; /* of the texts */
    struct set_name set;
    bool is_elsewhere; /* it is the snapshot of a set that this catalogue did not write; otherwise the store has it */
    char content[33];
    uint64_t saved;   /* the number of the save that it was compared with; 0: none */
    uint32_t damaged; /* newer sets that are damaged */
    struct text_list differs;
    struct autosave_manifest manifest;
};
void autosave_offer_free(struct autosave_offer *offer);                                           /* and zeroes it */
void autosave_offer_manifest(struct autosave_offer *offer, const struct autosave_manifest *from); /* copies it */

/* "Autosaved NAME at YYYYMMDD-HHMMSS", in UTC. */
struct text autosave_prompt(const struct autosave_offer *offer, struct text name, struct arena *arena);

struct autosave_look {
    /* what is compared */
    struct errand *errand;
    struct beneath *in; /* the project's folder */
    struct in_hand *hand;
    struct id project, catalogue;
    uint64_t head;               /* of the change log */
    uint64_t saved;              /* number of the last save; 0: none */
    struct text save_content;    /* digest of its parts */
    const struct tree *save;     /* its document; NULL: none */
    const char *content;         /* digest of the parts in the store */
    const struct tree *answered; /* a list of digests; NULL: none */

    /* what was found */
    bool has_newest;
    struct set_name newest;                   /* of this catalogue, and not damaged … */
    char newest_content[33];                  /* … and its parts */
    struct autosave_manifest newest_manifest; /* in `arena` */
    struct arena arena;
    bool has_foreign; /* the newest set from elsewhere that is not damaged was read … */
    bool has_offer;   /* … and is offered */
    struct autosave_offer offer;
    uint32_t damaged; /* sets before `newest` */
};

void autosave_look(struct autosave_look *look);
bool autosave_is_answered(const struct tree *answered, const char *content);

/* Reads the snapshot of a set as a document of this project (document.h), and checks its digest and its parts.
 * `content` becomes the digest of these. Errors (explained): not_found, bad_request, version, too_large, internal, io,
 * denied. */
enum err autosave_read_set(struct beneath *in, struct in_hand *hand, struct id project, const struct set_name *set,
                           struct document *to, char content[33], struct fault *fault);

#endif
