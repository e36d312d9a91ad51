/* layouts.h: the kit layouts that the community knows. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_LAYOUTS_H
#define LOOPHOLE_COMPOSER_LAYOUTS_H

#include "services/composer/state.h"

/* Fills `to` with the first LAYOUT_SLOTS slots in the inbox after that of the ask, by layout and number, and says if
 * there are more. Leaves out a lesson that is no slot. Errors (explained): offline, full, and those of the store. */
enum err layouts_list(struct composer *composer, struct arena *arena, const struct composer_layouts *ask,
                      struct layouts_known *to, struct fault *fault);

#endif
