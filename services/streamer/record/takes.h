/* takes.h: recordings. A take is a media item from the start (persist.reserve). Its file lies in the folder Media/Audio
 * of the open project, or in the recordings folder. At its end the streamer reports the take to persist, as final or
 * abandoned.
 *
 *   starting: latency, inputs, folder, library, item ──► (bars: until its bar is near) ──► making: its file
 *       ──► waiting: the audio core begins ──► going ──► stopping: the ring is drained
 *       ──► reporting to persist until it has acknowledged ──► free
 *                                                  └──► encoding: FLAC is made of its WAV, in a queue ──► reporting
 *
 * After a death, the next streamer needs only the file and the capture ring. It finds the pending items in the store,
 * continues the take that the audio core still captures, and finishes the others. The loop's thread; take_file and
 * take_flac touch the disk. */
#ifndef LOOPHOLE_STREAMER_TAKES_H
#define LOOPHOLE_STREAMER_TAKES_H

#include "services/streamer/record/take_state.h"

/* Reads [recording]; `config` notes values that do not fit. */
void takes_settings(struct takes *takes, struct config *config, const struct paths *paths);

/* The caller sets `service`, `core` and `locator` before. Errors: full, io. */
enum err takes_open(struct takes *takes, struct fault *fault);
void takes_close(struct takes *takes); /* leaves a running take to the successor */
void takes_tick(struct takes *takes);
void takes_turn(struct takes *takes); /* at the end of each turn of the loop */
bool takes_busy(const struct takes *takes);

/* Begins a take; answers later with it. Errors: bad_request, busy (another take runs), offline (no audio core), those
 * of locate_read. */
enum err takes_record(struct takes *takes, struct call *call, const struct streamer_record *ask);

/* True, with a filled answer, if this same ask began the current take: the streamer died before it answered. */
bool takes_is_under_way(const struct takes *takes, struct call *call, struct recording *answer);

/* Stops or cancels the current take (`wish`), and answers at its end. An earlier ask to end the take fails with
 * conflict. If the last take has ended by itself, a stop answers with that take. Errors: not_found (no take
 * runs), busy (a repeated ask means another take). */
enum err takes_end(struct takes *takes, struct call *call, enum take_wish wish, struct recording *answer);

/* Errors: not_found (not a take), those of locate_read. */
enum err takes_one(struct takes *takes, struct call *call, struct id id, struct recording *answer);

/* The pending, abandoned and cut takes. Errors: full, those of locate_read. */
enum err takes_list(struct takes *takes, struct call *call, struct recordings *answer);

/* Deletes an abandoned take with its file; answers later. Errors: not_found, conflict (not abandoned), offline (its
 * disk is away), busy, those of locate_read. */
enum err takes_delete(struct takes *takes, struct call *call, struct id id);

/* Recovers the takes of predecessors; answers later with them. Errors: busy (too many clients wait), full, io. */
enum err takes_recover(struct takes *takes, struct call *call);

#endif
