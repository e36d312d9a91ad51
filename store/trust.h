/* trust.h: whether the store may be used without a check of all its pages. Two small files beside data.mdb say so:
 *
 *   state   the writer's: "closed INODE SIZE TIME" of the data.mdb that it closed; "open BOOT", the boot id of the
 *           machine when it opened the store; "damaged INODE SIZE TIME REASON" after a check that found damage
 *   doubt   empty: a process met damaged pages, or died while reading; any process makes it, a signal handler too
 *
 * A store that its writer closed is trusted while data.mdb is the same file. After its writer was killed, a store is
 * trusted until the machine boots again, because LMDB is consistent after a kill. Any other store is checked before a
 * service uses it (verify.h). A store without these files is trusted: it is new, restored, or older than this rule.
 * Neither file is synced; losing one costs a check. Any thread. */
#ifndef LOOPHOLE_STORE_TRUST_H
#define LOOPHOLE_STORE_TRUST_H

#include <stdbool.h>

#include "common/err.h"

enum trust { TRUSTED, TRUST_CHECK, TRUST_DAMAGED };

enum { TRUST_REASON = 160 };

/* `reason` becomes that of the damage, else "". */
enum trust trust_look(const char *directory, char reason[TRUST_REASON]);

/* For the holder of the writer's lock. Only a check removes a doubt: a reader may make one while the writer opens. */
void trust_opened(const char *directory);
void trust_checked(const char *directory);
void trust_closed(const char *directory);
void trust_damaged(const char *directory, const char *reason);

/* Doubts the store: no reader begins a transaction (trust_is_doubted) until the writer has checked it. */
void trust_doubt(const char *directory);
bool trust_is_doubted(const char *directory);

/* Sets a reader's error by trust_look. io: damaged. offline: the writer checks it first. ok: trusted. */
enum err trust_refuse(const char *directory, struct fault *fault);

/* Sets the fault "the store is damaged (REASON): restore a backup …", with a hint; returns io. */
enum err trust_say_damaged(const char *reason, struct fault *fault);

/* A crash of this process between trust_enter and trust_leave doubts the store of trust_watch. One store in a process;
 * the calls may be nested. */
void trust_watch(const char *directory);
void trust_enter(void);
void trust_leave(void);

#endif
