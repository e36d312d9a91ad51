/* voice_place.h: where a voice is in its file and its ring, and the record that describes it to clients. */
#ifndef LOOPHOLE_STREAMER_VOICE_PLACE_H
#define LOOPHOLE_STREAMER_VOICE_PLACE_H

#include "services/streamer/play/voice_state.h"

struct handover_piece *voice_piece(const struct voice *voice);
double voice_ahead(const struct voice *voice);    /* seconds in its ring */
bool voice_is_to_come(const struct voice *voice); /* the core keeps its start cue for a frame to come */

/* Returns the frame of the file at which the played or repeated part ends; 0: the end of the file. */
int64_t voice_part_end(const struct voice *voice);

/* Converts a frame of the current piece to a frame of the file. A piece that is a loop has no end. */
int64_t voice_place(const struct voice *voice, int64_t frame);
int64_t voice_frame_of_cell(const struct voice *voice,
                            int64_t cell);               /* of the generation, from 0: the frame of the file */
int64_t voice_sounding_frame(const struct voice *voice); /* the frame of the file that sounds */
void voice_end_at(struct voice *voice, uint64_t end);    /* the sound ends at that cell, unless it ends before */
void voice_forget_sought(struct voice *voice);           /* the piece of a seek */
void voice_stay(struct voice *voice);                    /* gives up a seek: the old generation plays to its end */
void voice_stall(struct voice *voice, bool dry);         /* reports that its ring ran dry, or no more */

/* Fills the schema's record; its paths point into shared memory. */
void voice_describe(const struct voice *voice, struct stream_voice *to);

#endif
