/* document_read.h: reads a project document. */
#ifndef LOOPHOLE_PROJECT_PARTS_DOCUMENT_READ_H
#define LOOPHOLE_PROJECT_PARTS_DOCUMENT_READ_H

#include "services/project/parts/document.h"

/* The parts of a document: the project, then the others in the order of their ids. Ids that it lacks are made from its
 * content, so that reading it twice gives the same ids. With `as`, ids of another project: a copy. A part whose foreign
 * id is the alias of a part in `present` is that part; NULL: none is. Errors (explained; the field is the path of the
 * value, as clips[3].gain): bad_request (two parts with one id too), version (a newer major version), too_large. */
enum err document_read(const struct tree *document, const struct id *as, const struct element_list *present,
                       struct arena *arena, struct id *project, struct element_list *to, struct fault *fault);
/* True if the project has an id of ours in the document. The draft project has none: each engine's has the same id. */
bool document_has_id(const struct tree *document);
bool document_is_draft(const struct tree *document); /* of this engine, or of another one */
/* Finds a part in such a list; NULL: it is not there. */
const struct element *document_part(const struct element_list *list, struct id id);

#endif
