/* song_follow.h: while an entry of a song plays, gives the audio core the next one, by this service's own ask
 * project.play_song. Which entry plays is in the core's score alone: a successor of either service continues there. The
 * loop's thread. */
#ifndef LOOPHOLE_PROJECT_SONG_FOLLOW_H
#define LOOPHOLE_PROJECT_SONG_FOLLOW_H

#include "services/project/base/project.h"

/* Hears the audio core, and looks once. Errors (explained): full. */
enum err song_follow_open(struct project *p, struct fault *fault);
void song_follow_close(struct project *p);

void song_follow(struct project *p); /* an entry may play: look at once */

#endif
