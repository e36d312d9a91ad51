/* label_proof.h: workers that plan a file, and compare two. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LABEL_PROOF_H
#define LOOPHOLE_FRONTENDS_CLI_LABEL_PROOF_H

#include "frontends/cli/send/labelling.h"

enum err label_plan_file(struct labelling *labelling, const struct label_job *job, int fd, struct label_plan *plan,
                         struct fault *fault);

/* The sound of both files has the same bytes, and the new one says the labels. `job` NULL: a file that is restored.
 * `content` of the item's row; empty: unknown. Errors: conflict (the file has another sound). */
enum err label_prove(struct labelling *labelling, const struct relabel *relabel, struct text extension,
                     const struct label_job *job, struct bytes content, struct fault *fault);
void label_end_reading(struct label_reader *reading);

#endif
