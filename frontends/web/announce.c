#include "frontends/web/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crash.h"
#include "common/process/log.h"
#include "common/text.h"

#define PROGRAM "avahi-publish-service"

enum { NOT_INSTALLED = 127, HOST_MOST = 47 };
static const usec_t pause_least = 1000000, pause_most = 300000000, lasted_us = 60000000;

static bool is_of_this_machine_only(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return *(const uint8_t *)&v4 == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127));
}

/* The name of a service has at most 63 bytes. Avahi appends a number if another service has it. */
static void write_name(char *to, size_t size)
{
    char host[HOST_NAME_MAX + 1] = "", kept[HOST_MOST + 1] = "";

    if (gethostname(host, sizeof(host)) == 0 && text_is_plain(text_of(host)))
        kept[text_repair(kept, HOST_MOST, (struct text){ (uint32_t)strcspn(host, "."), host })] = '\0';
    (void)snprintf(to, size, "loophole%s%s", kept[0] ? " on " : "", kept);
}

/* ---- the child ---- */

static void run_child(pid_t parent, char *const *arguments)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || null < 0)
        _exit(1);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
    crash_uninstall();
    (void)signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(PROGRAM, arguments);
    _exit(NOT_INSTALLED);
}

/* -f: it waits for the daemon. False: errno. */
static bool start_child(struct announcement *announcement)
{
    const char *arguments[] = { PROGRAM,
                                "-f",
                                announcement->name,
                                "_loophole._tcp",
                                announcement->port,
                                "txtvers=1",
                                "version=" LOOPHOLE_VERSION,
                                "path=/ws",
                                announcement->host[0] ? announcement->host : NULL,
                                NULL };
    pid_t parent = getpid(), pid = fork();

    if (pid == 0)
        run_child(parent, (char *const *)(uintptr_t)arguments);
    announcement->began = clock_steady();
    announcement->pid = pid > 0 ? pid : 0;
    return pid > 0;
}

/* ---- in the loop ---- */

static void wait_longer(struct announcement *announcement)
{
    announcement->next = clock_steady() + announcement->pause;
    announcement->pause = announcement->pause * 2 < pause_most ? announcement->pause * 2 : pause_most;
}

static void take_failure(struct announcement *announcement)
{
    if (!announcement->is_told)
        log_info(PROGRAM " cannot be started: %s. It is tried again", strerror(errno));
    announcement->is_told = true;
    wait_longer(announcement);
}

static void tell_end(struct announcement *announcement, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_INSTALLED) {
        log_info("other machines do not find the gateway by itself: " PROGRAM " is not installed");
        announcement->is_wanted = false;
    } else if (!announcement->is_told) {
        log_info(PROGRAM " ended with %s %d: it is started again", WIFSIGNALED(status) ? "signal" : "code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        announcement->is_told = true;
    }
}

static void take_end(struct announcement *announcement, int status)
{
    if (clock_steady() - announcement->began > lasted_us) {
        announcement->pause = pause_least;
        announcement->is_told = false;
    }
    announcement->pid = 0;
    wait_longer(announcement);
    tell_end(announcement, status);
}

void announce_look(struct announcement *announcement)
{
    int status = 0;

    if (announcement->pid && waitpid(announcement->pid, &status, WNOHANG) != 0)
        take_end(announcement, status);
    if (announcement->is_wanted && !announcement->pid && clock_steady() >= announcement->next &&
        !start_child(announcement))
        take_failure(announcement);
}

void announce_open(struct announcement *announcement, const struct lan *lan)
{
    announcement->is_wanted = announcement->is_wanted && !is_of_this_machine_only(lan->address);
    announcement->pause = pause_least;
    write_name(announcement->name, sizeof(announcement->name));
    (void)snprintf(announcement->port, sizeof(announcement->port), "%u", (unsigned)lan->gate.port);
    if (lan->name[0])
        (void)snprintf(announcement->host, sizeof(announcement->host), "host=%s", lan->name);
    announce_look(announcement);
}

void announce_close(struct announcement *announcement)
{
    if (announcement->pid)
        (void)kill(announcement->pid, SIGKILL); /* its connection ends, so the daemon publishes it no longer */
    *announcement = (struct announcement){ 0 };
}
