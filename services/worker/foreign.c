#include "services/worker/foreign.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "common/process/sandbox.h"

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

/* Without an output ffmpeg only describes the file, and fails. */
static const char *const describes[] = { READS_THE_FILE, NULL };

int foreign_run(const char *program, bool only_describe)
{
    const char *const *arguments = only_describe ? describes : decodes;
    char *const nothing[] = { NULL };
    struct fault fault = { 0 };
    enum err e = sandbox_enter_program(program, &fault);

    if (e == ERR_OK) {
        execve(program, (char *const *)(uintptr_t)arguments, nothing);
        e = fault_errno(&fault, ERR_NOT_FOUND, errno, "%.150s cannot be started", program);
    }
    fprintf(stderr, "%s\n", fault.what);
    return err_exit_code(e);
}
