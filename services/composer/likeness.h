/* likeness.h: recognises copies of the sounds of packs by their sound: converted files, which have another content. A
 * pass compares each content of the catalogue with the sounds that the community published, and persist keeps the facts
 * of the sound that it is a copy of (lessons of the kind alike). It runs while no exchange does, in slices, after the
 * inbox or the catalogue changed. Nothing leaves for it. The loop's thread. */
#ifndef LOOPHOLE_COMPOSER_LIKENESS_H
#define LOOPHOLE_COMPOSER_LIKENESS_H

#include "services/composer/state.h"

/* Does the next slice of the pass, or begins one if it is due. Called at the end of each turn. */
void likeness_turn(struct composer *composer);
void likeness_free(struct likeness *likeness);

#endif
