#include "services/worker/foreign.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/process/sandbox.h"
#include "services/worker/mp4_length.h"

/* No playlists, no protocols but files: a file names no other one. The formats are those of the formats of kind.c. */
#define FORMATS                                                                                                        \
    "mov,mp4,m4a,3gp,3g2,mj2,aac,asf,matroska,webm,avi,flv,mpeg,mpegts,mpegvideo,ogg,mxf,loas,wav,w64,aiff,caf,flac,mp3"

/* clang-format off */
#define READS_THE_FILE \
    "ffmpeg", "-nostdin", "-hide_banner", "-threads", "1", "-protocol_whitelist", "file,pipe", \
    "-format_whitelist", FORMATS, "-i", "/dev/stdin"
/* clang-format on */

static const char *const decodes[] = {
    READS_THE_FILE, "-loglevel", "error",     "-map", "0:a:0", "-vn",    "-sn",
    "-dn",          "-c:a",      "pcm_f32le", "-f",   "wav",   "pipe:1", NULL,
};

enum { ARGUMENTS = sizeof(decodes) / sizeof(decodes[0]) };

/* Without an output ffmpeg only describes the file, and fails. */
static const char *const describes[] = { READS_THE_FILE, NULL };

/* Adds the length before the output, if the file says how much of its last packet is no sound. */
static const char *const *decode_all(const char *to[ARGUMENTS + 2], char *length, size_t size)
{
    const uint64_t us = mp4_length_us(STDIN_FILENO);

    if (us == 0)
        return decodes;
    (void)snprintf(length, size, "%llu.%06llu", (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
    memcpy(to, decodes, (ARGUMENTS - 2) * sizeof(*to));
    to[ARGUMENTS - 2] = "-t";
    to[ARGUMENTS - 1] = length;
    memcpy(to + ARGUMENTS, decodes + ARGUMENTS - 2, 2 * sizeof(*to));
    return to;
}

int foreign_run(const char *program, bool only_describe)
{
    const char *const *arguments = describes;
    const char *with_length[ARGUMENTS + 2];
    char length[32];
    char *const nothing[] = { NULL };
    struct fault fault = { 0 };
    enum err e = sandbox_enter_program(program, &fault);

    if (e == ERR_OK) {
        if (!only_describe)
            arguments = decode_all(with_length, length, sizeof(length));
        execve(program, (char *const *)(uintptr_t)arguments, nothing);
        e = fault_errno(&fault, ERR_NOT_FOUND, errno, "%.150s cannot be started", program);
    }
    fprintf(stderr, "%s\n", fault.what);
    return err_exit_code(e);
}
