/* trust.h: whether the store may be used without a look at all of its pages. Two small files beside data.mdb say so:
 *
 *   state   the writer's: "closed INODE SIZE TIME" of data.mdb as it left it; "open BOOT", the machine's boot at
 *           which it opened the store; "damaged INODE SIZE TIME REASON" when the check found damage
 *   doubt   empty: a process met damaged pages, or died while it read; any process makes it, a signal handler too
 *
 * A store that its writer closed is trusted while data.mdb is the same file, and one whose writer was killed until the
 * machine boots again: LMDB is whole after a kill. Every other store is checked before a service uses it (verify.h). A
 * store without these files is trusted: it is new, restored, or older than this rule. Neither file is synced: what is
 * lost of them costs a check. Any thread. */
#ifndef LOOPHOLE_STORE_TRUST_H
#define LOOPHOLE_STORE_TRUST_H

#include <stdbool.h>

#include "common/err.h"

enum trust { TRUSTED, TRUST_CHECK, TRUST_DAMAGED };

enum { TRUST_REASON = 160 };

/* `reason` is that of the damage, else "". */
enum trust trust_look(const char *directory, char reason[TRUST_REASON]);

/* For the holder of the writer's lock. trust_opened takes back a doubt. */
void trust_opened(const char *directory);
void trust_closed(const char *directory);
void trust_damaged(const char *directory, const char *reason);

/* From now on no reader begins a transaction (trust_is_doubted), until the writer has checked the store. */
void trust_doubt(const char *directory);
bool trust_is_doubted(const char *directory);

/* The error for a reader, by trust_look. io: it is damaged. offline: the writer checks it first. ok: trusted. */
enum err trust_refuse(const char *directory, struct fault *fault);

/* "the store is damaged (REASON): restore a backup …", with the hint what to do about it; returns io. */
enum err trust_say_damaged(const char *reason, struct fault *fault);

/* A crash of this process between trust_enter and trust_leave is a doubt of the store that was given to trust_watch.
 * One store a process; they may be nested. */
void trust_watch(const char *directory);
void trust_enter(void);
void trust_leave(void);

#endif
