#include "frontends/web/announce.h"

#include <fcntl.h>
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

enum { NOT_INSTALLED = 127 };
static const usec_t pause_least = 1000000, pause_most = 300000000, lasted_us = 60000000;

static bool is_of_this_machine_only(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* The name of a service has at most 63 bytes. Avahi appends a number if another service has it. */
static void write_name(char *to, size_t size)
{
    char host[48] = "";

    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0' || !text_is_utf8(text_of(host)))
        (void)snprintf(to, size, "loophole");
    else
        (void)snprintf(to, size, "loophole on %.*s", (int)strcspn(host, "."), host);
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

/* -f: it waits for the daemon. */
static void start_child(struct announcement *announcement)
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
}

/* ---- in the loop ---- */

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
    const usec_t now = clock_steady();

    if (now - announcement->began > lasted_us) {
        announcement->pause = pause_least;
        announcement->is_told = false;
    }
    announcement->pid = 0;
    announcement->next = now + announcement->pause;
    announcement->pause = announcement->pause * 2 < pause_most ? announcement->pause * 2 : pause_most;
    tell_end(announcement, status);
}

void announce_look(struct announcement *announcement)
{
    int status = 0;

    if (announcement->pid && waitpid(announcement->pid, &status, WNOHANG) != 0)
        take_end(announcement, status);
    if (announcement->is_wanted && !announcement->pid && clock_steady() >= announcement->next)
        start_child(announcement);
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
