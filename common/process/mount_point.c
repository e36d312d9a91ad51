#include "common/process/mount_point.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

enum { LINE = 2 * PATH_MAX };

/* Replaces "\040" by the byte. */
static void unescape_octal(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        bool is_octal = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3];
        *to = is_octal ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0')) : *from;
        from += is_octal ? 4 : 1;
    }
    *to = '\0';
}

/* The mount point and the device of a line such as "36 35 0:98 / /mnt rw,nosuid … - fuse.sshfs user@host:/dir rw,…". */
static char *read_target(char *line, dev_t *device)
{
    unsigned major_number = 0, minor_number = 0;
    char *at = line;

    if (sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2)
        *device = makedev(major_number, minor_number);
    for (int i = 0; i < 4 && at; i++)
        at = (at = strchr(at, ' ')) ? at + 1 : NULL;
    if (!at)
        return NULL;
    at[strcspn(at, " \n")] = '\0';
    unescape_octal(at);
    return at;
}

static bool lies_on(const char *path, const char *target)
{
    size_t len = strcmp(target, "/") == 0 ? 0 : strlen(target);

    return strncmp(path, target, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

dev_t mount_point_find(const char *path, char mount[PATH_MAX])
{
    FILE *table = fopen("/proc/self/mountinfo", "re");
    char line[LINE];
    dev_t found = 0;

    snprintf(mount, PATH_MAX, "/");
    while (table && fgets(line, sizeof(line), table)) {
        dev_t device = 0;
        const char *target = read_target(line, &device);
        if (target && lies_on(path, target) && strlen(target) >= strlen(mount)) {
            snprintf(mount, PATH_MAX, "%s", target);
            found = device;
        }
    }
    if (table)
        fclose(table);
    return found;
}

enum err mount_point_blame(const char *path, struct fault *fault, const char *format, ...)
{
    char mount[PATH_MAX], rest[sizeof(fault->what)];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(rest, sizeof(rest), format, arguments);
    va_end(arguments);
    mount_point_find(path, mount);
    const bool is_root = strcmp(mount, "/") == 0;
    fault_set(fault, ERR_TIMEOUT, "the disk %s %.100s does not answer: %s", is_root ? "of" : "at",
              is_root ? path : mount, rest);
    return fault_hint(fault, "`loophole volume list` shows the disks");
}
