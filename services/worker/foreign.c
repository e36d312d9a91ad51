#include "services/worker/foreign.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
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

/* Sound that begins later than the picture follows silence, so that its frames count from the begin of the file. A
 * start of less than 0.1 s is the delay of a coder. One of more than 60 s counts as none, because ffmpeg makes the
 * silence in memory. Only the first time of the sound counts: a jump later makes no silence. */
#define FROM_THE_BEGIN "asetpts='if(between(STARTT,0.1,60),STARTPTS,0)+N/SR/TB',aresample=first_pts=0"

enum { FILTER_MOST = 256 };

static const char *const decodes[] = {
    READS_THE_FILE, "-loglevel", "error", "-map",      "0:a:0", "-vn", "-sn",    "-dn",
    "-af",          NULL,        "-c:a",  "pcm_f32le", "-f",    "wav", "pipe:1", NULL,
};

enum { ARGUMENTS = sizeof(decodes) / sizeof(decodes[0]) };

/* Without an output ffmpeg only describes the file, and fails. */
static const char *const describes[] = { READS_THE_FILE, NULL };

/* Sets the filter, with the length of the sound if the file says how much of its last packet is no sound. */
static void add_filter(const char *to[ARGUMENTS], char filter[FILTER_MOST])
{
    const uint64_t us = mp4_length_us(STDIN_FILENO);
    int used = 0;

    if (us)
        used = snprintf(filter, FILTER_MOST, "atrim=duration=%llu.%06llu,", (unsigned long long)(us / 1000000),
                        (unsigned long long)(us % 1000000));
    (void)snprintf(filter + used, FILTER_MOST - (size_t)used, "%s", FROM_THE_BEGIN);
    for (int i = 0; i < ARGUMENTS; i++)
        to[i] = decodes[i] || i == ARGUMENTS - 1 ? decodes[i] : filter;
}

int foreign_run(const char *program, bool only_describe)
{
    const char *const *arguments = describes;
    const char *with_filter[ARGUMENTS];
    char filter[FILTER_MOST];
    char *const nothing[] = { NULL };
    struct fault fault = { 0 };
    enum err e = sandbox_enter_program(program, &fault);

    if (e == ERR_OK) {
        if (!only_describe) {
            add_filter(with_filter, filter);
            arguments = with_filter;
        }
        execve(program, (char *const *)(uintptr_t)arguments, nothing);
        e = fault_errno(&fault, ERR_NOT_FOUND, errno, "%.150s cannot be started", program);
    }
    fprintf(stderr, "%s\n", fault.what);
    return err_exit_code(e);
}
