#include "store/local.h"
#include <errno.h>
#include <stddef.h>
#include <sys/vfs.h>
#include "common/file.h"

/* FUSE (0x65735546) is not here: most of what it shows is local. */
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

enum err local_check(const char *directory, struct fault *fault)
{
    struct statfs fs;
    const char *name;

    if (statfs(directory, &fs) < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot look at the file system of %s", directory);
    name = local_network_name((uint32_t)fs.f_type);
    if (!name)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "the store cannot lie on a network file system: %s is on %s", directory,
              name);
    return fault_hint(fault, "point LOOPHOLE_HOME or XDG_DATA_HOME to a local disk");
}
