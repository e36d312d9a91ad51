#include "store/open/local.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "common/file.h"
#include "common/text.h"

/* FUSE (0x65735546) is not in the table, because its backend decides (local_fuse_is_network). */
enum { FUSE_MAGIC = 0x65735546, LINE = 4096 };

static const struct {
    uint64_t magic;
    const char *name;
} network[] = {
    { 0x6969, "NFS" },      { 0x517B, "SMB" },       { 0xFF534D42, "CIFS" },   { 0xFE534D42, "SMB" },
    { 0x01021997, "9P" },   { 0x5346414F, "AFS" },   { 0x6B414653, "AFS" },    { 0x73757245, "Coda" },
    { 0x564C, "NCP" },      { 0x00C36400, "Ceph" },  { 0x0BD00BD0, "Lustre" }, { 0x47504653, "GPFS" },
    { 0x01161970, "GFS2" }, { 0x7461636F, "OCFS2" }, { 0xAAD7AAEA, "PanFS" },  { 0x19830326, "BeeGFS" },
};

const char *local_network_name(uint64_t magic)
{
    for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++)
        if (network[i].magic == magic)
            return network[i].name;
    return NULL;
}

/* Backends that show files of another machine: the part of the type after "fuse.". */
static const char *const remote[] = { "sshfs",     "rclone", "gvfsd-fuse", "glusterfs", "s3fs",    "goofys",
                                      "ceph-fuse", "davfs",  "davfs2",     "curlftpfs", "gcsfuse", "juicefs",
                                      "smbnetfs",  "obexfs", "moosefs",    "lizardfs",  "kio-fuse" };

/* Unions of local folders: their source is a list of folders between colons, not a host. */
static const char *const unions[] = { "mergerfs", "unionfs", "unionfs-fuse", "mhddfs" };

bool local_fuse_is_network(const char *type, const char *source)
{
    if (strncmp(type, "fuse.", 5) != 0)
        return false; /* "fuseblk": a disk; "fuse": some program */
    if (TEXT_IS_AMONG(type + 5, unions))
        return false;
    return TEXT_IS_AMONG(type + 5, remote) || strstr(source, "://") || strncmp(source, "//", 2) == 0 ||
           (source[0] != '/' && strstr(source, ":/"));
}

/* Parses /proc/self/mountinfo: "36 35 0:98 / /mnt rw,nosuid … - fuse.sshfs user@host:/dir rw,…". */
static bool read_mount(const char *line, dev_t device, char type[64], char source[256])
{
    const char *rest = strstr(line, " - ");
    unsigned major_number, minor_number;

    return rest && sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 &&
           makedev(major_number, minor_number) == device && sscanf(rest, " - %63s %255s", type, source) == 2;
}

/* Writes "" if the backend is local or unknown. */
static void find_fuse_name(const char *directory, char name[64])
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    char line[LINE], source[256];
    struct stat st;
    bool found = false;

    while (mounts && !found && stat(directory, &st) == 0 && fgets(line, sizeof(line), mounts))
        found = read_mount(line, st.st_dev, name, source);
    if (!found || !local_fuse_is_network(name, source))
        name[0] = '\0';
    if (mounts)
        fclose(mounts);
}

enum err local_check(const char *directory, struct fault *fault)
{
    char fuse[64] = "";
    struct statfs fs;
    const char *name;

    if (statfs(directory, &fs) < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot access the file system of %s", directory);
    name = local_network_name((uint32_t)fs.f_type);
    if (!name && (uint32_t)fs.f_type == FUSE_MAGIC) {
        find_fuse_name(directory, fuse);
        name = fuse[0] ? fuse : NULL;
    }
    if (!name)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "the store cannot be on a network file system: %s is on %s", directory, name);
    return fault_hint(fault, "set LOOPHOLE_HOME to a folder on a local disk");
}
