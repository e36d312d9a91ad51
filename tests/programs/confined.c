/* Stands in for ffmpeg (LOOPHOLE_FFMPEG): tries what a decoder must not be able to do, and names on standard error what
 * it could do. It reads its file, and ends with 1. With a file that begins with "wait" it waits until it is killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int can_open(const char *path, int how)
{
    int fd = open(path, how, 0600);

    return fd >= 0 && close(fd) == 0;
}

static int can_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

/* The filter refuses the call before the kernel looks for the file, which does not exist. */
static int can_change(long number)
{
    return syscall(number, "/tmp/loophole-absent", 0L, 0L, 0L) == 0 || errno != EPERM;
}

static int can_queue_signal(void)
{
    siginfo_t info = { .si_code = SI_QUEUE };

    return syscall(SYS_rt_sigqueueinfo, getppid(), 0L, &info) == 0 || errno != EPERM;
}

int main(void)
{
    char head[4] = "";
    int fd = open("/dev/stdin", O_RDONLY);

    if (fd < 0 || pread(fd, head, sizeof(head), 4) != sizeof(head) || memcmp(head, "ftyp", 4) != 0)
        fprintf(stderr, "cannot read its file; ");
    if (pread(0, head, sizeof(head), 12) == sizeof(head) && memcmp(head, "wait", 4) == 0)
        for (;;)
            pause();
    fprintf(stderr, "could:%s%s%s%s%s%s%s%s%s%s%s%s\n", can_open("/etc/passwd", O_RDONLY) ? " read" : "",
            can_open("/tmp/loophole-confined", O_WRONLY | O_CREAT) ? " write" : "",
            can_open("/proc/self/environ", O_RDONLY) ? " proc" : "", can_open("/usr/lib", O_RDONLY) ? "" : " nothing",
            can_open("/usr/bin", O_RDONLY) ? " list" : "", socket(AF_INET, SOCK_STREAM, 0) >= 0 ? " network" : "",
            socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? " sockets" : "", can_fork() ? " fork" : "",
            kill(getppid(), 0) == 0 ? " signal" : "", can_queue_signal() ? " queue" : "",
            can_change(SYS_truncate) ? " truncate" : "", can_change(SYS_lchown) ? " own" : "");
    return 1;
}
