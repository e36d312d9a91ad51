/* composer.h: the service: opening and closing. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_COMPOSER_H
#define LOOPHOLE_COMPOSER_COMPOSER_H

#include "services/composer/state.h"

void composer_open(struct composer *composer); /* ends the process if it cannot */
void composer_close(struct composer *composer);
/* Stops an exchange. Errors: not_found, conflict (`forget`). */
enum err composer_cancel(void *composer, struct id task, struct fault *fault);
/* Shows the exchange in progress as a task, and why the last one failed as an alarm. */
void composer_report(void *composer, struct arena *arena, struct service_status *to);

extern const struct composer_handlers asks_handlers;

#endif
