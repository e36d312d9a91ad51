#include "common/owner.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

enum { PASSWD_SIZE = 4096, GROUP_SIZE = 8192 };

const char *owner_write(uid_t uid, char to[OWNER_SIZE])
{
    char memory[PASSWD_SIZE];
    struct passwd entry, *found = NULL;

    if (getpwuid_r(uid, &entry, memory, sizeof(memory), &found) == 0 && found)
        (void)snprintf(to, OWNER_SIZE, "%.40s (%u)", found->pw_name, (unsigned)uid);
    else
        (void)snprintf(to, OWNER_SIZE, "%u", (unsigned)uid);
    return to;
}

static enum err refuse_owner(const char *path, uid_t uid, struct fault *fault)
{
    char owner[OWNER_SIZE], us[OWNER_SIZE];

    fault_set(fault, ERR_DENIED, "%s belongs to user %s, not to %s", path, owner_write(uid, owner),
              owner_write(geteuid(), us));
    return fault ? fault_hint(fault, "run loophole as its owner, or point LOOPHOLE_HOME to a folder of your own")
                 : ERR_DENIED;
}

static enum err refuse_mode(const char *path, mode_t mode, struct fault *fault)
{
    fault_set(fault, ERR_DENIED, "%s can be written by other users (mode %04o)", path, (unsigned)(mode & 07777));
    return fault
               ? fault_hint(fault,
                            "others may have changed files in it; if all files in it are yours, run: chmod 700 %.150s",
                            path)
               : ERR_DENIED;
}

/* A group with the user's name that has no other member: `umask 002` then gives no other user write access. */
static bool is_user_group(gid_t gid)
{
    char memory[PASSWD_SIZE], members[GROUP_SIZE];
    struct passwd user, *found = NULL;
    struct group group, *own = NULL;

    return gid == getegid() && getpwuid_r(geteuid(), &user, memory, sizeof(memory), &found) == 0 && found &&
           user.pw_gid == gid && getgrgid_r(gid, &group, members, sizeof(members), &own) == 0 && own &&
           strcmp(group.gr_name, user.pw_name) == 0 &&
           (!*group.gr_mem || (strcmp(*group.gr_mem, user.pw_name) == 0 && !group.gr_mem[1]));
}

enum err owner_check(const char *path, bool close, struct fault *fault)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return ERR_OK;
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, ERR_EXISTS, "%s is not a directory: remove or rename it", path);
    if (st.st_uid != geteuid())
        return refuse_owner(path, st.st_uid, fault);
    if ((st.st_mode & 002) != 0 || ((st.st_mode & 020) != 0 && !(close && is_user_group(st.st_gid))))
        return refuse_mode(path, st.st_mode, fault);
    if (close && (st.st_mode & 077) != 0 && chmod(path, 0700) != 0 && (st.st_mode & 020) != 0)
        return refuse_mode(path, st.st_mode, fault);
    return ERR_OK; /* some file systems have no modes */
}

void owner_hint(const char *path, struct fault *fault)
{
    char part[PATH_MAX], owner[OWNER_SIZE];
    struct stat st;
    char *slash;

    if (!fault || fault->code != ERR_DENIED || fault->hint[0] || !text_copy(part, sizeof(part), text_of(path)))
        return;
    while (stat(part, &st) != 0 && (slash = strrchr(part, '/')) != NULL && slash != part)
        *slash = '\0';
    if (stat(part, &st) == 0)
        (void)fault_hint(fault, "%.200s belongs to user %s", part, owner_write(st.st_uid, owner));
}
