/* room.h: the bytes that peers have sent, and the room that is left for more. Any thread. */
#ifndef LOOPHOLE_PROTO_PEERS_ROOM_H
#define LOOPHOLE_PROTO_PEERS_ROOM_H

#include "proto/peers/table.h"

enum { PEER_BUFFER_BYTES = 18 << 10 };                   /* the most that a small message keeps */
void peers_room_charge(struct peer *peer, size_t bytes); /* of its incomplete message */
void peers_room_arrived(struct peer *peer);              /* the message is complete, and waits for the loop */
void peers_room_free(size_t charged);                    /* the loop has dropped it */
void peers_room_settle(void);                            /* no message waits */
void peers_room_reset(struct peer *peer);                /* forgets bytes that ZeroMQ has not finished reading */
size_t peers_room_bytes(void);                           /* bytes charged for */
size_t peers_room_left(void);                            /* for large frames */
bool peers_room_takes_small(void);                       /* true while fewer small messages wait than their bound */

/* The charge for the frames of a message, without the last one if that is small. */
size_t peers_charge(size_t frame_bytes, bool has_more);
void peers_take(size_t charged); /* the loop has received the message */

#endif
