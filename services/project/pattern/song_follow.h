/* song_follow.h: while an entry of a song plays, queues the next one in the audio core, by sending project.play_song to
 * this service. Only the core's score has the number of the playing entry; a successor of either service continues
 * there. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SONG_FOLLOW_H
#define LOOPHOLE_PROJECT_SONG_FOLLOW_H

#include "services/project/base/project.h"

/* Subscribes to the events of the audio core, and looks once. Errors (explained): full. */
enum err song_follow_open(struct project *p, struct fault *fault);
void song_follow_close(struct project *p);

void song_follow(struct project *p); /* an entry may play: look at once */

#endif
